package dev.kindred.serve;

import com.linecorp.armeria.common.util.Exceptions;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A collection whose encoder does something else first: waits until it is let, or fails. */
final class Gated {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch gate = new CountDownLatch(1);

    private Gated() {}

    static Gated shut() {
        return new Gated();
    }

    /** What encodes as before once the gate is open. */
    Served behind(Served real) {
        return with(real, batch -> {
            entered.countDown();
            try {
                gate.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                return Exceptions.throwUnsafely(e);
            }
            return batch;
        });
    }

    static Served with(Served real, UnaryOperator<List<Content>> first) {
        Encoder encoder = new Encoder() {
            @Override
            public Space space() {
                return real.space();
            }

            @Override
            public Embeddings encode(List<Content> batch) {
                return real.documents().encode(first.apply(batch));
            }

            @Override
            public void close() {}
        };
        return real.encodedBy(encoder);
    }
}
