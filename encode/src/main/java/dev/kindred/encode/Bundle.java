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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One {@code .kindred} file: an encoder (or one of queries and one of documents), its preprocessing, thresholds and baseline, with proof of
 * parity. Opening one reads data and checks every byte; no code from it runs and nothing is written. The encoder itself is loaded by
 * {@link #encoder()}.
 */
public final class Bundle {
    /** The newest format this version writes and reads. */
    public static final int FORMAT = 1;

    private static final int MOST_DIMENSIONS = 1 << 16;
    /** Of one entry of JSON, which is read as a whole; embeddings of probes are the most of what we write. */
    private static final int LARGEST_JSON = 16 << 20;

    static final String MANIFEST = "manifest.json";
    static final String DECISION = "decision.json";
    static final String BASELINE = "baseline.json";
    static final String CARD = "card.md";

    private final Path path;
    private final Map<String, byte[]> entries;
    private final Fields manifest;
    private final List<EncoderParts> encoders;

    private Bundle(Path path, Map<String, byte[]> entries, Fields manifest, List<EncoderParts> encoders) {
        this.path = path;
        this.entries = entries;
        this.manifest = manifest;
        this.encoders = encoders;
    }

    /** @throws Refusal where the file is damaged, changed, of a newer format or no bundle at all */
    public static Bundle open(Path path) {
        Map<String, byte[]> entries = CanonicalZip.read(path);
        if (!entries.containsKey(MANIFEST)) {
            throw new Refusal("has no " + MANIFEST, path.toString(), "give a file that ./kindred train wrote");
        }
        Fields manifest = json(path, entries, MANIFEST);
        long format = manifest.whole("format", 1, Integer.MAX_VALUE);
        if (format > FORMAT) {
            throw new Refusal(
                    "is a bundle of format " + format + ", this Kindred reads up to " + FORMAT,
                    path.toString(),
                    "open it with a newer Kindred");
        }
        checkEntries(path, entries, manifest);
        manifest.fields("provenance");
        return new Bundle(path, entries, manifest, encoders(path, entries, manifest));
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

    private static List<EncoderParts> encoders(Path path, Map<String, byte[]> entries, Fields manifest) {
        List<EncoderParts.Unplaced> unplaced = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Fields encoder : manifest.list("encoders")) {
            EncoderParts.Unplaced one = encoder(path, entries, encoder);
            if (!names.add(one.name())) {
                throw new Refusal("has two encoders named " + one.name(), path.toString(), "seal it anew");
            }
            unplaced.add(one);
        }
        boolean roles = names.equals(Set.of(EncoderParts.QUERY, EncoderParts.DOCUMENT));
        if (names.size() != 1 && !roles) {
            throw new Refusal(
                    "has " + names.size() + " encoders (" + String.join(", ", names)
                            + "), this Kindred opens bundles of one, or of a query and a document",
                    path.toString(),
                    "open it with a newer Kindred");
        }
        // Held to the entries' bytes by checkEntries.
        Fields listed = manifest.fields("entries");
        requireKnown(path, listed, unplaced);
        Map<String, String> deciding = new TreeMap<>();
        for (EncoderParts.Unplaced one : unplaced) {
            for (String entry : one.entries()) {
                deciding.put(entry, listed.fields(entry).text("sha256"));
            }
        }
        Space space =
                EncoderParts.space(deciding, manifest.integer("dimension", 1, MOST_DIMENSIONS), distance(manifest));
        boolean fits = unplaced.stream()
                .map(EncoderParts.Unplaced::architecture)
                .allMatch(a -> a == null || a.dimension() == space.dimension());
        if (!space.id().equals(manifest.text("space")) || !fits) {
            throw new Refusal(
                    "its encoder gives space " + space.shortId() + ", its manifest says otherwise",
                    path.toString(),
                    "fetch the bundle again, or seal it anew");
        }
        return unplaced.stream().map(one -> one.in(space)).toList();
    }

    /** Whatever is not optional has to be used: by an encoder, or by this Kindred itself. */
    private static void requireKnown(Path path, Fields listed, List<EncoderParts.Unplaced> encoders) {
        Set<String> known = new HashSet<>(Set.of(DECISION, BASELINE, CARD));
        for (EncoderParts.Unplaced one : encoders) {
            known.addAll(one.entries());
            known.add(EncoderParts.probesEntry(one.name()));
        }
        // What a comparator must give means nothing without it.
        if (listed.has(ComparatorParts.MODEL)) {
            known.addAll(Set.of(ComparatorParts.MODEL, ComparatorParts.PROBES));
        } else if (listed.has(ComparatorParts.PROBES)) {
            throw new Refusal("lacks its entry " + ComparatorParts.MODEL, path.toString(), "fetch the bundle again");
        }
        for (String name : listed.object().keySet()) {
            Fields entry = listed.fields(name);
            if (!known.contains(name) && !(entry.has("optional") && entry.flag("optional"))) {
                throw new Refusal(
                        "needs something this Kindred does not know: " + name,
                        path.toString(),
                        "open it with a newer Kindred");
            }
        }
    }

    private static EncoderParts.Unplaced encoder(Path path, Map<String, byte[]> entries, Fields encoder) {
        String name = encoder.text("name");
        String modelEntry = encoder.has("model") ? encoder.text("model") : EncoderParts.modelEntry(name);
        byte[] model = entry(path, entries, modelEntry);
        String preprocessing = EncoderParts.preprocessingEntry(name);
        Preparation preparation = Preparation.read(json(path, entries, preprocessing));
        Architecture architecture = encoder.has("architecture")
                ? ArchitectureJson.read(encoder.fields("architecture"), model.length)
                : null;
        boolean fits = architecture == null
                || preparation instanceof PicturePreparation pictures && pictures.fits(architecture)
                || preparation instanceof CharacterPreparation texts
                        && architecture.input().equals(texts.extent());
        if (!fits) {
            throw new Refusal(
                    "its preprocessing does not give what its encoder takes",
                    path + ": " + preprocessing,
                    "fetch the bundle again, or seal it anew");
        }
        byte[] tokenizer = preparation instanceof TextPreparation text ? entry(path, entries, text.tokenizer()) : null;
        return new EncoderParts.Unplaced(name, modelEntry, architecture, preparation, model, tokenizer);
    }

    private static Distance distance(Fields manifest) {
        try {
            return Distance.ofWireName(manifest.text("distance"));
        } catch (Refusal e) {
            throw new Refusal(e.what(), manifest.where(), "open it with a newer Kindred", e);
        }
    }

    private static Fields json(Path path, Map<String, byte[]> entries, String name) {
        byte[] content = entry(path, entries, name);
        if (content.length > LARGEST_JSON) {
            throw new Refusal(
                    "is larger than JSON of a bundle may be (%d MiB)".formatted(LARGEST_JSON >> 20),
                    path + ": " + name,
                    "do not use this file");
        }
        return Fields.parse(content, path + ": " + name);
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
        return encoders.getFirst().space();
    }

    /** What decides its vectors: one encoder, or one of documents and one of queries. */
    public List<EncoderParts> encoders() {
        return encoders;
    }

    /**
     * The encoder of a role, or the only one whatever the role.
     *
     * @param role {@link EncoderParts#QUERY} or {@link EncoderParts#DOCUMENT}
     * @throws Refusal where there are several and none of that name
     */
    public EncoderParts parts(String role) {
        if (encoders.size() == 1) {
            return encoders.getFirst();
        }
        return encoders.stream()
                .filter(one -> one.name().equals(role))
                .findFirst()
                .orElseThrow(() ->
                        new Refusal("has no encoder '" + role + "'", path.toString(), "its encoders are " + names()));
    }

    private EncoderParts only() {
        if (encoders.size() > 1) {
            throw new Refusal(
                    "has several encoders", path.toString(), "say which, e.g. encoder(\"query\"): " + names());
        }
        return encoders.getFirst();
    }

    private String names() {
        return encoders.stream().map(EncoderParts::name).collect(Collectors.joining(", "));
    }

    /** Of an encoder that Kindred taught from nothing; empty for a model made elsewhere. */
    public Optional<Architecture> architecture() {
        return Optional.ofNullable(encoders.getFirst().architecture());
    }

    /** What its encoders take. */
    public Preparation preparation() {
        return encoders.getFirst().preparation();
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
        return entries.containsKey(name) ? Optional.of(json(path, entries, name)) : Optional.empty();
    }

    /** Markdown: what it learned from, figures with their commands, limits, licences. */
    public String card() {
        return new String(entry(path, entries, CARD), StandardCharsets.UTF_8);
    }

    /** The encoder on all cores. */
    public Encoder encoder() {
        return encoder(Runtime.getRuntime().availableProcessors());
    }

    /** The encoder of a role, or the only one, on all cores. */
    public Encoder encoder(String role) {
        return encoder(role, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Loads the only encoder and re-runs the probes.
     *
     * @throws Refusal where this machine does not give what was sealed, or there are several
     */
    public Encoder encoder(int threads) {
        return open(only(), threads);
    }

    /**
     * Loads the encoder of a role, or the only one, and re-runs the probes.
     *
     * @throws Refusal where this machine does not give what was sealed
     */
    public Encoder encoder(String role, int threads) {
        return open(parts(role), threads);
    }

    private Encoder open(EncoderParts parts, int threads) {
        String where = path.toString();
        String model = where + ": " + parts.modelEntry();
        ModelGuard.check(parts.model(), model);
        Probes probes = probes(parts);
        Probed encoder = parts.open(threads, model);
        try {
            probes.require(encoder, parts, where);
            return encoder;
        } catch (LoadedModel.Failed e) {
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

    private Probes probes(EncoderParts parts) {
        String probes = EncoderParts.probesEntry(parts.name());
        return Probes.read(json(path, entries, probes), parts.preparation(), space().dimension());
    }

    /** Its encoders with the probes they were sealed with, to be sealed again beside something new. */
    public List<Sealing.Proven> proven() {
        return encoders.stream()
                .map(parts -> new Sealing.Proven(parts, probes(parts)))
                .toList();
    }

    /** Whether it has a learned distance, of which thresholds and calibration then are. */
    public boolean hasComparator() {
        return entries.containsKey(ComparatorParts.MODEL);
    }

    /** The learned distance on all cores. */
    public Optional<LearnedDistance> comparator() {
        return comparator(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Loads the learned distance on two embeddings of its space, where it has one, and re-runs the probes.
     *
     * @throws Refusal where it is no comparator of this space, or this machine does not give what was sealed
     */
    public Optional<LearnedDistance> comparator(int threads) {
        byte[] model = entries.get(ComparatorParts.MODEL);
        if (model == null) {
            return Optional.empty();
        }
        String where = path + ": " + ComparatorParts.MODEL;
        PairProbes probes = PairProbes.read(json(path, entries, ComparatorParts.PROBES));
        LearnedDistance distance = new ComparatorParts(model, probes).open(space(), threads, where);
        try {
            probes.require(distance, probes(parts(EncoderParts.DOCUMENT)), path.toString());
            return Optional.of(distance);
        } catch (LoadedModel.Failed e) {
            distance.close();
            throw new Refusal(
                    "its comparator cannot be run: " + e.getMessage(),
                    where,
                    "fetch the bundle again, or seal it anew",
                    e);
        } catch (RuntimeException e) {
            distance.close();
            throw e;
        }
    }

    /**
     * The encoder of a role before any teaching: the same architecture untrained, with the seed the teaching began from, or the frozen
     * encoder below a head. Empty where nothing was taught: a model made elsewhere and imported as it is.
     */
    public Optional<Encoder> untaught(String role, int threads) {
        Fields provenance = manifest.fields("provenance");
        long seed = provenance.has("seed") ? provenance.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE) : 0;
        return parts(role).untaught(seed).map(parts -> parts.open(threads));
    }

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

    /** JSON as it stands in bundles: indented, UTF-8, a line feed at the end. */
    static byte[] utf8(JsonElement json) {
        return (GSON.toJson(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
