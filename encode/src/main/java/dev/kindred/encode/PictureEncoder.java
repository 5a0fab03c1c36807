package dev.kindred.encode;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.InUse;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An encoder of pictures on ONNX Runtime. A batch is cut into chunks; each is prepared and run whole by one thread of a fixed pool, so that
 * preparing and computing overlap without waiting for one another, and memory beside the result stays at one chunk a thread.
 */
final class PictureEncoder implements Probed {
    /** Enough for the runtime to be busy, little enough to stay in cache. */
    private static final int CHUNK = 32;
    /** Bytes of one prepared chunk at most; larger pictures go fewer at once. */
    private static final int CHUNK_BYTES = 64 << 20;

    private final Space space;
    private final PicturePreparation preparation;
    private final float[][] table;
    private final int chunk;
    private final LoadedModel model;
    private final Workers workers;
    private final ConcurrentLinkedQueue<FloatBuffer> scratch = new ConcurrentLinkedQueue<>();
    private final InUse use = new InUse(Runnable::run);

    private PictureEncoder(Space space, PicturePreparation preparation, LoadedModel model, Workers workers) {
        this.space = space;
        this.preparation = preparation;
        this.table = preparation.table();
        this.chunk = Math.clamp(CHUNK_BYTES / Float.BYTES / preparation.size(), 1, CHUNK);
        this.model = model;
        this.workers = workers;
    }

    /**
     * @param model ONNX bytes, checked by {@link ModelGuard}
     * @param where the bundle and entry, for errors
     */
    static PictureEncoder open(byte[] model, PicturePreparation preparation, Space space, int threads, String where) {
        LoadedModel loaded = LoadedModel.open(model, space.dimension(), where);
        return new PictureEncoder(space, preparation, loaded, Workers.of(threads));
    }

    @Override
    public Space space() {
        return space;
    }

    @Override
    public String preparedHash() {
        return Probes.rasterHash(preparation.shape());
    }

    @Override
    public Embeddings probe(List<Content> probes) {
        return encode(probes);
    }

    @Override
    public Embeddings encode(List<Content> batch) {
        return use.during(() -> encoded(batch));
    }

    private Embeddings encoded(List<Content> batch) {
        float[] embeddings = new float[Math.multiplyExact(batch.size(), space.dimension())];
        if (batch.size() <= 1) {
            chunk(batch, 0, batch.size(), embeddings);
        } else {
            int size = Math.min(chunk, (batch.size() + workers.threads() - 1) / workers.threads());
            workers.blocks(batch.size(), size, (from, to) -> chunk(batch, from, to, embeddings));
        }
        return new Embeddings(space, batch.size(), embeddings);
    }

    private void chunk(List<Content> batch, int from, int to, float[] embeddings) {
        if (from == to) {
            return;
        }
        int size = preparation.size();
        FloatBuffer input = buffer();
        for (int i = from; i < to; i++) {
            PicturePreparation.planar(raster(batch, i), table, input, (i - from) * size);
        }
        run(input.limit((to - from) * size), to - from, embeddings, from);
        scratch.add(input);
    }

    /** Room for a chunk, to be given back. */
    private FloatBuffer buffer() {
        FloatBuffer free = scratch.poll();
        return free != null
                ? free.clear()
                : ByteBuffer.allocateDirect(chunk * preparation.size() * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
    }

    private byte[] raster(List<Content> batch, int i) {
        try {
            return preparation.raster(batch.get(i));
        } catch (Refusal e) {
            throw new Refusal(
                    e.what(), batch.size() == 1 ? e.where() : "number " + (i + 1) + " of the batch", e.hint(), e);
        }
    }

    @Override
    public Unit unit() {
        return Unit.PIXELS;
    }

    @Override
    public int estimate(int characters) {
        return pixels();
    }

    private int pixels() {
        return preparation.shape().width() * preparation.shape().height();
    }

    @Override
    public Prepared prepare(Content content) {
        return new LevelRaster(preparation.raster(content), pixels());
    }

    @Override
    public Embeddings run(List<Prepared> pack) {
        return use.during(() -> ran(pack));
    }

    private Embeddings ran(List<Prepared> pack) {
        float[] embeddings = new float[Math.multiplyExact(pack.size(), space.dimension())];
        int size = preparation.size();
        for (int from = 0; from < pack.size(); from += chunk) {
            int n = Math.min(chunk, pack.size() - from);
            FloatBuffer input = buffer();
            for (int i = 0; i < n; i++) {
                switch (pack.get(from + i)) {
                    case LevelRaster raster -> PicturePreparation.planar(raster.levels(), table, input, i * size);
                    case ReadyValues ready -> input.put(i * size, ready.values(), ready.at(), size);
                    default -> throw Prepared.foreign(pack.get(from + i));
                }
            }
            run(input.limit(n * size), n, embeddings, from);
            scratch.add(input);
        }
        return new Embeddings(space, pack.size(), embeddings);
    }

    @Override
    public List<TensorInput> inputs() {
        var shape = preparation.shape();
        return List.of(new TensorInput(
                OnnxGraph.INPUT,
                TensorInput.Type.FLOAT32,
                List.of(TensorInput.ANY, shape.channels(), shape.height(), shape.width())));
    }

    /**
     * Values may pass what the preparation gives by as much again as its range is wide: resizing elsewhere may overshoot, but what was not
     * normalised (0 to 255) is seen.
     */
    @Override
    public List<Prepared> ready(Map<String, Tensor> tensors) {
        var shape = preparation.shape();
        Tensor.Floats input = new ReadyTensors(tensors, Set.of(OnnxGraph.INPUT))
                .floats(OnnxGraph.INPUT, shape.channels(), shape.height(), shape.width());
        float[] lows = new float[table.length];
        float[] highs = new float[table.length];
        for (int c = 0; c < table.length; c++) {
            float low = table[c][0];
            float high = table[c][table[c].length - 1];
            lows[c] = low - (high - low);
            highs[c] = high + (high - low);
        }
        String hint = "send (level / 255 − mean) / deviation, means %s, deviations %s"
                .formatted(preparation.mean(), preparation.deviation());
        return ReadyTensors.samples(OnnxGraph.INPUT, input, lows, highs, hint, pixels());
    }

    private void run(FloatBuffer input, int n, float[] embeddings, int row) {
        var shape = preparation.shape();
        long[] dimensions = {n, shape.channels(), shape.height(), shape.width()};
        try (OnnxTensor tensor = OnnxTensor.createTensor(model.environment(), input, dimensions)) {
            model.embed(Map.of(OnnxGraph.INPUT, tensor), n, embeddings, row);
        } catch (OrtException e) {
            throw new LoadedModel.Failed("the runtime failed on a batch of " + n + " (" + e.getMessage() + ")", e);
        }
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
