package dev.kindred.encode;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Hashes;
import dev.kindred.core.Space;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All that one bundle holds, ready to be sealed.
 *
 * @param encoders of one space, of different names
 * @param comparator a learned distance on their embeddings; null where none was taught
 * @param decision null where no validation set taught one
 * @param baseline statistics of the validation embeddings and scores; null where there are none
 * @param provenance data fingerprint, recipe, seed, versions, based-on weights and licence
 * @param card Markdown, for people
 */
public record Sealing(
        List<Proven> encoders,
        @Nullable ComparatorParts comparator,
        @Nullable Decision decision,
        @Nullable JsonObject baseline,
        JsonObject provenance,
        String card) {

    /**
     * An encoder and its proof.
     *
     * @param probes what the trainer's own engine makes of the probes
     */
    public record Proven(EncoderParts parts, Probes probes) {}

    public Sealing {
        encoders = List.copyOf(encoders);
        for (Proven encoder : encoders) {
            if (!encoder.parts().space().equals(encoders.getFirst().parts().space())) {
                throw new IllegalArgumentException("a bundle of two spaces");
            }
        }
    }

    /** A bundle of encoders alone. */
    public Sealing(
            List<Proven> encoders,
            @Nullable Decision decision,
            @Nullable JsonObject baseline,
            JsonObject provenance,
            String card) {
        this(encoders, null, decision, baseline, provenance, card);
    }

    /** A bundle of one encoder. */
    public Sealing(
            EncoderParts parts,
            Probes probes,
            @Nullable Decision decision,
            @Nullable JsonObject baseline,
            JsonObject provenance,
            String card) {
        this(List.of(new Proven(parts, probes)), decision, baseline, provenance, card);
    }

    /** Encoders that no engine but the runtime itself has run: those made elsewhere. */
    public static List<Proven> proven(List<EncoderParts> parts) {
        List<Proven> proven = new ArrayList<>();
        for (EncoderParts one : parts) {
            try (Probed encoder = one.open(1, one.modelEntry())) {
                proven.add(new Proven(one, Probes.of(encoder, one.preparation())));
            }
        }
        return proven;
    }

    /**
     * What the trainer's engine makes of the probes where it taught a head on a frozen encoder.
     *
     * @param frozen the encoder below
     * @param head takes what the frozen encoder gives, {@code [n, d]}, and gives what the trainer makes of it
     */
    public static Probes probe(EncoderParts frozen, UnaryOperator<float[]> head) {
        try (Probed encoder = frozen.open(1, frozen.modelEntry())) {
            Probes below = Probes.of(encoder, frozen.preparation());
            return new Probes(below.prepared(), head.apply(below.embeddings()));
        }
    }

    /**
     * What the trainer's engine makes of the probe pictures.
     *
     * @param trainer takes prepared rasters, one a picture, and gives {@code [n, d]} embeddings
     */
    public static Probes probe(PicturePreparation preparation, Function<List<byte[]>, float[]> trainer) {
        List<byte[]> rasters =
                Probes.pictures().stream().map(preparation::raster).toList();
        return new Probes(Probes.rasterHash(preparation.shape()), trainer.apply(rasters));
    }

    /**
     * What the trainer's engine makes of the probe texts.
     *
     * @param trainer takes the bytes of texts and gives {@code [n, d]} embeddings
     */
    public static Probes probe(CharacterPreparation preparation, Function<List<byte[]>, float[]> trainer) {
        List<byte[]> bytes = Probes.texts().stream().map(preparation::bytes).toList();
        return new Probes(CharacterEncoder.hash(preparation), trainer.apply(bytes));
    }

    /**
     * Writes the bundle, after proof that the sealed graph gives what the trainer gave.
     *
     * @throws IllegalStateException where they differ by more than {@link Probes#SEALING_TOLERANCE}, or a comparator's by more than
     *     {@link PairProbes#SEALING_TOLERANCE}
     */
    public Bundle write(Path path) {
        encoders.forEach(Sealing::prove);
        if (comparator != null) {
            prove(comparator, documents(encoders));
        }
        CanonicalZip.write(path, entries());
        return Bundle.open(path);
    }

    private static void prove(Proven sealed) {
        EncoderParts parts = sealed.parts();
        try (Probed encoder = parts.open(1, parts.modelEntry())) {
            double off = Probes.difference(
                    encoder.probe(Probes.contents(parts.preparation())),
                    sealed.probes().embeddings());
            if (!(off <= Probes.SEALING_TOLERANCE)) {
                throw new IllegalStateException(
                        "the sealed encoder differs from the trainer's by " + off + "; nothing was written");
            }
        }
    }

    private static void prove(ComparatorParts comparator, Proven documents) {
        try (LearnedDistance distance = comparator.open(documents.parts().space(), 1)) {
            double off = comparator.probes().difference(distance, documents.probes());
            if (!(off <= PairProbes.SEALING_TOLERANCE)) {
                throw new IllegalStateException(
                        "the sealed comparator differs from the trainer's by " + off + "; nothing was written");
            }
        }
    }

    /** The encoder of documents, or the only one: a comparator is held to its probes. */
    public static Proven documents(List<Proven> encoders) {
        return encoders.stream()
                .filter(one -> one.parts().name().equals(EncoderParts.DOCUMENT))
                .findFirst()
                .orElse(encoders.getFirst());
    }

    private Map<String, byte[]> entries() {
        Map<String, byte[]> entries = new TreeMap<>();
        for (Proven encoder : encoders) {
            EncoderParts parts = encoder.parts();
            entries.putAll(parts.deciding());
            entries.put(
                    EncoderParts.probesEntry(parts.name()),
                    Bundle.utf8(encoder.probes().json(parts.preparation())));
        }
        if (comparator != null) {
            entries.put(ComparatorParts.MODEL, comparator.model());
            entries.put(ComparatorParts.PROBES, Bundle.utf8(comparator.probes().json()));
        }
        if (decision != null) {
            entries.put(Bundle.DECISION, Bundle.utf8(DecisionJson.write(decision)));
        }
        if (baseline != null) {
            entries.put(Bundle.BASELINE, Bundle.utf8(baseline));
        }
        entries.put(Bundle.CARD, card.getBytes(StandardCharsets.UTF_8));
        Map<String, byte[]> manifestFirst = new java.util.LinkedHashMap<>();
        manifestFirst.put(Bundle.MANIFEST, Bundle.utf8(manifest(entries)));
        manifestFirst.putAll(entries);
        return manifestFirst;
    }

    private JsonObject manifest(Map<String, byte[]> entries) {
        JsonObject manifest = new JsonObject();
        manifest.addProperty("format", Bundle.FORMAT);
        Space space = encoders.getFirst().parts().space();
        manifest.addProperty("space", space.id());
        manifest.addProperty("dimension", space.dimension());
        manifest.addProperty("distance", space.distance().wireName());
        JsonArray listing = new JsonArray();
        encoders.forEach(encoder -> listing.add(listed(encoder.parts())));
        manifest.add("encoders", listing);
        manifest.add("provenance", provenance);
        JsonObject listed = new JsonObject();
        entries.forEach((name, content) -> {
            JsonObject entry = new JsonObject();
            entry.addProperty("bytes", content.length);
            entry.addProperty("sha256", Hashes.sha256Hex(content));
            listed.add(name, entry);
        });
        manifest.add("entries", listed);
        return manifest;
    }

    private static JsonObject listed(EncoderParts parts) {
        JsonObject encoder = new JsonObject();
        encoder.addProperty("name", parts.name());
        encoder.addProperty("input", parts.preparation() instanceof PicturePreparation ? "picture" : "text");
        if (!parts.modelEntry().equals(EncoderParts.modelEntry(parts.name()))) {
            encoder.addProperty("model", parts.modelEntry());
        }
        if (parts.architecture() != null) {
            encoder.add("architecture", ArchitectureJson.write(parts.architecture()));
        }
        return encoder;
    }
}
