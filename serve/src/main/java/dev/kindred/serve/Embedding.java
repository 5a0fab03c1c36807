package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.Tensor;
import dev.kindred.encode.TensorInput;
import dev.kindred.encode.TextLength;
import dev.kindred.serve.batch.Encoding;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.batch.Pool;
import dev.kindred.serve.batch.Source;
import dev.kindred.serve.seen.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * From texts, pictures or ready tensors to one collection's vectors: the one place where other protocols meet its {@link Encoding}. What
 * is over the bounds, or over what the key may ask, is refused before anything is computed.
 */
public final class Embedding {
    /** Texts of one request: as many as OpenAI's clients send at most. */
    public static final int MOST_TEXTS = 2048;
    /** Pictures of one request. */
    public static final int MOST_PICTURES = Inputs.MAX_INPUTS;
    /** Texts whose lengths are found before the pool looks again who is next, and who still waits. */
    private static final int PORTION = 64;

    private final Served served;
    private final Encoding encoding;
    private final Pool pool;
    private final Work work;

    Embedding(Served served, Encoding encoding, Pool pool, Work work) {
        this.served = served;
        this.encoding = encoding;
        this.pool = pool;
        this.work = work;
    }

    /** @param tokens that were read for them in all; 0 where the encoder has none */
    public record Counted(Embeddings embeddings, long tokens) {}

    /** One row a text. @param where the field they come from, for errors */
    public Embeddings texts(Call call, List<String> texts, Encoding.Role role, String where) {
        require(Served.Takes.TEXTS, where);
        bound(texts.size(), MOST_TEXTS, where);
        List<Source> sources = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).isBlank()) {
                throw Problem.badRequest("the text is empty", place(where, i, texts.size()), "");
            }
            sources.add(new Source.Text(texts.get(i)));
        }
        return embed(call, role, sources);
    }

    /** The same, its tokens counted. */
    public Counted counted(Call call, List<String> texts, Encoding.Role role, String where) {
        Embeddings embeddings = texts(call, texts, role, where);
        long tokens = 0;
        for (TextLength length : lengths(call, texts, role)) {
            tokens += length.tokens();
        }
        return new Counted(embeddings, tokens);
    }

    /** One row a picture, each as a file's undecoded bytes. */
    public Embeddings pictures(Call call, List<byte[]> pictures, Encoding.Role role, String where) {
        require(Served.Takes.PICTURES, where);
        bound(pictures.size(), MOST_PICTURES, where);
        List<Source> sources = new ArrayList<>(pictures.size());
        for (int i = 0; i < pictures.size(); i++) {
            sources.add(new Source.Picture(pictures.get(i), place(where, i, pictures.size())));
        }
        return embed(call, role, sources);
    }

    private Embeddings embed(Call call, Encoding.Role role, List<Source> sources) {
        call.take(sources.size());
        return encoding.embed(call.asAsker(), Lane.EMBED, role, sources);
    }

    /** One row a sample that was prepared elsewhere. */
    public Embeddings tensors(Call call, Map<String, Tensor> tensors, int samples, Encoding.Role role, String where) {
        bound(samples, MOST_TEXTS, where);
        call.take(samples);
        try {
            return encoding.embed(call.asAsker(), Lane.EMBED, role, tensors);
        } catch (Refusal refusal) {
            throw new Problem(
                    HttpStatus.BAD_REQUEST,
                    "tensor",
                    refusal.what(),
                    refusal.where().isEmpty() ? where : refusal.where(),
                    refusal.hint());
        }
    }

    /** The tensors that {@link #tensors} takes. */
    public List<TensorInput> inputs(Encoding.Role role) {
        return encoding.inputs(role);
    }

    /** How much of each text is read. */
    public List<TextLength> lengths(Call call, List<String> texts, Encoding.Role role) {
        Encoder encoder = role == Encoding.Role.QUERY ? served.queries() : served.documents();
        List<TextLength> lengths = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += PORTION) {
            List<String> portion = texts.subList(from, Math.min(texts.size(), from + PORTION));
            lengths.addAll(pool.run(
                    call.asAsker(),
                    Lane.EMBED,
                    work.timer(),
                    () -> work.counted(
                            () -> portion.stream().map(encoder::length).toList())));
        }
        return lengths;
    }

    private void require(Served.Takes given, String where) {
        if (!served.takes().take(given)) {
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
