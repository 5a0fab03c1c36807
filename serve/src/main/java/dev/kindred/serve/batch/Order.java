package dev.kindred.serve.batch;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.media.Pictures;
import dev.kindred.serve.Problem;
import dev.kindred.serve.seen.Stage;
import dev.kindred.serve.seen.Trail;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** What one request waits for: some pieces, until all are there or the first fails. */
final class Order {
    private final Asker asker;
    private final Lane lane;
    private final List<Source> sources;
    private final float[] values;
    private final int dimension;
    private final AtomicInteger left;
    private final CompletableFuture<float[]> done = new CompletableFuture<>();

    private final long[] pixels;
    private long allPixels;

    /** What is seen of the request, and of its wait: that begins when this is made. */
    final Trail trail = Trail.current();

    private final Stage queued = trail.stage("queue");

    /** Those of its entries that wait, and when they came. Guarded by the queue's lock. */
    final List<Entry> waiting = new ArrayList<>();

    long came;
    /** When the first of it was taken to be computed; 0 before. */
    volatile long begun;

    /**
     * @param sources what is to be embedded; empty for another task, which is one piece
     * @param dimension of an embedding
     */
    Order(Asker asker, Lane lane, List<Source> sources, int dimension) {
        this.asker = asker;
        this.lane = lane;
        this.sources = sources;
        this.dimension = dimension;
        this.values = new float[Math.multiplyExact(sources.size(), dimension)];
        this.left = new AtomicInteger(Math.max(1, sources.size()));
        this.pixels = new long[sources.size()];
    }

    Asker asker() {
        return asker;
    }

    /** Ends the wait, as the request's trace shows it: it is computed, or given up. */
    void noLongerWaits() {
        queued.close();
    }

    Lane lane() {
        return lane;
    }

    Flow.Id flow() {
        return new Flow.Id(asker.key(), lane);
    }

    /** The embeddings, {@code [n, d]}; of another task nothing. */
    CompletableFuture<float[]> done() {
        return done;
    }

    /** Whether nothing more need be done for it. */
    boolean isOver() {
        return done.isDone();
    }

    boolean isWanted() {
        return !isOver() && !asker.gone().getAsBoolean();
    }

    /** One embedding is there: a copy is kept. */
    void put(int index, float[] from, int at) {
        System.arraycopy(from, at, values, index * dimension, dimension);
        finishOne();
    }

    void finishOne() {
        if (left.decrementAndGet() == 0) {
            done.complete(values);
        }
    }

    void fail(Throwable cause) {
        done.completeExceptionally(cause);
    }

    /** How a source is named in problems. */
    String where(int index) {
        return sources.get(index) instanceof Source.Picture picture ? picture.where() : "";
    }

    /**
     * A few bytes may decode to a great picture, so the pixels of one request are bounded as those of one picture are.
     *
     * @throws Problem 413 where they are more, naming the picture with which they are
     */
    synchronized void decoded(int index, long count) {
        pixels[index] = count;
        allPixels += count;
        if (allPixels > Pictures.MAX_PIXELS) {
            long sum = 0;
            int at = -1;
            while (sum <= Pictures.MAX_PIXELS) {
                sum += pixels[++at];
            }
            throw new Problem(
                    HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                    "too-large",
                    "the pictures have more than %,d pixels in all".formatted(Pictures.MAX_PIXELS),
                    where(at),
                    "send smaller pictures, or fewer at once");
        }
    }
}
