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
import java.nio.LongBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An encoder of texts on ONNX Runtime. Texts are tokenized by all threads, sorted by length and packed up to a budget of tokens, so that
 * little is spent on padding; each pack is run whole by one thread. Memory beside the result stays at one window of texts and one pack a
 * thread.
 */
final class TextEncoder implements Probed {
    static final String IDS = "input_ids";
    static final String MASK = "attention_mask";
    static final String TYPES = "token_type_ids";

    /** Tokens of one pack, padding included: enough for the runtime to be busy, little enough to stay in cache. */
    private static final int PACK = 1_024;
    /** Texts that are sorted together. */
    private static final int WINDOW = 8_192;
    /** Characters that are sorted together, but for one text: a window of long texts is a short one. */
    private static final int WINDOW_CHARACTERS = 1 << 22;
    /** Texts that one thread tokenizes before it looks for more. */
    private static final int TOKENIZED = 64;

    private final Space space;
    private final TextPreparation preparation;
    private final Tokenizer tokenizer;
    private final LoadedModel model;
    private final boolean typed;
    private final Workers workers;
    private final LongAdder truncated = new LongAdder();
    private final InUse use = new InUse(Runnable::run);
    private final ConcurrentLinkedQueue<Scratch> scratch = new ConcurrentLinkedQueue<>();

    /** What one thread feeds the graph from. */
    private record Scratch(LongBuffer ids, LongBuffer mask, LongBuffer types) {
        static Scratch of(int tokens) {
            return new Scratch(longs(tokens), longs(tokens), longs(tokens));
        }

        private static LongBuffer longs(int count) {
            return ByteBuffer.allocateDirect(count * Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asLongBuffer();
        }
    }

    private TextEncoder(
            Space space, TextPreparation preparation, Tokenizer tokenizer, LoadedModel model, Workers workers) {
        this.space = space;
        this.preparation = preparation;
        this.tokenizer = tokenizer;
        this.model = model;
        this.typed = model.inputs().contains(TYPES);
        this.workers = workers;
    }

    /**
     * @param model ONNX bytes, checked by {@link ModelGuard}
     * @param json of the tokenizer
     * @param where the bundle and entry, for errors
     * @throws Refusal where the graph takes anything but tokens, or either cannot be loaded
     */
    static TextEncoder open(
            byte[] model, byte[] json, TextPreparation preparation, Space space, int threads, String where) {
        Tokenizer tokenizer = Tokenizer.open(json, preparation.maxTokens(), where + ": " + preparation.tokenizer());
        try {
            LoadedModel loaded = LoadedModel.open(model, space.dimension(), where);
            Set<String> inputs = loaded.inputs();
            if (!inputs.contains(IDS)
                    || !inputs.contains(MASK)
                    || !Set.of(IDS, MASK, TYPES).containsAll(inputs)) {
                loaded.close();
                throw new Refusal(
                        "takes " + String.join(", ", inputs) + ", an encoder of texts " + IDS + " and " + MASK,
                        where,
                        "import the model anew");
            }
            return new TextEncoder(space, preparation, tokenizer, loaded, Workers.of(threads));
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
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
    public Embeddings encode(List<Content> batch) {
        return use.during(() -> encode(batch, truncated));
    }

    @Override
    public Embeddings probe(List<Content> probes) {
        return use.during(() -> encode(probes, new LongAdder()));
    }

    @Override
    public String preparedHash() {
        MessageDigest sha = Hashes.sha256();
        for (Content probe : Probes.texts()) {
            int[] ids = tokenizer.tokens(preparation.words(probe)).ids();
            ByteBuffer bytes =
                    ByteBuffer.allocate(Integer.BYTES * (ids.length + 1)).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putInt(ids.length).asIntBuffer().put(ids);
            sha.update(bytes.array());
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    private Embeddings encode(List<Content> batch, LongAdder cut) {
        float[] embeddings = new float[Math.multiplyExact(batch.size(), space.dimension())];
        for (int from = 0; from < batch.size(); ) {
            int to = windowEnd(batch, from);
            int[][] tokens = tokens(batch, from, to, cut);
            List<int[]> packs = packs(tokens);
            int first = from;
            if (packs.size() == 1) {
                run(packs.getFirst(), tokens, first, embeddings);
            } else {
                workers.blocks(packs.size(), 1, (pack, end) -> run(packs.get(pack), tokens, first, embeddings));
            }
            from = to;
        }
        return new Embeddings(space, batch.size(), embeddings);
    }

    @Override
    public Unit unit() {
        return Unit.TOKENS;
    }

    /** By four characters a token, as English has them, and the two that frame a text. */
    @Override
    public int estimate(int characters) {
        return (int) Math.min(
                preparation.maxTokens(), 2 + ((long) preparation.prompt().length() + characters) / 4 + 1);
    }

    @Override
    public Prepared prepare(Content content) {
        Tokenizer.Tokens made = use.during(() -> tokenizer.tokens(preparation.words(content)));
        if (made.cut()) {
            truncated.increment();
        }
        return new TokenIds(made.ids());
    }

    @Override
    public Embeddings run(List<Prepared> pack) {
        float[] embeddings = new float[Math.multiplyExact(pack.size(), space.dimension())];
        int[][] tokens = new int[pack.size()][];
        int[] order = new int[pack.size()];
        for (int i = 0; i < tokens.length; i++) {
            if (!(pack.get(i) instanceof TokenIds(int[] ids))) {
                throw Prepared.foreign(pack.get(i));
            }
            tokens[i] = ids;
            order[i] = i;
        }
        if (tokens.length > 0) {
            use.during(() -> {
                run(order, tokens, 0, embeddings);
                return embeddings;
            });
        }
        return new Embeddings(space, pack.size(), embeddings);
    }

    @Override
    public List<TensorInput> inputs() {
        return Stream.of(IDS, MASK, TYPES)
                .filter(model.inputs()::contains)
                .map(name -> new TensorInput(name, TensorInput.Type.INT64, List.of(TensorInput.ANY, TensorInput.ANY)))
                .toList();
    }

    @Override
    public List<Prepared> ready(Map<String, Tensor> tensors) {
        ReadyTensors given = new ReadyTensors(tensors, model.inputs());
        Tensor.Wholes ids = given.wholes(IDS, TensorInput.ANY);
        int width = ids.shape().getLast();
        if (width > preparation.maxTokens()) {
            throw new Refusal(
                    "has " + width + " tokens a text",
                    IDS,
                    "this encoder reads " + preparation.maxTokens() + " at most");
        }
        if (given.has(TYPES)) {
            ReadyTensors.requireZeros(TYPES, given.wholes(TYPES, width));
        }
        return ReadyTensors.tokens(ids, given.wholes(MASK, width), tokenizer.largest());
    }

    @Override
    public TextLength length(String text) {
        Tokenizer.Tokens made = use.during(() -> tokenizer.tokens(preparation.words(new Content.Text(text))));
        return new TextLength(made.ids().length, preparation.maxTokens(), made.cut());
    }

    private static int windowEnd(List<Content> batch, int from) {
        long characters = 0;
        int to = from;
        while (to < batch.size() && to - from < WINDOW && characters < WINDOW_CHARACTERS) {
            characters += batch.get(to) instanceof Content.Text(String value) ? value.length() : 0;
            to++;
        }
        return to;
    }

    private int[][] tokens(List<Content> batch, int from, int to, LongAdder cut) {
        int[][] tokens = new int[to - from][];
        Workers.Block block = (begin, end) -> {
            for (int i = begin; i < end; i++) {
                Tokenizer.Tokens made = tokenizer.tokens(words(batch, from + i));
                tokens[i] = made.ids();
                if (made.cut()) {
                    cut.increment();
                }
            }
        };
        if (tokens.length == 1) {
            Tokenizer.Tokens made = tokenizer.tokens(words(batch, from));
            tokens[0] = made.ids();
            if (made.cut()) {
                cut.increment();
            }
        } else {
            workers.blocks(tokens.length, TOKENIZED, block);
        }
        return tokens;
    }

    private String words(List<Content> batch, int i) {
        try {
            return preparation.words(batch.get(i));
        } catch (Refusal e) {
            throw new Refusal(
                    e.what(), batch.size() == 1 ? e.where() : "number " + (i + 1) + " of the batch", e.hint(), e);
        }
    }

    /** Longest first: the last packs, which decide when all is done, are the quickest. */
    private static List<int[]> packs(int[][] tokens) {
        int[] order = IntStream.range(0, tokens.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -tokens[i].length))
                .mapToInt(Integer::intValue)
                .toArray();
        List<int[]> packs = new ArrayList<>();
        for (int from = 0; from < order.length; ) {
            int n = Math.clamp(PACK / tokens[order[from]].length, 1, order.length - from);
            packs.add(java.util.Arrays.copyOfRange(order, from, from + n));
            from += n;
        }
        return packs;
    }

    private void run(int[] pack, int[][] tokens, int first, float[] embeddings) {
        int width = 0;
        for (int text : pack) {
            width = Math.max(width, tokens[text].length);
        }
        int size = pack.length * width;
        Scratch buffers = scratch.poll();
        if (buffers == null || buffers.ids().capacity() < size) {
            buffers = Scratch.of(Math.max(PACK, size));
        }
        fill(buffers, pack, tokens, width);
        float[] rows = new float[pack.length * space.dimension()];
        long[] shape = {pack.length, width};
        try (OnnxTensor ids = tensor(buffers.ids(), size, shape);
                OnnxTensor mask = tensor(buffers.mask(), size, shape);
                OnnxTensor types = tensor(buffers.types(), size, shape)) {
            Map<String, OnnxTensor> inputs = new HashMap<>(Map.of(IDS, ids, MASK, mask));
            if (typed) {
                inputs.put(TYPES, types);
            }
            model.embed(inputs, pack.length, rows, 0);
        } catch (OrtException e) {
            throw new LoadedModel.Failed("the runtime failed on " + pack.length + " texts (" + e.getMessage() + ")", e);
        }
        int d = space.dimension();
        for (int i = 0; i < pack.length; i++) {
            System.arraycopy(rows, i * d, embeddings, (first + pack[i]) * d, d);
        }
        scratch.add(buffers);
    }

    private static void fill(Scratch buffers, int[] pack, int[][] tokens, int width) {
        buffers.ids().clear();
        buffers.mask().clear();
        for (int i = 0; i < pack.length; i++) {
            int[] own = tokens[pack[i]];
            for (int t = 0; t < width; t++) {
                buffers.ids().put(i * width + t, t < own.length ? own[t] : 0);
                buffers.mask().put(i * width + t, t < own.length ? 1 : 0);
            }
        }
    }

    private OnnxTensor tensor(LongBuffer values, int size, long[] shape) throws OrtException {
        return OnnxTensor.createTensor(model.environment(), values.clear().limit(size), shape);
    }

    /** Returns at once; what is being computed meanwhile is computed to its end first, and what it needs is freed then. */
    @Override
    public void close() {
        use.end(Duration.ZERO, () -> {
            workers.close();
            model.close();
            tokenizer.close();
        });
    }
}
