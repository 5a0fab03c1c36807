package dev.kindred.encode;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One {@code .kindred} file: an encoder, its preprocessing, thresholds and baseline, with proof of parity. Opening one reads data and
 * checks every byte; no code from it runs and nothing is written. The encoder itself is loaded by {@link #encoder()}.
 */
public final class Bundle {
    /** The newest format this version writes and reads. */
    public static final int FORMAT = 1;

    static final String MANIFEST = "manifest.json";
    static final String DECISION = "decision.json";
    static final String BASELINE = "baseline.json";
    static final String CARD = "card.md";

    private final Path path;
    private final Map<String, byte[]> entries;
    private final Fields manifest;
    private final EncoderParts parts;

    private Bundle(Path path, Map<String, byte[]> entries, Fields manifest, EncoderParts parts) {
        this.path = path;
        this.entries = entries;
        this.manifest = manifest;
        this.parts = parts;
    }

    /** @throws Refusal where the file is damaged, changed, of a newer format or no bundle at all */
    public static Bundle open(Path path) {
        Map<String, byte[]> entries = CanonicalZip.read(path);
        byte[] manifestBytes = entries.get(MANIFEST);
        if (manifestBytes == null) {
            throw new Refusal("has no " + MANIFEST, path.toString(), "give a file that ./kindred train wrote");
        }
        Fields manifest = Fields.parse(manifestBytes, path + ": " + MANIFEST);
        long format = manifest.whole("format", 1, Integer.MAX_VALUE);
        if (format > FORMAT) {
            throw new Refusal(
                    "is a bundle of format " + format + ", this Kindred reads up to " + FORMAT,
                    path.toString(),
                    "open it with a newer Kindred");
        }
        checkEntries(path, entries, manifest);
        manifest.fields("provenance");
        return new Bundle(path, entries, manifest, parts(path, entries, manifest));
    }

    private static void checkEntries(Path path, Map<String, byte[]> entries, Fields manifest) {
        Fields listed = manifest.fields("entries");
        Set<String> unlisted = new LinkedHashSet<>(entries.keySet());
        unlisted.remove(MANIFEST);
        for (String name : listed.object().keySet()) {
            Fields entry = listed.fields(name);
            byte[] content = entries.get(name);
            if (content == null) {
                throw new Refusal("lacks its entry " + name, path.toString(), "fetch the bundle again");
            }
            if (!Hashes.sha256Hex(content).equals(entry.text("sha256"))) {
                throw new Refusal(
                        "its entry " + name + " is not the one that was sealed",
                        path.toString(),
                        "fetch the bundle again, or seal it anew");
            }
            boolean known = name.startsWith("encoders/")
                    || Set.of(DECISION, BASELINE, CARD).contains(name);
            if (!known && !(entry.has("optional") && entry.flag("optional"))) {
                throw new Refusal(
                        "needs something this Kindred does not know: " + name,
                        path.toString(),
                        "open it with a newer Kindred");
            }
            unlisted.remove(name);
        }
        unlisted.removeIf(name -> name.startsWith("signature"));
        if (!unlisted.isEmpty()) {
            throw new Refusal(
                    "holds entries its manifest does not name: " + String.join(", ", unlisted),
                    path.toString(),
                    "fetch the bundle again, or seal it anew");
        }
    }

    private static EncoderParts parts(Path path, Map<String, byte[]> entries, Fields manifest) {
        List<Fields> encoders = manifest.list("encoders");
        if (encoders.size() != 1) {
            throw new Refusal(
                    "has " + encoders.size() + " encoders, this Kindred opens bundles of one",
                    path.toString(),
                    "open it with a newer Kindred");
        }
        Fields encoder = encoders.getFirst();
        String name = encoder.text("name");
        byte[] model = entry(path, entries, EncoderParts.modelEntry(name));
        Architecture architecture = ArchitectureJson.read(encoder.fields("architecture"), model.length);
        byte[] preprocessing = entry(path, entries, EncoderParts.preprocessingEntry(name));
        Preparation preparation =
                Preparation.read(Fields.parse(preprocessing, path + ": " + EncoderParts.preprocessingEntry(name)));
        if (!preparation.pictures().fits(architecture)) {
            throw new Refusal(
                    "its preprocessing does not give what its encoder takes",
                    path + ": " + EncoderParts.preprocessingEntry(name),
                    "fetch the bundle again, or seal it anew");
        }
        Distance distance = distance(manifest);
        Map<String, String> deciding = new TreeMap<>();
        // Held to the entries' bytes by checkEntries.
        Fields listed = manifest.fields("entries");
        for (String entry : List.of(EncoderParts.modelEntry(name), EncoderParts.preprocessingEntry(name))) {
            deciding.put(entry, listed.fields(entry).text("sha256"));
        }
        Space space = EncoderParts.space(deciding, manifest.integer("dimension", 1, 1 << 16), distance);
        if (!space.id().equals(manifest.text("space")) || space.dimension() != architecture.dimension()) {
            throw new Refusal(
                    "its encoder gives space " + space.shortId() + ", its manifest says otherwise",
                    path.toString(),
                    "fetch the bundle again, or seal it anew");
        }
        return new EncoderParts(name, architecture, preparation, model, distance, space);
    }

    private static Distance distance(Fields manifest) {
        try {
            return Distance.ofWireName(manifest.text("distance"));
        } catch (Refusal e) {
            throw new Refusal(e.what(), manifest.where(), "open it with a newer Kindred", e);
        }
    }

    private static byte[] entry(Path path, Map<String, byte[]> entries, String name) {
        byte[] content = entries.get(name);
        if (content == null) {
            throw new Refusal("lacks its entry " + name, path.toString(), "fetch the bundle again");
        }
        return content;
    }

    public Path path() {
        return path;
    }

    /** SHA-256 in hex of the manifest; a signature changes it not. */
    public String id() {
        return Hashes.sha256Hex(entry(path, entries, MANIFEST));
    }

    public Space space() {
        return parts.space();
    }

    public Architecture architecture() {
        return parts.architecture();
    }

    public Preparation preparation() {
        return parts.preparation();
    }

    /** A copy of the manifest. */
    public JsonObject manifest() {
        return manifest.object().deepCopy();
    }

    /** Name and size in bytes of every entry. */
    public Map<String, Integer> entrySizes() {
        Map<String, Integer> sizes = new TreeMap<>();
        entries.forEach((name, content) -> sizes.put(name, content.length));
        return sizes;
    }

    /** How scores become answers; empty where the bundle was sealed without validation. */
    public Optional<Decision> decision() {
        return optional(DECISION).map(DecisionJson::read);
    }

    /** Statistics of the validation embeddings and scores; no raw vector. */
    public Optional<JsonObject> baseline() {
        return optional(BASELINE).map(Fields::object);
    }

    private Optional<Fields> optional(String name) {
        return Optional.ofNullable(entries.get(name)).map(bytes -> Fields.parse(bytes, path + ": " + name));
    }

    /** Markdown: what it learned from, figures with their commands, limits, licences. */
    public String card() {
        return new String(entry(path, entries, CARD), StandardCharsets.UTF_8);
    }

    /** The encoder on all cores. */
    public Encoder encoder() {
        return encoder(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Loads the encoder and re-runs the probes.
     *
     * @throws Refusal where this machine does not give what was sealed
     */
    public Encoder encoder(int threads) {
        String where = path.toString();
        String model = where + ": " + EncoderParts.modelEntry(parts.name());
        ModelGuard.check(parts.model(), model);
        String probesEntry = EncoderParts.probesEntry(parts.name());
        Probes probes = Probes.read(
                Fields.parse(entry(path, entries, probesEntry), where + ": " + probesEntry), space().dimension());
        Encoder encoder = parts.open(threads, model);
        try {
            probes.require(preparation().pictures(), encoder, where);
            return encoder;
        } catch (OnnxEncoder.Failed e) {
            encoder.close();
            throw new Refusal(
                    "its encoder cannot be run: " + e.getMessage(),
                    model,
                    "fetch the bundle again, or seal it anew",
                    e);
        } catch (RuntimeException e) {
            encoder.close();
            throw e;
        }
    }

    /** The same architecture and preparation before any teaching, with the seed the teaching began from. */
    public Encoder untrained(int threads) {
        Fields provenance = manifest.fields("provenance");
        long seed = provenance.has("seed") ? provenance.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE) : 0;
        return parts.untrained(seed).open(threads);
    }

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

    /** JSON as it stands in bundles: indented, UTF-8, a line feed at the end. */
    static byte[] utf8(JsonElement json) {
        return (GSON.toJson(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
