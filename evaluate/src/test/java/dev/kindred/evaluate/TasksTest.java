package dev.kindred.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Threshold;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.ScoreCounts;
import dev.kindred.core.metric.Verification;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.ComparatorParts;
import dev.kindred.encode.Comparators;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.encode.PairFeatures;
import dev.kindred.encode.PairProbes;
import dev.kindred.report.Page;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TasksTest {
    private static final Workers WORKERS = Workers.of(2);
    private final Drawn drawn = Drawn.of(1, 24, 10, 0.9);
    private final Views views = Drawn.views(1, 24, 10, 0.9);
    private final Decision decision = Calibrator.calibrate(
            Drawn.of(2, 24, 10, 0.9).embeddings(), drawn.samples().labels(), WORKERS, 0);

    @Test
    void retrievalIsToldAsPromised() {
        JsonObject json =
                RetrievalTask.run(drawn.samples(), views, "hand", 0, WORKERS).json();
        assertThat(json.get("task").getAsString()).isEqualTo("retrieval");
        for (String rank : List.of("1", "5", "10")) {
            double recall = json.getAsJsonObject("recall").get(rank).getAsDouble();
            assertThat(recall).isBetween(0.0, 1.0);
            for (String name : List.of("pixels", "untrained")) {
                JsonObject beside = json.getAsJsonObject("baselines").getAsJsonObject(name);
                assertThat(beside.getAsJsonObject("recall").get(rank).getAsDouble())
                        .isLessThanOrEqualTo(recall);
            }
        }
        assertThat(json.get("mapAtR").getAsDouble()).isBetween(0.0, 1.0);
        JsonObject values = json.getAsJsonObject("by").getAsJsonObject("values");
        assertThat(values.keySet()).containsExactly("left", "right");
        double left = values.getAsJsonObject("left")
                .getAsJsonObject("recall")
                .get("1")
                .getAsDouble();
        double right = values.getAsJsonObject("right")
                .getAsJsonObject("recall")
                .get("1")
                .getAsDouble();
        assertThat((left + right) / 2)
                .isCloseTo(json.getAsJsonObject("recall").get("1").getAsDouble(), within(1e-12));
    }

    @Test
    void verificationIsToldAsPromised() {
        JsonObject json = VerificationTask.run(drawn.samples(), views, decision, null, 0, WORKERS)
                .json();
        assertThat(json.get("task").getAsString()).isEqualTo("verify");
        assertThat(json.get("auroc").getAsDouble()).isBetween(0.5, 1.0);
        assertThat(json.get("eer").getAsDouble()).isBetween(0.0, 0.5);
        assertThat(json.get("threshold").getAsDouble())
                .isEqualTo(decision.usualThreshold().orElseThrow().threshold());
        JsonObject fnmr = json.getAsJsonObject("fnmrAtFmr");
        assertThat(fnmr.keySet()).containsExactly("0.01");
        assertThat(json.getAsJsonObject("refused").get("0.001").getAsString()).contains("30 are needed");
        assertThat(json.getAsJsonObject("fnmrAtFmrInterval").getAsJsonArray("0.01"))
                .hasSize(2);
    }

    /** Of more pairs than a comparator judges, both are measured on the same that were drawn, and it is said so. */
    @Test
    void drawnPairsAreToldAsDrawn() {
        Drawn many = Drawn.of(3, 201, 5, 0.9);
        Space space = many.embeddings().space();
        PairFeatures features = new PairFeatures(space.dimension(), space.distance(), 1);
        Architecture network = Comparators.network(features, 2);
        ComparatorParts parts = ComparatorParts.of(
                features, network, Comparators.untaught(network, features, 9f, -3f, 1), new PairProbes(new float[0]));
        VerificationTask.Result result;
        VerificationTask.Result few;
        try (LearnedDistance comparator = parts.open(space, 2)) {
            result = VerificationTask.run(
                    many.samples(), Views.of(many.embeddings()), comparator, null, null, 0, WORKERS);
            few = VerificationTask.run(
                    drawn.samples(), Views.of(drawn.embeddings()), comparator, null, null, 0, WORKERS);
        }
        JsonObject pairs = result.json().getAsJsonObject("pairs");
        assertThat(pairs.get("drawn").getAsBoolean()).isTrue();
        assertThat(pairs.get("exact").getAsBoolean()).isFalse();
        assertThat(pairs.get("same").getAsLong()).isEqualTo(2_010);
        assertThat(pairs.get("different").getAsLong()).isBetween(495_000L, 501_000L);
        assertThat(result.lines().getFirst()).contains("pairs, drawn of all pairs of 1,005 samples");
        Verification alone = result.baselines().getOrDefault(Views.EMBEDDING, few.encoder());
        assertThat(alone.counts().differentPairs())
                .isEqualTo(result.encoder().counts().differentPairs());
        // Untaught, it ranks as the embeddings do.
        assertThat(alone.auroc().value()).isCloseTo(result.encoder().auroc().value(), within(1e-6));
        JsonObject all = few.json().getAsJsonObject("pairs");
        assertThat(all.has("drawn")).isFalse();
        assertThat(all.get("exact").getAsBoolean()).isTrue();
    }

    @Test
    void oneShotIsToldAsPromised() {
        List<OneShotTask.Trial> trials = List.of(
                new OneShotTask.Trial("a", 0, new int[] {1, 10, 20}, 0),
                new OneShotTask.Trial("b", 11, new int[] {2, 12, 22}, 1));
        JsonObject json =
                OneShotTask.run(drawn.samples(), views, trials, "parent").json();
        assertThat(json.get("task").getAsString()).isEqualTo("oneshot");
        assertThat(json.get("way").getAsInt()).isEqualTo(3);
        assertThat(json.get("trials").getAsInt()).isEqualTo(2);
        assertThat(json.getAsJsonArray("interval")).hasSize(2);
        assertThat(json.getAsJsonObject("baselines").keySet()).containsExactly("pixels", "untrained");
        assertThat(json.getAsJsonObject("by").getAsJsonObject("values").keySet())
                .containsExactly("alphabet0", "alphabet1");
    }

    @Test
    void aTieIsNoAnswer() {
        Embeddings ones = new Embeddings(Space.external("one", 1, Distance.COSINE), 3, new float[] {1, 1, 1});
        Samples three = Samples.of(List.of("a", "b", "c"), List.of("x", "y"), new int[] {0, 0, 1});
        OneShotTask.Trial trial = new OneShotTask.Trial("t", 0, new int[] {1, 2}, 0);
        assertThat(OneShotTask.run(three, Views.of(ones), List.of(trial), null)
                        .right()
                        .successes())
                .isZero();
    }

    /** A threshold made for 1% on some classes keeps about that on others, and its probabilities hold. */
    @ParameterizedTest
    @ValueSource(longs = {3, 4, 5, 6})
    void whatWasChosenOnValidationHoldsElsewhere(long seed) {
        Drawn validation = Drawn.of(seed, 120, 6, 0.9);
        Drawn other = Drawn.of(seed + 100, 120, 6, 0.9);
        Decision chosen = Calibrator.calibrate(
                validation.embeddings(), validation.samples().labels(), WORKERS, 0);
        VerificationTask.Result result =
                VerificationTask.run(other.samples(), Views.of(other.embeddings()), chosen, null, 0, WORKERS);
        ScoreCounts.Point at = result.atSealed().orElseThrow();
        assertThat(at.fmr()).isBetween(0.007, 0.013);
        Threshold chosenFor = result.sealedThreshold().orElseThrow();
        assertThat(chosenFor.fmr()).isBetween(0.0099, 0.01);
        assertThat(at.fnmr()).isCloseTo(chosenFor.fnmr(), within(0.1));
        assertThat(result.reliability().orElseThrow().expectedCalibrationError())
                .isLessThan(0.03);
    }

    @Test
    void cohortsGetTheirOwnThresholdsWhereTheyHoldThePairs() {
        Drawn many = Drawn.of(9, 60, 10, 0.9);
        Decision chosen = Calibrator.calibrate(
                many.embeddings(),
                many.samples().labels(),
                java.util.Map.of(
                        "hand=left", many.samples().rowsWith("hand", "left"), "hand=few", new int[] {0, 1, 30}),
                WORKERS,
                0);
        assertThat(chosen.cohorts().keySet()).containsExactly("hand=left");
        assertThat(chosen.threshold("hand=left", 0.01)).isNotEqualTo(chosen.threshold(0.01));
    }

    @Test
    void theBaselineHoldsFiguresOnly() {
        JsonObject json = Baseline.of(drawn.embeddings(), drawn.samples().labels(), WORKERS, 0)
                .json();
        assertThat(json.get("count").getAsInt()).isEqualTo(240);
        assertThat(json.getAsJsonArray("mean")).hasSize(16);
        JsonObject scores = json.getAsJsonObject("scores");
        assertThat(scores.getAsJsonArray("same").get(4).getAsDouble())
                .isGreaterThan(scores.getAsJsonArray("different").get(4).getAsDouble());
        assertThat(json.get("effectiveRank").getAsDouble()).isBetween(2.0, 16.0);
    }

    @Test
    void anUnknownAttributeIsRefusedNamingTheKnown() {
        assertThatThrownBy(() -> RetrievalTask.run(drawn.samples(), views, "drawer", 0, WORKERS))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.line()).contains("drawer", "hand, label"));
    }

    @Test
    void thePageShowsAll() {
        byte[] dot = {1};
        Page page = Page.titled("Evaluation", "");
        page = EvaluationReport.retrieval(
                page, RetrievalTask.run(drawn.samples(), views, "hand", 0, WORKERS), views.encoder(), row -> dot);
        page = EvaluationReport.verification(
                page, VerificationTask.run(drawn.samples(), views, decision, "hand", 0, WORKERS));
        page = EvaluationReport.oneShot(
                page,
                OneShotTask.run(
                        drawn.samples(),
                        views,
                        List.of(new OneShotTask.Trial("a", 0, new int[] {1, 10, 20}, 0)),
                        "parent"),
                views.encoder(),
                row -> dot);
        page = TrainingReport.teaching(
                page,
                List.of(
                        new TrainingReport.Point(0, 3, "Recall@1", Double.NaN, 0.9, 0.001),
                        new TrainingReport.Point(50, 1, "Recall@1", 0.5, 0.8, 0.0005)),
                List.of("two steps"));
        assertThat(page.html())
                .contains("Recall@10", "DET", "Reliability", "Worst", "Best", "ROC", "MAP@R", "Embedding variance")
                .contains("raw pixels", "untrained encoder", "data:image/png;base64,AQ==", ">left<")
                .doesNotContain("NaN");
    }
}
