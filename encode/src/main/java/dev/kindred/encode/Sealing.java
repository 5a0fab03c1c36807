package dev.kindred.encode;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Hashes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All that one bundle holds, ready to be sealed.
 *
 * @param probes what the trainer's own engine makes of the probe pictures
 * @param decision null where no validation set taught one
 * @param baseline statistics of the validation embeddings and scores; null where there are none
 * @param provenance data fingerprint, recipe, seed, versions, based-on weights and licence
 * @param card Markdown, for people
 */
public record Sealing(
        EncoderParts parts,
        Probes probes,
        @Nullable Decision decision,
        @Nullable JsonObject baseline,
        JsonObject provenance,
        String card) {

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
     * Writes the bundle, after proof that the sealed graph gives what the trainer gave.
     *
     * @throws IllegalStateException where they differ by more than {@link Probes#SEALING_TOLERANCE}
     */
    public Bundle write(Path path) {
        try (Encoder encoder = parts.open(1)) {
            double off = Probes.difference(encoder.encode(Probes.pictures()), probes.embeddings());
            if (!(off <= Probes.SEALING_TOLERANCE)) {
                throw new IllegalStateException(
                        "the sealed encoder differs from the trainer's by " + off + "; nothing was written");
            }
        }
        CanonicalZip.write(path, entries());
        return Bundle.open(path);
    }

    private Map<String, byte[]> entries() {
        Map<String, byte[]> entries = new TreeMap<>();
        entries.put(EncoderParts.modelEntry(parts.name()), parts.model());
        entries.put(
                EncoderParts.preprocessingEntry(parts.name()),
                Bundle.utf8(parts.preparation().json()));
        entries.put(EncoderParts.probesEntry(parts.name()), Bundle.utf8(probes.json()));
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
        manifest.addProperty("space", parts.space().id());
        manifest.addProperty("dimension", parts.space().dimension());
        manifest.addProperty("distance", parts.distance().wireName());
        JsonObject encoder = new JsonObject();
        encoder.addProperty("name", parts.name());
        encoder.addProperty("input", "picture");
        encoder.add("architecture", ArchitectureJson.write(parts.architecture()));
        JsonArray encoders = new JsonArray();
        encoders.add(encoder);
        manifest.add("encoders", encoders);
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
}
