package dev.kindred.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Relevance;
import dev.kindred.data.Examples;
import dev.kindred.data.Examples.Judged;
import dev.kindred.data.Examples.Judgement;
import dev.kindred.data.Examples.Pairs;
import dev.kindred.data.ReadOptions;
import dev.kindred.report.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts from files to figures, seen by views that need no network. */
class TextTasksTest {
    private static final EvaluationOptions OPTIONS = EvaluationOptions.of(null);

    @TempDir
    private Path folder;

    private Examples read(String name, String content) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return Examples.read(List.of(file), ReadOptions.defaults(), Progress.SILENT);
    }

    private static JudgedSet set(Judged judged) {
        Relevance relevance = Relevance.of(
                judged.queries().size(),
                judged.corpus().size(),
                judged.judgements().stream().mapToInt(Judgement::query).toArray(),
                judged.judgements().stream().mapToInt(Judgement::document).toArray(),
                judged.judgements().stream().mapToDouble(Judgement::grade).toArray());
        return new JudgedSet(judged, ToyTexts.encoded(judged.queries()), ToyTexts.encoded(judged.corpus()), relevance);
    }

    private static PairSet set(Pairs pairs) {
        Encoded encoded = ToyTexts.encoded(pairs.samples());
        Map<String, double[]> scores = new LinkedHashMap<>();
        encoded.views().all().forEach((name, view) -> {
            double[] of = new double[pairs.size()];
            for (int p = 0; p < of.length; p++) {
                of[p] = view.score(pairs.left()[p], pairs.right()[p]);
            }
            scores.put(name, of);
        });
        return new PairSet(pairs.samples(), encoded, pairs.left(), pairs.right(), pairs.scores(), scores);
    }

    private void writeBeir() throws Exception {
        Files.writeString(folder.resolve("corpus.jsonl"), """
            {"_id":"d1","title":"Parrots","text":"Parrots talk and fly <fast>"}
            {"_id":"d2","title":"Trains","text":"Trains run on rails"}
            {"_id":"d3","title":"Cakes","text":"Bake with flour and sugar"}
            """);
        Files.writeString(folder.resolve("queries.jsonl"), """
            {"_id":"q1","text":"which rails do trains need"}
            {"_id":"q2","text":"a bird of colours"}
            {"_id":"q3","text":"sugar and flour"}
            """);
        Files.writeString(folder.resolve("qrels.tsv"), "query-id\tcorpus-id\tscore\nq1\td2\t2\nq2\td1\t1\nq3\td3\t1\n");
    }

    @Test
    void judgedQueriesStandBesideWordsAndTheirFusion() throws Exception {
        writeBeir();
        Judged judged = (Judged) Examples.read(List.of(folder), ReadOptions.defaults(), Progress.SILENT);
        JudgedSet set = set(judged);
        try (Workers workers = Workers.of(2)) {
            RankedTask.Result result = set.ranked(null, OPTIONS, workers);
            JsonObject json = result.json();
            JsonObject baselines = json.getAsJsonObject("baselines");
            assertThat(json.get("task").getAsString()).isEqualTo("retrieval");
            assertThat(json.getAsJsonObject("recall").keySet()).containsExactly("1", "5", "10", "100");
            assertThat(baselines.keySet()).containsExactlyInAnyOrder("untaught", "bm25", "hybrid");
            // No word of q2 is in d1, so words find two of three.
            JsonObject words = baselines.getAsJsonObject("bm25");
            assertThat(words.get("mrr").getAsDouble()).isCloseTo(2 / 3.0, within(1e-12));
            assertThat(words.getAsJsonObject("recall").get("1").getAsDouble()).isCloseTo(2 / 3.0, within(1e-12));
            assertThat(words.getAsJsonObject("encoderBetterBy").has("ndcg10Interval"))
                    .isTrue();
            assertThat(result.lines()).anyMatch(line -> line.startsWith("words (BM25)"));
            String page = TextReport.ranked(Page.titled("t", ""), set, result).html();
            assertThat(page).contains("a bird of colours", "wanted: d1", "talk and fly &lt;fast&gt;");
        }
    }

    @Test
    void pairsThatAreTheSameAreQueriesWithAnswers() throws Exception {
        Pairs pairs = (Pairs) read("p.csv", "left,right\nbig cat,large cat\nbig cat,huge cat\nsmall dog,tiny dog\n");
        Judged judged = JudgedSet.of(pairs);
        assertThat(judged.queries().size()).isEqualTo(2);
        assertThat(judged.corpus().size()).isEqualTo(3);
        assertThat(judged.judgements())
                .containsExactly(new Judgement(0, 0, 1), new Judgement(0, 1, 1), new Judgement(1, 2, 1));
        assertThat(EvaluationOptions.Task.usual(pairs)).isEqualTo(EvaluationOptions.Task.RETRIEVAL);
    }

    @Test
    void gradedPairsAreToldBySpearman() throws Exception {
        StringBuilder csv = new StringBuilder("left,right,score\n");
        String words = "one two three four five six seven eight";
        List<String> list = List.of(words.split(" "));
        for (int p = 0; p < 40; p++) {
            int shared = p % 9;
            csv.append("x%d %s,y%d %s,%.1f%n"
                    .formatted(p, words, p, String.join(" ", list.subList(0, Math.min(8, shared))), shared / 2.0));
        }
        Pairs pairs = (Pairs) read("g.csv", csv.toString());
        assertThat(EvaluationOptions.Task.usual(pairs)).isEqualTo(EvaluationOptions.Task.STS);
        PairSet set = set(pairs);
        try (Workers workers = Workers.of(2)) {
            StsTask.Result result = StsTask.run(set.encoded().samples().size(), set.graded(), 1, workers);
            assertThat(result.json().get("spearman").getAsDouble()).isGreaterThan(0.8);
            assertThat(result.json().getAsJsonArray("spearmanInterval").get(0).getAsDouble())
                    .isLessThan(result.encoder().value());
            assertThat(result.json().getAsJsonObject("baselines").keySet()).containsExactly("untaught");
            assertThat(result.lines()).hasSizeGreaterThan(3);
            assertThat(TextReport.graded(Page.titled("t", ""), set, result).html())
                    .contains("Worst pairs", "x38 one");
        }
    }

    @Test
    void f1MeetsTheThresholdOfTheValidationPairs() throws Exception {
        PairSet validation = set((Pairs) read("v.csv", pairs(1)));
        PairSet test = set((Pairs) read("t.csv", pairs(2)));
        try (Workers workers = Workers.of(2)) {
            GivenPairsTask.Result result = GivenPairsTask.run(
                    test.encoded().samples(), test.answered(), validation.answered(), null, 1, workers);
            JsonObject json = result.json();
            assertThat(json.get("task").getAsString()).isEqualTo("verify");
            JsonObject f1 = json.getAsJsonObject("f1");
            assertThat(f1.get("chosenOn").getAsString()).isEqualTo("validation");
            double threshold = f1.get("threshold").getAsDouble();
            int found = 0;
            int wrong = 0;
            int missed = 0;
            for (int p = 0; p < test.left().length; p++) {
                boolean called = test.scores().get("encoder")[p] >= threshold;
                found += called && test.answers()[p] == 1 ? 1 : 0;
                wrong += called && test.answers()[p] == 0 ? 1 : 0;
                missed += !called && test.answers()[p] == 1 ? 1 : 0;
            }
            assertThat(f1.get("value").getAsDouble())
                    .isCloseTo(2.0 * found / (2 * found + wrong + missed), within(1e-12));
            assertThat(json.getAsJsonObject("bestF1").get("value").getAsDouble())
                    .isGreaterThanOrEqualTo(f1.get("value").getAsDouble());
            assertThat(json.getAsJsonObject("baselines")
                            .getAsJsonObject("untaught")
                            .has("f1"))
                    .isTrue();
            assertThat(result.lines().getLast()).contains("validation pairs");
            assertThat(TextReport.paired(Page.titled("t", ""), test, result).html())
                    .contains("Worst pairs", "Best F1 on these pairs");

            GivenPairsTask.Result none =
                    GivenPairsTask.run(test.encoded().samples(), test.answered(), null, null, 1, workers);
            assertThat(none.json().has("f1")).isFalse();
            assertThat(none.json().has("bestF1")).isTrue();
        }
    }

    /** Sixty pairs of three words, of which the same share two and one in five of the others too. */
    private static String pairs(int seed) {
        StringBuilder csv = new StringBuilder("left,right,label\n");
        for (int p = 0; p < 60; p++) {
            boolean same = p % 3 == 0;
            boolean alike = same || p % 5 == 0;
            String shared = "s%da%d s%db%d".formatted(seed, p, seed, p);
            csv.append("%s left%d,%s right%d,%d%n"
                    .formatted(
                            shared,
                            p + seed,
                            alike ? shared : "t%da%d t%db%d".formatted(seed, p, seed, p),
                            p + seed,
                            same ? 1 : 0));
        }
        return csv.toString();
    }

    @Test
    void aTaskThatTheDataCannotAnswerIsRefused() throws Exception {
        Subject vectors =
                new Subject.OfVectors("v", dev.kindred.core.Space.external("v", 2, dev.kindred.core.Distance.COSINE));
        Examples graded = read("g.csv", "left,right,score\na,b,0.5\nc,d,3\n");
        try (Workers workers = Workers.of(1)) {
            for (EvaluationOptions.Task task :
                    List.of(EvaluationOptions.Task.RETRIEVAL, EvaluationOptions.Task.ONESHOT)) {
                assertThatThrownBy(() -> Evaluation.run(
                                vectors,
                                graded,
                                ReadOptions.defaults(),
                                EvaluationOptions.of(task),
                                workers,
                                Progress.SILENT))
                        .isInstanceOfSatisfying(
                                Refusal.class,
                                r -> assertThat(r.line()).contains("graded pairs", "leave it out for sts"));
            }
            assertThatThrownBy(() -> Evaluation.run(
                            vectors, graded, ReadOptions.defaults(), OPTIONS.withBy("genre"), workers, Progress.SILENT))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.where()).isEqualTo("--by"));
        }
    }
}
