package dev.kindred.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Hashes;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Texts: the imported all-MiniLM-L6-v2 beside langchain4j, and what a head taught on top of it is worth. */
public final class TextBench {
    private static final String ABOUT = """
        Imports all-MiniLM-L6-v2, holds it against langchain4j's embedding of the same model (equality, speed), and
        teaches heads on it: STS-B, banking77, clinc150, stackfaq, cranfield, Abt-Buy, Amazon-Google. Takes at most an
        hour on a quiet machine. Texts are chosen on validation only.\
        """;

    private final BenchRun run;
    private final int seeds;
    private final TextRows rows;
    /** Of bundles by their path, size and time: each is asked for often. */
    private final Map<String, String> hashes = new HashMap<>();

    private TextBench(BenchRun run) {
        this.run = run;
        this.seeds = run.smoke() ? 1 : 3;
        this.rows = new TextRows(seeds);
    }

    public static void main(String[] arguments) {
        BenchRun.main("text", ABOUT, arguments, run -> new TextBench(run).rows());
    }

    private List<Row> rows() {
        Path minilm = imported("minilm");
        Path small = imported("minilm-int8", "--int8");
        JsonObject equal = cell("equal", sha(minilm), () -> peers("equal", minilm, stsb("test")));
        JsonObject before = evaluated("STS-B", minilm, stsb("test"));
        JsonObject less = evaluated("STS-B", small, stsb("test"));
        List<JsonObject> after = taught(
                "stsb",
                minilm,
                stsb("test"),
                stsb("train").toString(),
                "--validation",
                stsb("dev").toString());
        rows.sts(equal, before, after);
        rows.int8(before, less, cell("cosine", sha(minilm) + sha(small), () -> cosine(minilm, small, stsb("test"))));
        rows.speed(speed("times", minilm), speed("times-q", small));
        rows.intents("banking77", 0.87, null, intents("banking77", minilm));
        rows.intents("clinc150", 0.93, 0.85, intents("clinc150", minilm));
        Path stackfaq = run.data().resolve("retrieval").resolve("stackfaq");
        Path paraphrases = TextTables.paraphrases(stackfaq, run.results().resolve("tables"));
        rows.stackfaq(taught("stackfaq", minilm, stackfaq, paraphrases.toString()));
        Path cranfield = run.data().resolve("retrieval").resolve("cranfield");
        Path titles = TextTables.titles(cranfield, run.results().resolve("tables"));
        rows.cranfield(taught("cranfield", minilm, cranfield, titles.toString()));
        Path matching = run.data().resolve("entity-matching");
        rows.matching(
                "Abt-Buy",
                89,
                matched("abt-buy", minilm, matching.resolve("Textual").resolve("Abt-Buy")));
        rows.matching(
                "Amazon-Google",
                75,
                matched("amazon-google", minilm, matching.resolve("Structured").resolve("Amazon-Google")));
        rows.classes(cell("few-shot", "", () -> run.java(FewShotTimes.class, Map.of(), List.of(), folder("few-shot"))));
        rows.memory(cell("memory", sha(minilm), () -> memory(minilm)));
        return rows.all();
    }

    private String folder(String name) {
        return run.results().resolve(name).toString();
    }

    private Path stsb(String part) {
        return run.data().resolve("sentence-pairs").resolve("stsb").resolve("sts-" + part + ".csv");
    }

    /** What a measurement of other bundles than before would be mistaken for. */
    private JsonObject cell(String name, String of, Supplier<JsonObject> measure) {
        String id = of.isEmpty()
                ? ""
                : " of " + Hashes.sha256Hex(of.getBytes(StandardCharsets.UTF_8)).substring(0, 12);
        return run.ledger().cell(name + id, measure);
    }

    private Path bundle(String name) {
        return run.results().resolve("bundles").resolve(name + (run.smoke() ? ".smoke" : "") + ".kindred");
    }

    private Path imported(String name, String... options) {
        Path bundle = bundle(name);
        run.ledger().cell("import " + name, kept -> Files.exists(bundle), () -> {
            List<String> words = new ArrayList<>(List.of("bundle", "import", "--from", "minilm"));
            words.addAll(List.of(options));
            words.addAll(List.of("--out", bundle.toString()));
            return run.kindred(run.home(), words.toArray(String[]::new)).orElseGet(JsonObject::new);
        });
        return bundle;
    }

    /** Its content's hash; where it could not be made, something that no cell was measured of. */
    private String sha(Path bundle) {
        try {
            if (!Files.exists(bundle)) {
                return "nothing";
            }
            String now = bundle + " " + Files.size(bundle) + " " + Files.getLastModifiedTime(bundle);
            return hashes.computeIfAbsent(now, name -> hash(bundle));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(Path bundle) {
        try {
            return Hashes.sha256Hex(Files.readAllBytes(bundle));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonObject peers(String what, Path bundle, Path texts, String... more) {
        List<String> words = new ArrayList<>(List.of(what, bundle.toString(), texts.toString()));
        words.addAll(List.of(more));
        return run.java("dev.kindred.bench.TextPeers", Map.of(), List.of(), words.toArray(String[]::new));
    }

    private JsonObject speed(String what, Path bundle) {
        Path texts = run.data().resolve("intents").resolve("banking77").resolve("test.csv");
        return cell(
                what,
                sha(bundle),
                () -> run.smoke() ? peers(what, bundle, texts, "200", "1") : peers(what, bundle, texts, "2000", "5"));
    }

    private JsonObject memory(Path bundle) {
        Path texts = run.data().resolve("intents").resolve("banking77").resolve("test.csv");
        String count = run.smoke() ? "4000" : "100000";
        return run.java(TextMemory.class, Map.of(), List.of("-Xmx768m"), bundle.toString(), texts.toString(), count);
    }

    private JsonObject intents(String set, Path base) {
        return cell(
                set,
                sha(base),
                () -> (set.equals("banking77") ? TextIntents.banking(run, base) : TextIntents.clinc(run, base))
                        .measured(run.smoke() ? 1 : 5));
    }

    private static JsonObject cosine(Path float32, Path int8, Path sentences) {
        try (Encoder large = Bundle.open(float32).encoder();
                Encoder small = Bundle.open(int8).encoder()) {
            List<String> texts = TextVectors.texts(sentences);
            Embeddings left = TextVectors.ours(large, texts);
            Embeddings right = TextVectors.ours(small, texts);
            double sum = 0;
            double least = 1;
            for (int i = 0; i < texts.size(); i++) {
                double cosine = TextVectors.cosine(left.row(i), right.row(i));
                sum += cosine;
                least = Math.min(least, cosine);
            }
            JsonObject json = new JsonObject();
            json.addProperty("meanCosine", sum / texts.size());
            json.addProperty("leastCosine", least);
            return json;
        }
    }

    private JsonObject evaluated(String name, Path bundle, Path data, String... options) {
        return cell("evaluate " + name, sha(bundle), () -> {
            List<String> words = new ArrayList<>(List.of("evaluate", bundle.toString(), data.toString()));
            words.addAll(List.of(options));
            return run.kindred(run.home(), words.toArray(String[]::new)).orElseGet(JsonObject::new);
        });
    }

    /** Teaches a head with each seed and evaluates it. */
    private List<JsonObject> taught(String name, Path base, Path test, String... data) {
        return taught(name, base, test, List.of(), List.of(data));
    }

    /** With a head, so that the untaught encoder stands beside; the comparator judges. */
    private List<JsonObject> matched(String name, Path base, Path folder) {
        String validation = folder.resolve("valid.txt.gz").toString();
        return taught(
                name,
                base,
                folder.resolve("test.txt.gz"),
                List.of("--validation", validation),
                List.of(
                        folder.resolve("train.txt.gz").toString(),
                        "--validation",
                        validation,
                        "--head",
                        "mlp",
                        "--comparator"));
    }

    private List<JsonObject> taught(String name, Path base, Path test, List<String> evaluating, List<String> teaching) {
        List<JsonObject> evaluated = new ArrayList<>();
        for (int seed = 1; seed <= seeds; seed++) {
            Path bundle = bundle(name + "-" + seed);
            List<String> words = new ArrayList<>(List.of("train"));
            words.addAll(teaching);
            words.addAll(List.of("--encoder", base.toString(), "--out", bundle.toString()));
            words.addAll(List.of("--seed", String.valueOf(seed)));
            if (run.smoke()) {
                words.addAll(List.of("--steps", "20"));
            }
            JsonObject said = run.ledger()
                    .cell(
                            "teach " + name + ", seed " + seed + " on "
                                    + sha(base).substring(0, 7),
                            kept -> Files.exists(bundle),
                            () -> run.kindred(run.home(), words.toArray(String[]::new))
                                    .orElseGet(JsonObject::new));
            if (said.has("bundle")) {
                JsonObject figures = evaluated(name, bundle, test, evaluating.toArray(String[]::new));
                if (!figures.isEmpty()) {
                    evaluated.add(figures);
                }
            }
        }
        return evaluated;
    }

    /** A number deep in an object; empty where it is not there. */
    static Optional<Double> at(@Nullable JsonElement json, String... path) {
        JsonElement here = json;
        for (String name : path) {
            here = here instanceof JsonObject object ? object.get(name) : null;
        }
        return here == null || !here.isJsonPrimitive() ? Optional.empty() : Optional.of(here.getAsDouble());
    }
}
