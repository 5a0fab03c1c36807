package dev.kindred.data;

/** What one DATA holds. */
enum Shape {
    LABELLED,
    PAIRS,
    TRIPLETS,
    JUDGED;

    /** For messages. */
    String words() {
        return switch (this) {
            case LABELLED -> "samples";
            case PAIRS -> "pairs";
            case TRIPLETS -> "triplets";
            case JUDGED -> "queries with judgements";
        };
    }
}
