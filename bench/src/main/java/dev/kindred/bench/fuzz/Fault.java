package dev.kindred.bench.fuzz;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** What is broken on purpose, to see that it is found. */
public enum Fault {
    /** Nothing, on a server of a home. */
    NONE,
    /** Nothing, on a server like those that are broken. */
    SOUND,
    /** Fails where two things are encoded together: an error of the server's own, which the batcher tries to mend. */
    ERROR,
    /** Fails at a text with a letter that is not ASCII, alone too: no sound request has one. */
    MARKED,
    /** Keeps something of all that was ever encoded. */
    LEAK,
    /** Never comes back where two things are encoded together. */
    HANG;

    private static final int KEPT_BYTES = 32 << 10;

    /**
     * The same encoder with the fault in it.
     *
     * @param armed whether it is there already
     */
    Encoder in(Encoder real, BooleanSupplier armed) {
        return this == NONE || this == SOUND ? real : new Faulty(real, this, armed, new ArrayList<>());
    }

    private record Faulty(Encoder real, Fault fault, BooleanSupplier armed, List<byte[]> kept) implements Encoder {
        @Override
        public Space space() {
            return real.space();
        }

        @Override
        public Embeddings encode(List<Content> batch) {
            if (armed.getAsBoolean()) {
                meet(batch);
            }
            return real.encode(batch);
        }

        private void meet(List<Content> batch) {
            switch (fault) {
                case ERROR -> {
                    if (batch.size() > 1) {
                        throw new IllegalStateException("broken on purpose");
                    }
                }
                case MARKED -> {
                    if (batch.stream().anyMatch(Faulty::isMarked)) {
                        throw new IllegalStateException("broken on purpose");
                    }
                }
                case LEAK -> {
                    synchronized (kept) {
                        kept.add(new byte[KEPT_BYTES]);
                    }
                }
                case HANG -> {
                    if (batch.size() > 1) {
                        hang();
                    }
                }
                case NONE, SOUND -> {}
            }
        }

        private static boolean isMarked(Content content) {
            return content instanceof Content.Text(String text) && text.chars().anyMatch(c -> c > 127);
        }

        private static void hang() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
