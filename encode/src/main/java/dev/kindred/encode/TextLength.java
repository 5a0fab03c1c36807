package dev.kindred.encode;

/**
 * How much of a text an encoder reads.
 *
 * @param tokens that are read, the tokenizer's own included; bytes where the encoder reads those; 0 where it reads no texts
 * @param most that it reads of one text; 0 where it reads no texts
 * @param cut whether the text is longer and loses its end
 */
public record TextLength(int tokens, int most, boolean cut) {
    static final TextLength NONE = new TextLength(0, 0, false);
}
