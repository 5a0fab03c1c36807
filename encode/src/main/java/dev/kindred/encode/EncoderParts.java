package dev.kindred.encode;

import dev.kindred.core.Distance;
import dev.kindred.core.Hashes;
import dev.kindred.core.Space;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What decides a vector: the graph, the preprocessing and the tokenizer, as the bytes that are sealed. Made once from an architecture and
 * its weights, or from a model made elsewhere; opened straight away to measure, sealed into a bundle afterwards.
 *
 * @param name of the encoder within its bundle, and its role: {@code image}, {@code text}, or {@code query} and {@code document}
 * @param modelEntry the bundle entry of the graph; encoders of two roles may share one
 * @param architecture the graph's value, kept so that the untrained encoder can be made for comparison; null for a graph made elsewhere
 * @param tokenizer in the form of Hugging Face's {@code tokenizer.json}; null where pictures are taken
 * @param space follows from all encoders of the bundle
 */
public record EncoderParts(
        String name,
        String modelEntry,
        @Nullable Architecture architecture,
        Preparation preparation,
        byte[] model,
        byte @Nullable [] tokenizer,
        Distance distance,
        Space space) {

    /** The one encoder of a picture bundle. */
    public static final String IMAGE = "image";

    /** The one encoder of a text bundle. */
    public static final String TEXT = "text";

    /** The encoder of what is looked for, where it differs from that of what is found. */
    public static final String QUERY = "query";

    /** The encoder of what is found. */
    public static final String DOCUMENT = "document";

    /** An encoder of pictures that Kindred teaches. */
    public static EncoderParts of(
            Architecture architecture, Weights weights, PicturePreparation preparation, Distance distance) {
        if (!preparation.fits(architecture)) {
            throw new IllegalArgumentException(
                    "an encoder of " + architecture.input() + " behind a preparation of " + preparation.shape());
        }
        byte[] model = OnnxGraph.write(architecture, weights);
        Unplaced one = new Unplaced(IMAGE, modelEntry(IMAGE), architecture, preparation, model, null);
        return placed(List.of(one), architecture.dimension(), distance).getFirst();
    }

    /** An encoder of texts by their characters that Kindred teaches. */
    public static EncoderParts of(
            Architecture architecture, Weights weights, CharacterPreparation preparation, Distance distance) {
        if (!architecture.input().equals(preparation.extent())) {
            throw new IllegalArgumentException(
                    "an encoder of " + architecture.input() + " behind " + preparation.extent());
        }
        byte[] model = OnnxGraph.write(architecture, weights);
        Unplaced one = new Unplaced(TEXT, modelEntry(TEXT), architecture, preparation, model, null);
        return placed(List.of(one), architecture.dimension(), distance).getFirst();
    }

    /**
     * An encoder of pictures made elsewhere.
     *
     * @param model takes {@code input} {@code [n, c, h, w]}, gives {@code embedding} {@code [n, dimension]}
     */
    public static EncoderParts picture(byte[] model, PicturePreparation preparation, int dimension, Distance distance) {
        Unplaced one = new Unplaced(IMAGE, modelEntry(IMAGE), null, preparation, model, null);
        return placed(List.of(one), dimension, distance).getFirst();
    }

    /**
     * An encoder of texts.
     *
     * @param model takes {@code input_ids}, {@code attention_mask} and perhaps {@code token_type_ids}, int64 {@code [n, t]}, gives
     *     {@code embedding} {@code [n, dimension]}
     * @param tokenizer in the form of Hugging Face's {@code tokenizer.json}
     * @param maxTokens of one text, special tokens included
     * @param prompt set before every text; often empty
     */
    public static EncoderParts text(
            byte[] model, byte[] tokenizer, int maxTokens, String prompt, int dimension, Distance distance) {
        TextPreparation preparation = new TextPreparation(tokenizerEntry(TEXT), maxTokens, prompt);
        Unplaced one = new Unplaced(TEXT, modelEntry(TEXT), null, preparation, model, tokenizer);
        return placed(List.of(one), dimension, distance).getFirst();
    }

    /** Encoders of queries and of documents: one model and tokenizer, two prompts, one space. */
    public static List<EncoderParts> textRoles(
            byte[] model,
            byte[] tokenizer,
            int maxTokens,
            String queryPrompt,
            String documentPrompt,
            int dimension,
            Distance distance) {
        String entry = modelEntry(DOCUMENT);
        String cutting = tokenizerEntry(DOCUMENT);
        return placed(
                List.of(
                        new Unplaced(
                                DOCUMENT,
                                entry,
                                null,
                                new TextPreparation(cutting, maxTokens, documentPrompt),
                                model,
                                tokenizer),
                        new Unplaced(
                                QUERY,
                                entry,
                                null,
                                new TextPreparation(cutting, maxTokens, queryPrompt),
                                model,
                                tokenizer)),
                dimension,
                distance);
    }

    /** Whether a head stands on a frozen encoder. */
    public boolean hasHead() {
        return OnnxGraph.base(model).isPresent();
    }

    /**
     * All encoders of a bundle with a head on their graphs: a new space.
     *
     * @param head takes what they give, height and width 1
     */
    public static List<EncoderParts> withHead(List<EncoderParts> parts, Architecture head, Weights weights) {
        Map<String, byte[]> headed = new HashMap<>();
        List<Unplaced> unplaced = new ArrayList<>();
        for (EncoderParts part : parts) {
            byte[] model =
                    headed.computeIfAbsent(part.modelEntry(), entry -> OnnxGraph.append(part.model(), head, weights));
            unplaced.add(
                    new Unplaced(part.name(), part.modelEntry(), null, part.preparation(), model, part.tokenizer()));
        }
        return placed(unplaced, head.dimension(), parts.getFirst().distance());
    }

    /** Parts whose space is not known yet: it follows from all encoders of a bundle together. */
    record Unplaced(
            String name,
            String modelEntry,
            @Nullable Architecture architecture,
            Preparation preparation,
            byte[] model,
            byte @Nullable [] tokenizer) {

        EncoderParts in(Space space) {
            return new EncoderParts(
                    name, modelEntry, architecture, preparation, model, tokenizer, space.distance(), space);
        }

        /** Names of the entries that decide what it gives. */
        Set<String> entries() {
            return deciding().keySet();
        }

        /** The entries that decide what it gives, by name. */
        Map<String, byte[]> deciding() {
            Map<String, byte[]> entries = new TreeMap<>();
            entries.put(modelEntry, model);
            entries.put(preprocessingEntry(name), Bundle.utf8(preparation.json()));
            if (tokenizer != null && preparation instanceof TextPreparation text) {
                entries.put(text.tokenizer(), tokenizer);
            }
            return entries;
        }
    }

    private static List<EncoderParts> placed(List<Unplaced> all, int dimension, Distance distance) {
        Map<String, String> hashes = new TreeMap<>();
        for (Unplaced one : all) {
            one.deciding().forEach((entry, bytes) -> hashes.computeIfAbsent(entry, _ -> Hashes.sha256Hex(bytes)));
        }
        Space space = space(hashes, dimension, distance);
        return all.stream().map(one -> one.in(space)).toList();
    }

    /** The entries that decide what it gives, by name. */
    Map<String, byte[]> deciding() {
        return new Unplaced(name, modelEntry, architecture, preparation, model, tokenizer).deciding();
    }

    /**
     * The space that entries decide.
     *
     * @param deciding SHA-256 in hex by entry name
     */
    static Space space(Map<String, String> deciding, int dimension, Distance distance) {
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(deciding)
                .forEach((name, sha) ->
                        lines.append(name).append(' ').append(sha).append('\n'));
        lines.append("dimension ").append(dimension).append('\n');
        lines.append("distance ").append(distance.wireName()).append('\n');
        return new Space(Hashes.sha256Hex(lines.toString().getBytes(StandardCharsets.UTF_8)), dimension, distance);
    }

    static String modelEntry(String encoder) {
        return "encoders/" + encoder + "/model.onnx";
    }

    static String tokenizerEntry(String encoder) {
        return "encoders/" + encoder + "/tokenizer.json";
    }

    static String preprocessingEntry(String encoder) {
        return "encoders/" + encoder + "/preprocessing.json";
    }

    static String probesEntry(String encoder) {
        return "encoders/" + encoder + "/probes.json";
    }

    /** Opens it on ONNX Runtime. */
    public Encoder open(int threads) {
        return open(threads, modelEntry);
    }

    /** @param where the bundle and entry, for errors */
    Probed open(int threads, String where) {
        return switch (preparation) {
            case PicturePreparation pictures -> PictureEncoder.open(model, pictures, space, threads, where);
            case CharacterPreparation texts -> CharacterEncoder.open(model, texts, space, threads, where);
            case TextPreparation texts -> {
                if (tokenizer == null) {
                    throw new IllegalStateException("an encoder of texts without a tokenizer");
                }
                yield TextEncoder.open(model, tokenizer, texts, space, threads, where);
            }
        };
    }

    /**
     * What it was before any teaching, which a figure must be compared with: the same architecture untrained, or the frozen encoder below
     * a head. Empty where nothing was taught.
     *
     * @param seed the untrained weights are drawn by
     */
    public Optional<EncoderParts> untaught(long seed) {
        if (architecture != null) {
            Weights drawn = Weights.untrained(architecture, seed);
            return Optional.of(
                    preparation instanceof CharacterPreparation texts
                            ? of(architecture, drawn, texts, distance)
                            : of(architecture, drawn, preparation.pictures(), distance));
        }
        return OnnxGraph.base(model)
                .map(base -> placed(
                                List.of(new Unplaced(name, modelEntry, null, preparation, base.model(), tokenizer)),
                                base.dimension(),
                                distance)
                        .getFirst());
    }
}
