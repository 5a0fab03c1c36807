package dev.kindred.bench.crash;

/** A promise that was not kept. */
record Fault(Kind kind, String what) {
    enum Kind {
        /** What was acknowledged is not there, or what was acknowledged as deleted is. */
        LOST,
        /** Of one write a part is there and a part is not. */
        HALF,
        /** The store's own check finds something, or an item is not what any write put. */
        DAMAGED,
        /** Sequence numbers do not rise. */
        DISORDER,
        /** It cannot be opened, or a writer found something wrong. */
        UNOPENED
    }
}
