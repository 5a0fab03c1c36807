package dev.kindred.serve;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import java.util.List;
import java.util.function.Supplier;

/** In place of an encoder where there is none: everything that has a vector already goes on. */
record NoEncoder(Space space, Supplier<Problem> why) implements Encoder {
    @Override
    public Embeddings encode(List<Content> batch) {
        throw why.get();
    }

    @Override
    public void close() {}
}
