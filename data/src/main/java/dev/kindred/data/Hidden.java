package dev.kindred.data;

/** Files that systems leave behind and nobody means: names that begin with a dot, and macOS's folder of forks. */
final class Hidden {
    private Hidden() {}

    /** @param path parted by {@code /}; hidden when any part is */
    static boolean is(String path) {
        for (String part : path.split("/", -1)) {
            if (part.startsWith(".") || part.equals("__MACOSX")) {
                return true;
            }
        }
        return false;
    }
}
