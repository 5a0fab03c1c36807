package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.GraphInput;
import dev.kindred.encode.GraphTensors;
import dev.kindred.encode.TextLength;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * From texts, pictures or ready tensors to one collection's vectors: the one place where other protocols meet its encoders. What is over
 * the bounds is refused before anything is computed, and nothing more is computed for a client that has gone.
 */
public final class Encoding {
    /** Texts of one request: as many as OpenAI's clients send at most. */
    public static final int MOST_TEXTS = 2048;
    /** Pictures of one request. */
    public static final int MOST_PICTURES = Inputs.MAX_INPUTS;
    /** Texts that are encoded before it is looked whether anybody still waits. */
    private static final int PORTION = 64;

    /** What is embedded plays one of two roles. */
    public enum Side {
        /** What is found. */
        DOCUMENT,
        /** What is looked for. */
        QUERY
    }

    private final Served served;
    private final Compute compute;
    private final Meters.OfCollection meters;
    private final Inputs inputs;

    Encoding(Served served, Compute compute, Meters.OfCollection meters) {
        this.served = served;
        this.compute = compute;
        this.meters = meters;
        this.inputs = new Inputs(served, compute, meters);
    }

    /** @param tokens that were read for them in all; 0 where the encoder has none */
    public record Counted(Embeddings embeddings, long tokens) {}

    /** One row a text. @param where the field they come from, for errors */
    public Embeddings texts(Call call, List<String> texts, Side side, String where) {
        return texts(call, texts, side, where, false).embeddings();
    }

    /** The same, its tokens counted. */
    public Counted counted(Call call, List<String> texts, Side side, String where) {
        return texts(call, texts, side, where, true);
    }

    private Counted texts(Call call, List<String> texts, Side side, String where, boolean counting) {
        require(Served.Takes.TEXTS, where);
        bound(texts.size(), MOST_TEXTS, where);
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).isBlank()) {
                throw Problem.badRequest("the text is empty", place(where, i, texts.size()), "");
            }
        }
        Encoder encoder = encoder(side);
        return run(call, () -> {
            int d = served.space().dimension();
            float[] values = new float[Math.multiplyExact(texts.size(), d)];
            long tokens = 0;
            for (int from = 0; from < texts.size(); from += PORTION) {
                List<Content> portion = new ArrayList<>();
                for (String text : texts.subList(from, Math.min(texts.size(), from + PORTION))) {
                    portion.add(new Content.Text(text));
                    tokens += counting ? encoder.length(text).tokens() : 0;
                }
                requireWaiting(call);
                System.arraycopy(encoder.encode(portion).values(), 0, values, from * d, portion.size() * d);
            }
            return new Counted(new Embeddings(served.space(), texts.size(), values), tokens);
        });
    }

    /** One row a picture, each as a file's undecoded bytes. */
    public Embeddings pictures(Call call, List<byte[]> pictures, Side side, String where) {
        require(Served.Takes.PICTURES, where);
        bound(pictures.size(), MOST_PICTURES, where);
        List<Inputs.Input.Picture> given = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            given.add(new Inputs.Input.Picture(pictures.get(i), place(where, i, pictures.size())));
        }
        return run(call, () -> encoder(side).encode(inputs.pixels(given)));
    }

    /** One row a sample that was prepared elsewhere. */
    public Embeddings tensors(Call call, GraphTensors tensors, Side side, String where) {
        bound(tensors.count(), MOST_TEXTS, where);
        return run(call, () -> {
            try {
                return encoder(side).encode(tensors);
            } catch (Refusal refusal) {
                throw new Problem(HttpStatus.BAD_REQUEST, "tensor", refusal.what(), where, refusal.hint());
            }
        });
    }

    /** The tensors that {@link #tensors} takes. */
    public List<GraphInput> graph(Side side) {
        return encoder(side).graph();
    }

    /** How much of each text is read. */
    public List<TextLength> lengths(Call call, List<String> texts, Side side) {
        Encoder encoder = encoder(side);
        return run(call, () -> texts.stream().map(encoder::length).toList());
    }

    private Encoder encoder(Side side) {
        return switch (side) {
            case DOCUMENT -> served.documents();
            case QUERY -> served.queries();
        };
    }

    private <T> T run(Call call, Callable<T> work) {
        requireWaiting(call);
        return compute.run(meters.embed(), work);
    }

    private static void requireWaiting(Call call) {
        if (call.isGone()) {
            throw Problem.gone();
        }
    }

    private void require(Served.Takes given, String where) {
        if (served.takes() != given) {
            throw Problem.badRequest(
                    "this collection takes " + served.takes().words() + ", not " + given.words(), where, "");
        }
    }

    private static void bound(int count, int most, String where) {
        if (count < 1 || count > most) {
            throw Problem.badRequest(
                    count == 0 ? "nothing to embed" : count + " inputs at once", where, "send 1 to " + most);
        }
    }

    private static String place(String where, int i, int count) {
        return count == 1 ? where : where + "[" + i + "]";
    }
}
