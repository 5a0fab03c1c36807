package dev.kindred.serve.batch;

import dev.kindred.core.Content;
import dev.kindred.encode.Prepared;

/** One thing to embed, before any work was done for it. */
public sealed interface Source {
    /** A text. */
    record Text(String value) implements Source {}

    /**
     * A picture's undecoded bytes; not to be changed.
     *
     * @param where names it in problems
     */
    record Picture(byte[] bytes, String where) implements Source {}

    /** A content that was made here; it is not looked up among what is remembered. */
    record Made(Content content) implements Source {}

    /** What the same encoder took as ready tensors; it is not looked up among what is remembered. */
    record Ready(Prepared prepared) implements Source {}
}
