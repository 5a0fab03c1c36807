package dev.kindred.serve.wire;

/** Names that strangers gave, as messages repeat them. */
final class Names {
    private static final int LONGEST = 60;

    private Names() {}

    static String cut(String name) {
        return name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name;
    }
}
