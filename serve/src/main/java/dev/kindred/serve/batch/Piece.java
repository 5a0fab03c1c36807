package dev.kindred.serve.batch;

import dev.kindred.media.Pictures;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something to compute, once, for whoever waits for it. */
sealed interface Piece {
    /** Decoding more takes a tenth of a second or longer, and nobody can step in between. */
    int GREAT_PIXELS = 1 << 22;

    /**
     * What decoding is measured in: pixels, and for each picture so many more. Without these a flood of tiny ones would teach that a pixel
     * takes long, and everybody's photographs would be turned away as what cannot be done in time.
     */
    static long decoding(long pixels) {
        return pixels + 4_096;
    }

    /** Nanoseconds of computing, about; at least 1. */
    long cost();

    /** Of a picture that it has to decode; 0 where there is none. */
    long pixels();

    default boolean isGreat() {
        return pixels() > GREAT_PIXELS;
    }

    /** One task, which is its own batch. */
    record Task(Runnable work, long cost, long pixels) implements Piece {}

    /** One content to embed, which is put together with others of the same encoder. */
    final class Content implements Piece {
        final Line line;
        final Source source;
        /** By which others find it; null where it is remembered by nobody. */
        final @Nullable Digest digest;
        /** In the encoder's own measure. */
        final int units;

        private final long pixels;
        private final long cost;
        /** All who wait for it. Guarded by the queue's lock. */
        private final List<Entry> entries = new ArrayList<>(1);

        private boolean taken;

        Content(Line line, Source source, @Nullable Digest digest) {
            this.line = line;
            this.source = source;
            this.digest = digest;
            this.units = line.units(source);
            this.pixels = source instanceof Source.Picture picture ? Pictures.claimed(picture.bytes()) : 0;
            this.cost = line.cost(pixels, units);
        }

        @Override
        public long pixels() {
            return pixels;
        }

        @Override
        public long cost() {
            return cost;
        }

        void join(Entry entry) {
            entries.add(entry);
        }

        void leave(Entry entry) {
            entries.remove(entry);
        }

        List<Entry> entries() {
            return entries;
        }

        boolean isTaken() {
            return taken;
        }

        void take() {
            taken = true;
        }
    }
}
