package dev.kindred.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.NewFile;
import dev.kindred.core.Progress;
import dev.kindred.core.metric.OpenSet;
import dev.kindred.data.Dataset;
import dev.kindred.data.ReadOptions;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.index.Classes;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Intents from ten examples a class, drawn anew for each seed: a head that {@code ./kindred train} taught on them and the nearest
 * prototype ({@link Classes}), beside logistic regression and the nearest centroid on the frozen embeddings of the same texts. The head's
 * weights, the penalty and the threshold are chosen on validation; the test texts are only answered.
 */
final class TextIntents {
    private static final int EXAMPLES = 10;
    private static final int VALIDATION = 20;
    /** Of the known, the share of validation that may be rejected. */
    private static final double LOSS = 0.05;

    private static final int REPLICATES = 2_000;

    private static final List<Double> PENALTIES = List.of(1.0, 10.0, 100.0, 1000.0);

    private final BenchRun run;
    private final Path base;
    private final String name;
    private final Texts pool;
    private final Texts validation;
    private final Texts test;
    /** Of no class; empty where the set has none. */
    private final Texts unknown;

    private final List<String> classes;

    private TextIntents(BenchRun run, Path base, String name, Texts pool, Texts validation, Texts test, Texts unknown) {
        this.run = run;
        this.base = base;
        this.name = name;
        this.pool = pool;
        this.validation = run.smoke() ? validation.at(validation.drawn(2, 1)) : validation;
        this.test = run.smoke() ? test.at(test.drawn(2, 1)) : test;
        this.unknown = run.smoke() ? unknown.at(unknown.drawn(100, 1)) : unknown;
        this.classes = test.labels.stream().distinct().sorted().toList();
    }

    record Texts(List<String> texts, List<String> labels) {
        static Texts of(Path file, String... options) {
            ReadOptions reading = ReadOptions.of(null, List.of(), List.of(), false);
            if (options.length > 0 && options[0].startsWith("split=")) {
                reading = reading.withOnly(List.of(options));
            } else if (options.length > 0) {
                reading = ReadOptions.of(null, List.of(), List.of(options), false);
            }
            Dataset data = Dataset.read(List.of(file), reading, Progress.SILENT);
            List<String> texts = new ArrayList<>();
            List<String> labels = new ArrayList<>();
            for (int row = 0; row < data.size(); row++) {
                texts.add(new String(data.bytes(row), StandardCharsets.UTF_8));
                labels.add(String.valueOf(data.entry(row).label()));
            }
            return new Texts(texts, labels);
        }

        Texts at(int[] rows) {
            return new Texts(
                    Arrays.stream(rows).mapToObj(texts::get).toList(),
                    Arrays.stream(rows).mapToObj(labels::get).toList());
        }

        int[] labels(List<String> classes) {
            Map<String, Integer> numbers = new HashMap<>();
            classes.forEach(one -> numbers.put(one, numbers.size()));
            return labels.stream().mapToInt(numbers::get).toArray();
        }

        /** So many rows of each class, by chance. */
        int[] drawn(int each, long seed) {
            Map<String, List<Integer>> byClass = new TreeMap<>();
            for (int row = 0; row < labels.size(); row++) {
                byClass.computeIfAbsent(labels.get(row), k -> new ArrayList<>()).add(row);
            }
            List<Integer> chosen = new ArrayList<>();
            int number = 0;
            for (List<Integer> rows : byClass.values()) {
                int[] order = rows.stream().mapToInt(Integer::intValue).toArray();
                Keyed.of(seed, 0x1E47L, number++).shuffle(order);
                Arrays.stream(order).limit(each).forEach(chosen::add);
            }
            return chosen.stream().mapToInt(Integer::intValue).toArray();
        }

        Texts without(int[] rows) {
            boolean[] gone = new boolean[texts.size()];
            Arrays.stream(rows).forEach(row -> gone[row] = true);
            return at(IntStream.range(0, gone.length).filter(row -> !gone[row]).toArray());
        }
    }

    static TextIntents banking(BenchRun run, Path base) {
        Path folder = run.data().resolve("intents").resolve("banking77");
        Texts train = Texts.of(folder.resolve("train.csv"), "label=category");
        int[] held = train.drawn(VALIDATION, 0);
        Texts test = Texts.of(folder.resolve("test.csv"), "label=category");
        return new TextIntents(
                run, base, "banking77", train.without(held), train.at(held), test, new Texts(List.of(), List.of()));
    }

    static TextIntents clinc(BenchRun run, Path base) {
        Path file = run.data().resolve("intents").resolve("clinc150").resolve("data_full.json");
        return new TextIntents(
                run,
                base,
                "clinc150",
                Texts.of(file, "split=train"),
                Texts.of(file, "split=val"),
                Texts.of(file, "split=test"),
                Texts.of(file, "split=oos_test"));
    }

    /** Accuracy of ours and both baselines over the seeds, and what the threshold does. */
    JsonObject measured(int seeds) {
        Frozen frozen = frozen();
        List<Side> ours = new ArrayList<>();
        List<Side> logistic = new ArrayList<>();
        List<Side> centroid = new ArrayList<>();
        for (long seed = 1; seed <= seeds; seed++) {
            int[] drawn = pool.drawn(EXAMPLES, seed);
            Texts examples = pool.at(drawn);
            Embeddings embedded = embedded(base, examples.texts);
            logistic.add(logistic(embedded, examples.labels(classes), frozen));
            centroid.add(prototypes(embedded, examples, frozen));
            Path taught = taught(examples, seed);
            ours.add(prototypes(
                    embedded(taught, examples.texts),
                    examples,
                    new Frozen(
                            embedded(taught, validation.texts),
                            embedded(taught, test.texts),
                            embedded(taught, unknown.texts))));
        }
        JsonObject json = new JsonObject();
        add(json, "ours", ours);
        add(json, "logistic", logistic);
        add(json, "centroid", centroid);
        List<Side> better = mean(logistic) >= mean(centroid) ? logistic : centroid;
        json.addProperty("better", better == logistic ? "logistic" : "centroid");
        json.add(
                "differences",
                array(IntStream.range(0, seeds)
                        .mapToObj(i -> ours.get(i).accuracy() - better.get(i).accuracy())
                        .toList()));
        double[] resampled = resampled(ours, better);
        json.addProperty("difference", mean(ours) - mean(better));
        json.addProperty("low", resampled[(int) (0.025 * resampled.length)]);
        json.addProperty("high", resampled[(int) (0.975 * resampled.length)]);
        return json;
    }

    /** Embeddings that do not depend on the seed. */
    private record Frozen(Embeddings validation, Embeddings test, Embeddings unknown) {}

    private Frozen frozen() {
        return new Frozen(embedded(base, validation.texts), embedded(base, test.texts), embedded(base, unknown.texts));
    }

    private static Embeddings embedded(Path bundle, List<String> texts) {
        try (Encoder encoder = Bundle.open(bundle).encoder()) {
            return TextVectors.ours(encoder, texts);
        }
    }

    /**
     * What one way gives on the test texts.
     *
     * @param unknown the share of the unknown that it rejects; 0 where the set has none
     * @param lost the share of the known that it rejects; 0 where the set has no unknown
     */
    private record Side(boolean[] right, double unknown, double lost) {
        double accuracy() {
            int count = 0;
            for (boolean one : right) {
                count += one ? 1 : 0;
            }
            return (double) count / right.length;
        }

        static Side of(double[] validation, double[] test, boolean[] right, double[] unknown) {
            if (unknown.length == 0) {
                return new Side(right, 0, 0);
            }
            OpenSet open = OpenSet.at(OpenSet.threshold(validation, LOSS), test, right, unknown);
            return new Side(right, open.recall(), open.lost());
        }
    }

    /** As {@code ./kindred classes add} and {@code classify} have it. */
    private Side prototypes(Embeddings embedded, Texts examples, Frozen others) {
        Path folder = run.results().resolve("classes");
        Stream<Item> items = IntStream.range(0, embedded.count())
                .mapToObj(i -> Item.of(
                        String.valueOf(i), embedded.row(i), Map.of(Classes.LABEL, Value.of(examples.labels.get(i)))));
        try (ExactIndex index = ExactIndex.build(folder, embedded.space(), items, Progress.SILENT)) {
            Classes known = Classes.of(index);
            List<Classes.Nearest> nearest = known.nearest(others.test);
            boolean[] right = new boolean[nearest.size()];
            for (int i = 0; i < right.length; i++) {
                right[i] = nearest.get(i).name().equals(test.labels.get(i));
            }
            return Side.of(
                    scores(known.nearest(others.validation)),
                    scores(nearest),
                    right,
                    scores(known.nearest(others.unknown)));
        }
    }

    private static double[] scores(List<Classes.Nearest> nearest) {
        return nearest.stream().mapToDouble(Classes.Nearest::score).toArray();
    }

    private Side logistic(Embeddings embedded, int[] labels, Frozen frozen) {
        float[][] samples = rows(embedded);
        int[] truth = validation.labels(classes);
        LogisticRegression best = PENALTIES.stream()
                .map(c -> LogisticRegression.taught(samples, labels, classes.size(), c))
                .max(Comparator.comparingLong(model -> right(answers(model, frozen.validation), truth)))
                .orElseThrow();
        List<LogisticRegression.Answer> answers = answers(best, frozen.test);
        int[] tests = test.labels(classes);
        boolean[] right = new boolean[tests.length];
        for (int i = 0; i < right.length; i++) {
            right[i] = answers.get(i).label() == tests[i];
        }
        return Side.of(
                sure(answers(best, frozen.validation)), sure(answers), right, sure(answers(best, frozen.unknown)));
    }

    private static List<LogisticRegression.Answer> answers(LogisticRegression model, Embeddings of) {
        return Arrays.stream(rows(of)).map(model::answer).toList();
    }

    private static double[] sure(List<LogisticRegression.Answer> answers) {
        return answers.stream().mapToDouble(LogisticRegression.Answer::score).toArray();
    }

    private static long right(List<LogisticRegression.Answer> answers, int[] truth) {
        return IntStream.range(0, truth.length)
                .filter(i -> answers.get(i).label() == truth[i])
                .count();
    }

    private static float[][] rows(Embeddings embeddings) {
        return IntStream.range(0, embeddings.count()).mapToObj(embeddings::row).toArray(float[][]::new);
    }

    private Path taught(Texts examples, long seed) {
        Path tables = run.results().resolve("tables").resolve(name);
        Path train = tables.resolve("train-" + seed + ".csv");
        Path valid = tables.resolve("valid.csv");
        write(train, examples);
        write(valid, validation);
        Path bundle = run.results().resolve("bundles").resolve("%s-%d.kindred".formatted(name, seed));
        List<String> words = new ArrayList<>(
                List.of("train", train.toString(), "--validation", valid.toString(), "--encoder", base.toString()));
        if (run.smoke()) {
            words.addAll(List.of("--steps", "20"));
        }
        words.addAll(List.of("--seed", String.valueOf(seed), "--out", bundle.toString()));
        if (run.kindred(run.home(), words.toArray(String[]::new)).isEmpty()) {
            throw new IllegalStateException("nothing was taught on " + train);
        }
        return bundle;
    }

    private static void write(Path table, Texts texts) {
        StringBuilder rows = new StringBuilder("text,label\n");
        for (int i = 0; i < texts.texts.size(); i++) {
            rows.append(TextTables.quoted(texts.texts.get(i)))
                    .append(',')
                    .append(texts.labels.get(i))
                    .append('\n');
        }
        try {
            Files.createDirectories(table.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NewFile.write(table, out -> out.write(rows.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static void add(JsonObject json, String side, List<Side> seeds) {
        json.add(side, array(seeds.stream().map(Side::accuracy).toList()));
        json.add(side + "Unknown", array(seeds.stream().map(Side::unknown).toList()));
        json.add(side + "Lost", array(seeds.stream().map(Side::lost).toList()));
    }

    private static JsonArray array(List<Double> values) {
        JsonArray array = new JsonArray();
        values.forEach(array::add);
        return array;
    }

    static double mean(JsonElement array) {
        return array.getAsJsonArray().asList().stream()
                .mapToDouble(JsonElement::getAsDouble)
                .average()
                .orElse(0);
    }

    private static double mean(List<Side> seeds) {
        return seeds.stream().mapToDouble(Side::accuracy).average().orElse(0);
    }

    /** Sorted differences of accuracy over resampled seeds and texts, both sides on the same: both are drawn anew, as another trial would. */
    private static double[] resampled(List<Side> ours, List<Side> theirs) {
        int texts = ours.getFirst().right.length;
        double[] differences = new double[REPLICATES];
        for (int r = 0; r < REPLICATES; r++) {
            Keyed draws = Keyed.of(1, 0xB007L, r);
            int[] seeds = draws(draws, ours.size(), ours.size());
            long sum = 0;
            for (int text : draws(draws, texts, texts)) {
                for (int seed : seeds) {
                    sum += (ours.get(seed).right[text] ? 1 : 0) - (theirs.get(seed).right[text] ? 1 : 0);
                }
            }
            differences[r] = (double) sum / texts / seeds.length;
        }
        Arrays.sort(differences);
        return differences;
    }

    private static int[] draws(Keyed draws, int count, int below) {
        return IntStream.range(0, count).map(i -> draws.nextInt(below)).toArray();
    }
}
