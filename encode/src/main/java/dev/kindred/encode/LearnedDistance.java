package dev.kindred.encode;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.kindred.core.Embeddings;
import dev.kindred.core.InUse;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.LabelledPairs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * A bundle's comparator on ONNX Runtime: how alike two embeddings of its space are by what was taught, which may order them otherwise than
 * the space's own score does. It judges pairs and reorders what was found; it is never indexed. Safe for many threads.
 */
public final class LearnedDistance implements AutoCloseable {
    /** Pairs that one thread runs at once. */
    private static final int CHUNK = 256;

    /** One side of so many pairs: rows of embeddings, one a pair. */
    public record Side(Embeddings embeddings, int[] rows) {}

    private final Space space;
    private final LoadedModel model;
    private final Workers workers;
    private final ConcurrentLinkedQueue<FloatBuffer> scratch = new ConcurrentLinkedQueue<>();
    private final InUse use = new InUse(Runnable::run);

    private LearnedDistance(Space space, LoadedModel model, Workers workers) {
        this.space = space;
        this.model = model;
        this.workers = workers;
    }

    /**
     * @param model as {@link ComparatorGraph#check} lets it pass
     * @param where the bundle and entry, for errors
     */
    static LearnedDistance open(byte[] model, Space space, int threads, String where) {
        return new LearnedDistance(space, LoadedModel.open(model, 1, where), Workers.of(threads));
    }

    /** What its embeddings are of. */
    public Space space() {
        return space;
    }

    /**
     * The score of each row on the left with the same row on the right.
     *
     * @return in (0, 1), higher for what is more alike; the same when left and right change places
     */
    public float[] scores(Embeddings left, Embeddings right) {
        if (left.count() != right.count()) {
            throw new IllegalArgumentException(left.count() + " on the left, " + right.count() + " on the right");
        }
        int[] rows = IntStream.range(0, left.count()).toArray();
        return scores(new Side(left, rows), new Side(right, rows));
    }

    /** The same of chosen rows: of many pairs of few embeddings. */
    public float[] scores(Side left, Side right) {
        left.embeddings().space().require(space, "the left of a pair");
        right.embeddings().space().require(space, "the right of a pair");
        int pairs = left.rows().length;
        if (pairs != right.rows().length) {
            throw new IllegalArgumentException(pairs + " on the left, " + right.rows().length + " on the right");
        }
        return use.during(() -> {
            float[] scores = new float[pairs];
            if (pairs <= CHUNK) {
                chunk(left, right, 0, pairs, scores);
            } else {
                workers.blocks(pairs, CHUNK, (from, to) -> chunk(left, right, from, to, scores));
            }
            return scores;
        });
    }

    /** The scores of pairs of rows. */
    public double[] scores(Embeddings embeddings, LabelledPairs pairs) {
        float[] given = scores(new Side(embeddings, pairs.left()), new Side(embeddings, pairs.right()));
        double[] scores = new double[given.length];
        Arrays.setAll(scores, p -> given[p]);
        return scores;
    }

    /** The scores of one embedding with each of others. */
    public float[] scores(float[] one, List<float[]> others) {
        int d = space.dimension();
        float[] values = new float[Math.multiplyExact(others.size(), d)];
        for (int i = 0; i < others.size(); i++) {
            System.arraycopy(others.get(i), 0, values, i * d, d);
        }
        return scores(
                new Side(new Embeddings(space, 1, one), new int[others.size()]),
                new Side(
                        new Embeddings(space, others.size(), values),
                        IntStream.range(0, others.size()).toArray()));
    }

    private void chunk(Side left, Side right, int from, int to, float[] scores) {
        if (from == to) {
            return;
        }
        FloatBuffer lefts = buffer();
        FloatBuffer rights = buffer();
        fill(left, from, to, lefts);
        fill(right, from, to, rights);
        long[] shape = {to - from, space.dimension()};
        try (OnnxTensor l = OnnxTensor.createTensor(model.environment(), lefts, shape);
                OnnxTensor r = OnnxTensor.createTensor(model.environment(), rights, shape)) {
            model.embed(Map.of(ComparatorGraph.LEFT, l, ComparatorGraph.RIGHT, r), to - from, scores, from);
        } catch (OrtException e) {
            throw new LoadedModel.Failed("the runtime failed on " + (to - from) + " pairs (" + e.getMessage() + ")", e);
        }
        // Its probes are a few pairs; of others a graph may make what it likes.
        for (int p = from; p < to; p++) {
            if (!(scores[p] >= 0 && scores[p] <= 1)) {
                throw new LoadedModel.Failed(
                        "its comparator gives %s for a pair, a score is from 0 to 1".formatted(scores[p]), null);
            }
        }
        scratch.add(lefts);
        scratch.add(rights);
    }

    private FloatBuffer buffer() {
        FloatBuffer free = scratch.poll();
        return free != null
                ? free.clear()
                : ByteBuffer.allocateDirect(CHUNK * space.dimension() * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
    }

    private void fill(Side side, int from, int to, FloatBuffer into) {
        int d = space.dimension();
        for (int p = from; p < to; p++) {
            into.put(side.embeddings().values(), side.rows()[p] * d, d);
        }
        into.flip();
    }

    /** Returns at once; what is being computed meanwhile is computed to its end first, and what it needs is freed then. */
    @Override
    public void close() {
        use.end(Duration.ZERO, () -> {
            workers.close();
            model.close();
        });
    }
}
