package dev.kindred.serve;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.Prepared;
import dev.kindred.encode.Tensor;
import dev.kindred.encode.TensorInput;
import dev.kindred.encode.TextLength;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A collection behind an encoder with tokens: each word is one, framed by two, and the embedding is the unit sum of a direction each. It
 * takes the tokens ready made as well, so that both ways can be held to one another.
 */
final class TokenCollection implements AutoCloseable {
    static final int DIMENSION = 24;
    static final int MOST_TOKENS = 16;
    static final String BUNDLE = "c0ffee".repeat(10) + "0123";
    private static final long FRAME = 1;
    private static final String READY = "\u0001ready";

    final Tokens encoder;
    private final VectorIndex index;
    private final String name;

    private TokenCollection(String name, Distance distance, Path folder) {
        this.name = name;
        encoder =
                new Tokens(new Space((distance == Distance.COSINE ? "70ce" : "70cf").repeat(16), DIMENSION, distance));
        Item item = new Item("one", encoder.embed("one word").row(0), Map.of("name", Value.of("one")), null);
        index = ExactIndex.build(folder.resolve(name), encoder.space(), Stream.of(item), Progress.SILENT);
    }

    static TokenCollection in(Path folder) {
        return new TokenCollection(Served.DEFAULT_COLLECTION, Distance.COSINE, folder);
    }

    static TokenCollection named(String name, Distance distance, Path folder) {
        return new TokenCollection(name, distance, folder);
    }

    Served served() {
        return new Served(
                name, BUNDLE, Served.Takes.TEXTS, encoder, encoder, Optional.empty(), Optional.empty(), index);
    }

    @Override
    public void close() {
        index.close();
    }

    /** The encoder, and how a test holds it. */
    static final class Tokens implements Encoder {
        private final Space space;
        /** Where not null, encoding waits for it. */
        volatile @Nullable CountDownLatch gate;
        /** Counted down when encoding begins. */
        volatile CountDownLatch entered = new CountDownLatch(1);

        Tokens(Space space) {
            this.space = space;
        }

        @Override
        public Space space() {
            return space;
        }

        static long[] ids(String text) {
            if (text.startsWith(READY)) {
                return Arrays.stream(text.substring(READY.length()).strip().split(" "))
                        .mapToLong(Long::parseLong)
                        .toArray();
            }
            long[] words = Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\s+"))
                    .mapToLong(word -> 2 + (word.hashCode() & 0xffff))
                    .limit(MOST_TOKENS - 2)
                    .toArray();
            long[] framed = new long[words.length + 2];
            System.arraycopy(words, 0, framed, 1, words.length);
            framed[0] = FRAME;
            framed[framed.length - 1] = FRAME;
            return framed;
        }

        @Override
        public TextLength length(String text) {
            return new TextLength(ids(text).length, MOST_TOKENS, text.split("\\s+").length > MOST_TOKENS - 2);
        }

        @Override
        public List<TensorInput> inputs() {
            return Stream.of("input_ids", "attention_mask")
                    .map(name ->
                            new TensorInput(name, TensorInput.Type.INT64, List.of(TensorInput.ANY, TensorInput.ANY)))
                    .toList();
        }

        @Override
        public Embeddings encode(List<Content> batch) {
            entered.countDown();
            if (batch.contains(new Content.Text("fault"))) {
                throw new IllegalStateException("out of order at " + Tokens.class.getName());
            }
            CountDownLatch held = gate;
            if (held != null) {
                try {
                    held.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
            List<float[]> rows = new ArrayList<>();
            for (Content content : batch) {
                rows.add(row(ids(((Content.Text) content).value())));
            }
            return embeddings(rows);
        }

        /** Each sample becomes a text of its numbers, which {@link #encode} takes for what they are. */
        @Override
        public List<Prepared> ready(Map<String, Tensor> tensors) {
            Tensor.Wholes ids = wholes(tensors, "input_ids");
            Tensor.Wholes mask = wholes(tensors, "attention_mask");
            if (!ids.shape().equals(mask.shape())) {
                throw new Refusal("is of shape " + mask.shape(), "attention_mask", "send " + ids.shape());
            }
            int width = ids.shape().get(1);
            List<Prepared> rows = new ArrayList<>();
            for (int i = 0; i < ids.shape().get(0); i++) {
                StringBuilder row = new StringBuilder(READY);
                for (int at = i * width; at < (i + 1) * width; at++) {
                    if (mask.values().get(at) == 1) {
                        row.append(' ').append(ids.values().get(at));
                    }
                }
                rows.add(new Prepared.Whole(new Content.Text(row.toString()), 1));
            }
            return rows;
        }

        private static Tensor.Wholes wholes(Map<String, Tensor> tensors, String name) {
            if (tensors.get(name) instanceof Tensor.Wholes given) {
                return given;
            }
            throw new Refusal("is missing", name, "send it: [n, t]");
        }

        private Embeddings embeddings(List<float[]> rows) {
            float[] values = new float[rows.size() * DIMENSION];
            for (int i = 0; i < rows.size(); i++) {
                System.arraycopy(rows.get(i), 0, values, i * DIMENSION, DIMENSION);
            }
            return new Embeddings(space, rows.size(), values);
        }

        private float[] row(long[] ids) {
            double[] sum = new double[DIMENSION];
            for (long id : ids) {
                Keyed direction = Keyed.of(id);
                for (int d = 0; d < DIMENSION; d++) {
                    sum[d] += direction.nextGaussian();
                }
            }
            double norm = space.distance() == Distance.COSINE
                    ? Math.sqrt(Arrays.stream(sum).map(v -> v * v).sum())
                    : 1;
            float[] row = new float[DIMENSION];
            for (int d = 0; d < DIMENSION; d++) {
                row[d] = (float) (sum[d] / norm);
            }
            return row;
        }

        @Override
        public void close() {}
    }
}
