package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Rankings;
import dev.kindred.demo.WordNet;
import dev.kindred.demo.WordNet.Sense;
import dev.kindred.demo.WordRecall;
import dev.kindred.demo.Words;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.evaluate.Bm25;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.release.Generations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The demo on texts: a head is taught on words and their definitions, on top of an encoder that others trained; then a word is found by
 * a definition that was never seen. What it leaves is the collection {@code default}.
 */
final class TextDemoRun {
    private static final long SEED = 1;
    /** The commonest words; so many that all of it is done within five minutes, or one. */
    private static final int USUAL_WORDS = 12_000;

    private static final int QUICK_WORDS = 3_000;
    /** Steps, not minutes: the same head on a busy machine, only later. */
    private static final String USUAL_STEPS = "1000";

    private static final String QUICK_STEPS = "150";

    private final Run run;
    private final boolean quick;
    private final long began = System.nanoTime();

    TextDemoRun(Run run, boolean quick) {
        this.run = run;
        this.quick = quick;
    }

    DemoRun.Made make() throws IOException, InterruptedException {
        Path folder = run.home().resolve("demo");
        Files.createDirectories(folder);
        Path base = folder.resolve("minilm.kindred");
        Path table = folder.resolve("words.csv");
        Path taught = folder.resolve("words.kindred");
        if (!Files.exists(base)) {
            run.say("importing all-MiniLM-L6-v2 (Apache-2.0, 83 MB, fetched once)");
            importInto(base);
        }
        Words words = Words.of(WordNet.senses(), quick ? QUICK_WORDS : USUAL_WORDS, SEED);
        words.writeTable(table);
        run.say(String.format(
                Locale.ROOT,
                "%,d words%s: teaching on %,d, never on %,d words of %,d meanings",
                words.senses().size(),
                quick ? " (--quick; else " + String.format(Locale.ROOT, "%,d", USUAL_WORDS) + ")" : "",
                words.taught(),
                words.senses().size() - words.taught(),
                words.unseen().size()));
        new TrainingProcess(run).teach(recipe(table, base, taught));
        Bundle bundle = Bundle.open(taught);
        Natives.forEncoding(run.home());
        Map<String, WordRecall> figures = new LinkedHashMap<>();
        try (Workers workers = run.workers()) {
            Embeddings gallery = measure(bundle, words, workers, figures);
            Path index = index(bundle, words, gallery);
            double seconds = (System.nanoTime() - began) / 1e9;
            return new DemoRun.Made(index, json(bundle, words, figures, seconds), text(words, figures, seconds));
        }
    }

    private void importInto(Path base) throws IOException {
        BundleImportCommand command = new BundleImportCommand();
        command.from = Pretrained.MINILM;
        command.out = base;
        command.run(run);
    }

    private List<String> recipe(Path table, Path base, Path taught) {
        return List.of(
                table.toString(),
                "--encoder",
                base.toString(),
                "--out",
                taught.toString(),
                "--steps",
                quick ? QUICK_STEPS : USUAL_STEPS,
                "--seed",
                Long.toString(SEED));
    }

    /** @return the words' embeddings, in the order of {@link Words#senses()} */
    private Embeddings measure(Bundle bundle, Words words, Workers workers, Map<String, WordRecall> figures) {
        List<Content> gallery = texts(words.senses().stream().map(Sense::word));
        List<Content> queries = texts(words.queries().stream().map(Sense::definition));
        int threads = run.settings().threads();
        Embeddings embeddings;
        try (Encoder documents = bundle.encoder(EncoderParts.DOCUMENT, threads);
                Encoder asked = bundle.encoder(EncoderParts.QUERY, threads)) {
            embeddings = Encoded.encode(documents, gallery, "encoding", run.progress());
            figures.put("taught", recall(words, asked, queries, embeddings, workers));
        }
        try (Encoder before = bundle.untaught(EncoderParts.DOCUMENT, threads).orElseThrow()) {
            Embeddings untaught = Encoded.encode(before, gallery, "encoding untaught", run.progress());
            figures.put("untaught", recall(words, before, queries, untaught, workers));
        }
        try (Bm25 bm25 = Bm25.of(words.senses().stream().map(Sense::word).toList())) {
            List<String> asked = words.queries().stream().map(Sense::definition).toList();
            figures.put("bm25", WordRecall.of(words, bm25.rankings(asked, WordRecall.DEPTH, workers)));
        }
        return embeddings;
    }

    private WordRecall recall(
            Words words, Encoder encoder, List<Content> queries, Embeddings gallery, Workers workers) {
        Embeddings asked = Encoded.encode(encoder, queries, "asking", run.progress());
        return WordRecall.of(words, Rankings.nearest(asked, gallery, WordRecall.DEPTH, workers));
    }

    private static List<Content> texts(Stream<String> values) {
        return values.<Content>map(Content.Text::new).toList();
    }

    private Path index(Bundle bundle, Words words, Embeddings embeddings) throws IOException {
        Generations generations = new Generations(run.home(), "default");
        Path folder = generations.next(bundle.space().id());
        Stream<Item> items = IntStream.range(0, words.senses().size()).mapToObj(i -> {
            Sense sense = words.senses().get(i);
            Map<String, Value> payload = new TreeMap<>();
            payload.put("name", Value.of(sense.word()));
            payload.put("text", Value.of(sense.word()));
            payload.put("part", Value.of(sense.part()));
            payload.put("definition", Value.of(sense.definition()));
            payload.put("taught", Value.of(words.unseen().contains(sense.meaning()) ? "never" : "yes"));
            return item(sense.word(), embeddings.row(i), payload);
        });
        new IndexFolder(folder)
                .build(new Subject.OfBundle(bundle), items, words.senses().size(), run);
        generations.promote(folder);
        return folder;
    }

    // NullAway does not read `byte @Nullable []` from another module's class file.
    @SuppressWarnings("NullAway")
    private static Item item(String id, float[] vector, Map<String, Value> payload) {
        return new Item(id, vector, payload, null);
    }

    private JsonObject json(Bundle bundle, Words words, Map<String, WordRecall> figures, double seconds) {
        JsonObject json = new JsonObject();
        json.addProperty("seconds", seconds);
        json.addProperty("quick", quick);
        json.addProperty("words", words.senses().size());
        json.addProperty("taught", words.taught());
        JsonObject baselines = new JsonObject();
        figures.forEach((view, recall) -> {
            if (view.equals("taught")) {
                json.add("unseenWords", recall(recall));
            } else {
                baselines.add(view, recall(recall));
            }
        });
        json.add("baselines", baselines);
        json.addProperty("bundle", bundle.id());
        json.addProperty("path", bundle.path().toString());
        return json;
    }

    private static JsonObject recall(WordRecall measured) {
        JsonObject recall = new JsonObject();
        recall.addProperty("1", measured.at1());
        recall.addProperty("10", measured.at10());
        JsonObject json = new JsonObject();
        json.add("recall", recall);
        json.addProperty("queries", measured.queries());
        return json;
    }

    private static String text(Words words, Map<String, WordRecall> figures, double seconds) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "Describe a thing, get the word: %,d definitions never seen, among all %,d words:%n%n",
                words.queries().size(),
                words.senses().size()));
        text.append(String.format("%-44s %9s %10s%n", "", "Recall@1", "Recall@10"));
        figures.forEach((view, recall) -> text.append(String.format(
                Locale.ROOT, "%-44s %8.1f%% %9.1f%%%n", spoken(view), 100 * recall.at1(), 100 * recall.at10())));
        text.append(String.format(Locale.ROOT, """

            Done in %s. On texts of your own, a table with the columns text and label, or left and right:

              ./kindred bundle import --from minilm --out minilm.kindred
              ./kindred train texts.csv --encoder minilm.kindred --out texts.kindred
              ./kindred index build texts.kindred texts.csv --out texts.index\
            """, ProgressLine.clock(seconds)));
        return text.toString();
    }

    private static String spoken(String view) {
        return switch (view) {
            case "taught" -> "taught";
            case "untaught" -> "untaught (all-MiniLM-L6-v2 as it comes)";
            default -> "words alone (BM25)";
        };
    }
}
