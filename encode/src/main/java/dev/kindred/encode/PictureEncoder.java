package dev.kindred.encode;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
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
        FloatBuffer input = scratch.poll();
        if (input == null) {
            input = ByteBuffer.allocateDirect(chunk * size * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }
        input.clear();
        for (int i = from; i < to; i++) {
            PicturePreparation.planar(raster(batch, i), table, input, (i - from) * size);
        }
        run(input.limit((to - from) * size), to - from, embeddings, from);
        scratch.add(input);
    }

    @Override
    public List<GraphInput> graph() {
        var shape = preparation.shape();
        return List.of(new GraphInput(
                OnnxGraph.INPUT,
                GraphInput.Type.FLOAT,
                List.of(-1L, (long) shape.channels(), (long) shape.height(), (long) shape.width())));
    }

    @Override
    public Embeddings encode(GraphTensors tensors) {
        if (!(tensors instanceof GraphTensors.Values given)) {
            throw GraphTensors.wrongKind(this);
        }
        int size = preparation.size();
        float[] values = given.require(size);
        float[] embeddings = new float[Math.multiplyExact(given.count(), space.dimension())];
        try {
            workers.blocks(
                    given.count(),
                    chunk,
                    (from, to) -> run(
                            FloatBuffer.wrap(values, from * size, (to - from) * size)
                                    .slice(),
                            to - from,
                            embeddings,
                            from));
        } catch (LoadedModel.Failed e) {
            throw e.ofForeignTensors();
        }
        return new Embeddings(space, given.count(), embeddings);
    }

    private byte[] raster(List<Content> batch, int i) {
        try {
            return preparation.raster(batch.get(i));
        } catch (Refusal e) {
            throw new Refusal(
                    e.what(), batch.size() == 1 ? e.where() : "number " + (i + 1) + " of the batch", e.hint(), e);
        }
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

    @Override
    public void close() {
        workers.close();
        model.close();
    }
}
