package dev.kindred.index;

/** How far a write has come. */
public enum Visibility {
    /** Durable: it outlives a crash of the process and of the machine. */
    ACKNOWLEDGED,
    /** Durable, and found by the next search. */
    SEARCHABLE
}
