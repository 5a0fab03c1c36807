package dev.kindred.encode;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An encoder made elsewhere, as one of Kindred's own: its graph takes what Kindred feeds and gives embeddings, and an embedding does not
 * depend on its company.
 *
 * @param encoders one, or of queries and of documents
 * @param floats the same before 8 bits; the very same where none were asked for
 * @param pooling that was added; null where the graph gave embeddings already
 */
public record ModelImport(
        List<EncoderParts> encoders,
        List<EncoderParts> floats,
        @Nullable Pooling pooling) {
    /** Least cosine of an embedding alone to the same in company. */
    private static final double LEAST_COSINE = 0.99999;

    private static final double LEAST_COSINE_INT8 = 0.9999;
    /** Longer texts are not tried: attention takes memory by their square. */
    private static final int TRIED_TOKENS = 1024;

    /**
     * What whoever imports states, before what the model's files say; null for what they leave to those.
     *
     * @param output the graph's output or inner tensor
     * @param int8 whether the graph computes in 8 bits
     */
    public record Stated(
            @Nullable String output,
            @Nullable Pooling pooling,
            @Nullable Integer maxTokens,
            @Nullable Distance distance,
            boolean int8) {
        public static final Stated NOTHING = new Stated(null, null, null, null, false);
    }

    public ModelImport {
        encoders = List.copyOf(encoders);
        floats = List.copyOf(floats);
    }

    /**
     * An encoder of texts; of queries and of documents where their prompts differ.
     *
     * @throws Refusal where the model, its tokenizer and what is stated do not fit together
     */
    public static ModelImport texts(ModelFolder folder, Stated stated) {
        String where = folder.model().toString();
        String tokenizerFile = folder.tokenizerFile().toString();
        ForeignTokenizer tokenizer = ForeignTokenizer.of(folder.tokenizer(), tokenizerFile);
        int maxTokens = maxTokens(folder, stated);
        Pooling pooling = stated.pooling() != null ? stated.pooling() : folder.pooling();
        Distance distance = stated.distance() != null ? stated.distance() : folder.distance();
        boolean unitLength = folder.unitLength() || distance == Distance.COSINE;
        TextGraph graph = TextGraph.of(OnnxFile.read(folder.model()), stated.output(), pooling, unitLength, where);
        if (stated.pooling() != null && !graph.pooledHere()) {
            throw new Refusal(
                    "gives one embedding a text already",
                    where,
                    "leave --pooling out, or name an output of its tokens by --output");
        }
        graph.requireTokens(tokenizer.largest(), tokenizerFile, where);
        if (maxTokens <= TRIED_TOKENS) {
            graph.requireLength(maxTokens, where);
        }
        String query = folder.prompt(List.of("query"));
        String document = folder.prompt(List.of("document", "passage", "corpus"));
        Sized sized = (model, dimension) -> query.equals(document)
                ? List.of(EncoderParts.text(model, tokenizer.json(), maxTokens, query, dimension, distance))
                : EncoderParts.textRoles(model, tokenizer.json(), maxTokens, query, document, dimension, distance);
        List<EncoderParts> floats = sized.parts(graph.bytes(), graph.dimension());
        floats.forEach(parts -> requireAlone(parts, LEAST_COSINE, where));
        List<EncoderParts> encoders = floats;
        if (stated.int8()) {
            encoders = sized.parts(Graft.bytes(Int8.of(graph.model(), where)), graph.dimension());
            encoders.forEach(parts -> requireAlone(parts, LEAST_COSINE_INT8, where));
        }
        return new ModelImport(encoders, floats, graph.pooledHere() ? pooling : null);
    }

    /** One model and tokenizer as encoders. */
    @FunctionalInterface
    private interface Sized {
        List<EncoderParts> parts(byte[] model, int dimension);
    }

    private static int maxTokens(ModelFolder folder, Stated stated) {
        Integer tokens = stated.maxTokens() != null ? stated.maxTokens() : folder.maxTokens();
        if (tokens == null) {
            throw new Refusal(
                    "nothing states how many tokens of a text it reads",
                    folder.folder().toString(),
                    "state it by --max-tokens, as the model was taught");
        }
        if (tokens < 3 || tokens > TextPreparation.MOST_TOKENS) {
            throw new Refusal(
                    tokens + " tokens are out of range",
                    "--max-tokens",
                    "write a number from 3 to " + TextPreparation.MOST_TOKENS);
        }
        return tokens;
    }

    /**
     * An encoder of pictures.
     *
     * @param model an ONNX file
     * @param preparation as the model was taught
     */
    public static ModelImport pictures(Path model, PicturePreparation preparation, Stated stated) {
        String where = model.toString();
        Distance distance = stated.distance() != null ? stated.distance() : Distance.COSINE;
        PictureGraph graph = PictureGraph.of(
                OnnxFile.read(model), preparation.shape(), stated.output(), distance == Distance.COSINE, where);
        EncoderParts floats = EncoderParts.picture(graph.bytes(), preparation, graph.dimension(), distance);
        requireAlone(floats, LEAST_COSINE, where);
        EncoderParts encoder = floats;
        if (stated.int8()) {
            byte[] bits = Graft.bytes(Int8.of(graph.model(), where));
            encoder = EncoderParts.picture(bits, preparation, graph.dimension(), distance);
            requireAlone(encoder, LEAST_COSINE_INT8, where);
        }
        return new ModelImport(List.of(encoder), List.of(floats), null);
    }

    /** Refuses an encoder whose embeddings depend on what they are batched with, such as one that was quantised dynamically. */
    private static void requireAlone(EncoderParts parts, double least, String where) {
        List<Content> probes = Probes.contents(parts.preparation());
        try (Encoder encoder = parts.open(1)) {
            Embeddings together = encoder.encode(probes);
            int d = together.dimension();
            for (int i = 0; i < probes.size(); i++) {
                float[] alone = encoder.embed(probes.get(i)).values();
                double cosine = Distance.COSINE.score(alone, 0, together.values(), i * d, d);
                boolean nothing = isZero(alone, 0, d) && isZero(together.values(), i * d, d);
                if (!nothing && !(cosine >= least)) {
                    throw new Refusal(
                            "its embeddings depend on what they are batched with (cosine %.4f alone to in company)"
                                    .formatted(cosine),
                            where,
                            "it seems to be quantised dynamically, or to read padding; import the float model, with"
                                    + " --int8 for 8 bits");
                }
            }
        } catch (LoadedModel.Failed e) {
            throw new Refusal(
                    "does not run: " + e.getMessage(),
                    where,
                    "export the model for any number of samples and any length (dynamic axes)",
                    e);
        }
    }

    private static boolean isZero(float[] values, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (values[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** SHA-256 in hex of a model's file, to be recorded. */
    public static String fingerprint(Path model) {
        MessageDigest sha = Hashes.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(model), sha)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(sha.digest());
    }
}
