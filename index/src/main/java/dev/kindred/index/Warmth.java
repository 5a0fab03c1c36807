package dev.kindred.index;

/** Whether what searches read was read beforehand. */
public enum Warmth {
    /** Nobody asked for it, or it could not be read. */
    COLD,
    /** It is being read. */
    WARMING,
    /** It was read, as it was when that was asked for. */
    WARM,
    /** It is larger than may be read beforehand, and is left to the searches. */
    TOO_LARGE
}
