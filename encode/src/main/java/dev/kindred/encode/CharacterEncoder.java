package dev.kindred.encode;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Hashes;
import dev.kindred.core.InUse;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/** An encoder of texts by their bytes on ONNX Runtime: every text is as long as the others, so none depends on its company. */
final class CharacterEncoder implements Probed {
    /** Bytes of one prepared chunk at most. */
    private static final int CHUNK_BYTES = 8 << 20;

    private static final int CHUNK = 64;

    private final Space space;
    private final CharacterPreparation preparation;
    private final int chunk;
    private final LoadedModel model;
    private final Workers workers;
    private final LongAdder truncated = new LongAdder();
    private final InUse use = new InUse(Runnable::run);

    private CharacterEncoder(Space space, CharacterPreparation preparation, LoadedModel model, Workers workers) {
        this.space = space;
        this.preparation = preparation;
        this.chunk = Math.clamp(CHUNK_BYTES / Float.BYTES / preparation.size(), 1, CHUNK);
        this.model = model;
        this.workers = workers;
    }

    static CharacterEncoder open(
            byte[] model, CharacterPreparation preparation, Space space, int threads, String where) {
        LoadedModel loaded = LoadedModel.open(model, space.dimension(), where);
        return new CharacterEncoder(space, preparation, loaded, Workers.of(threads));
    }

    @Override
    public Space space() {
        return space;
    }

    @Override
    public long truncated() {
        return truncated.sum();
    }

    @Override
    public String preparedHash() {
        return hash(preparation);
    }

    /** SHA-256 in hex of the bytes of the probe texts. */
    static String hash(CharacterPreparation preparation) {
        MessageDigest sha = Hashes.sha256();
        for (Content text : Probes.texts()) {
            byte[] bytes = preparation.bytes(text);
            sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
            sha.update(bytes);
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    @Override
    public Embeddings probe(List<Content> probes) {
        return use.during(() -> encode(probes, new LongAdder()));
    }

    @Override
    public Embeddings encode(List<Content> batch) {
        return use.during(() -> encode(batch, truncated));
    }

    private Embeddings encode(List<Content> batch, LongAdder cut) {
        float[] embeddings = new float[Math.multiplyExact(batch.size(), space.dimension())];
        if (batch.size() == 1) {
            run(batch, 0, 1, cut, embeddings);
        } else {
            int size = Math.clamp((batch.size() + workers.threads() - 1) / workers.threads(), 1, chunk);
            workers.blocks(batch.size(), size, (from, to) -> run(batch, from, to, cut, embeddings));
        }
        return new Embeddings(space, batch.size(), embeddings);
    }

    @Override
    public TextLength length(String text) {
        Content content = new Content.Text(text);
        return new TextLength(preparation.bytes(content).length, preparation.length(), preparation.cuts(content));
    }

    private void run(List<Content> batch, int from, int to, LongAdder cut, float[] embeddings) {
        int n = to - from;
        FloatBuffer input = buffer(n);
        for (int i = 0; i < n; i++) {
            preparation.planar(bytes(batch, from + i, cut), input, i * preparation.size());
        }
        run(input, n, embeddings, from);
    }

    private FloatBuffer buffer(int n) {
        return ByteBuffer.allocateDirect(n * preparation.size() * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private void run(FloatBuffer input, int n, float[] embeddings, int row) {
        long[] dimensions = {n, CharacterPreparation.CHANNELS, 1, preparation.length()};
        try (OnnxTensor tensor = OnnxTensor.createTensor(model.environment(), input, dimensions)) {
            model.embed(Map.of(OnnxGraph.INPUT, tensor), n, embeddings, row);
        } catch (OrtException e) {
            throw new LoadedModel.Failed("the runtime failed on a batch of " + n + " (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public Unit unit() {
        return Unit.TOKENS;
    }

    @Override
    public int estimate(int characters) {
        return preparation.length();
    }

    @Override
    public Prepared prepare(Content content) {
        byte[] bytes = preparation.bytes(content);
        if (preparation.cuts(content)) {
            truncated.increment();
        }
        return new LeadingBytes(bytes, preparation.length());
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
            FloatBuffer input = buffer(n);
            for (int i = 0; i < n; i++) {
                switch (pack.get(from + i)) {
                    case LeadingBytes text -> preparation.planar(text.bytes(), input, i * size);
                    case ReadyValues ready -> input.put(i * size, ready.values(), ready.at(), size);
                    default -> throw Prepared.foreign(pack.get(from + i));
                }
            }
            run(input, n, embeddings, from);
        }
        return new Embeddings(space, pack.size(), embeddings);
    }

    @Override
    public List<TensorInput> inputs() {
        return List.of(new TensorInput(
                OnnxGraph.INPUT,
                TensorInput.Type.FLOAT32,
                List.of(TensorInput.ANY, CharacterPreparation.CHANNELS, 1, preparation.length())));
    }

    @Override
    public List<Prepared> ready(Map<String, Tensor> tensors) {
        Tensor.Floats input = new ReadyTensors(tensors, Set.of(OnnxGraph.INPUT))
                .floats(OnnxGraph.INPUT, CharacterPreparation.CHANNELS, 1, preparation.length());
        return ReadyTensors.samples(
                OnnxGraph.INPUT,
                input,
                new float[] {0},
                new float[] {1},
                "send 1 in the channel of each byte and 0 elsewhere",
                preparation.length());
    }

    private byte[] bytes(List<Content> batch, int i, LongAdder cut) {
        Content content = batch.get(i);
        try {
            byte[] bytes = preparation.bytes(content);
            if (preparation.cuts(content)) {
                cut.increment();
            }
            return bytes;
        } catch (Refusal e) {
            throw new Refusal(
                    e.what(), batch.size() == 1 ? e.where() : "number " + (i + 1) + " of the batch", e.hint(), e);
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
