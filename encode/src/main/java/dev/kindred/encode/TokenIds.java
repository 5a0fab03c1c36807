package dev.kindred.encode;

/** The numbers of a text's tokens, its special ones included; at least one. */
record TokenIds(int[] ids) implements Prepared {
    @Override
    public int cost() {
        return ids.length;
    }
}
