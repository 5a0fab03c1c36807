package dev.kindred.train.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every loss against plain double loops written from its paper, and every gradient against central differences. */
class LossGradientTest {
    private static final int N = 10;
    private static final int D = 5;

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Distance distance : List.of(Distance.COSINE, Distance.L2)) {
            for (boolean reference : new boolean[] {false, true}) {
                for (long seed = 1; seed <= 4; seed++) {
                    for (Loss loss : losses()) {
                        cases.add(Arguments.of(loss, distance, reference, seed));
                    }
                }
            }
        }
        return cases.stream();
    }

    private static List<Loss> losses() {
        return List.of(
                new Loss.SupervisedContrastive(0.2),
                new Loss.SupervisedContrastive(1),
                new Loss.Contrastive(0.1, 0.9),
                new Loss.Triplet(0.3, Miner.ALL),
                new Loss.Triplet(0.3, Miner.HARD),
                new Loss.Triplet(0.3, Miner.SEMI_HARD),
                new Loss.MarginRanking(0.3, Miner.ALL),
                new Loss.MarginRanking(0.3, Miner.HARD),
                new Loss.CoSent(1),
                new Loss.CoSent(5),
                new Loss.MultipleNegatives(0.3, false),
                new Loss.MultipleNegatives(0.3, true));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientIsTheDerivative(Loss loss, Distance distance, boolean reference, long seed) {
        Batch batch = batch(distance, reference, seed);
        // Tuples are held still: a miner's choice is no function to be differentiated.
        Tuples tuples = tuples(loss, batch);
        float[] gradient = loss.of(batch, tuples).gradient();
        double h = 1e-3;
        for (int at = 0; at < N * D; at++) {
            double up = loss.of(moved(batch, at, h), tuples).value();
            double down = loss.of(moved(batch, at, -h), tuples).value();
            float[] there = batch.embeddings();
            double span = (double) (float) (there[at] + h) - (float) (there[at] - h);
            // A hinge that switches inside the step bends the difference; such steps are narrowed away.
            if (switches(loss, batch, tuples, at, h)) {
                continue;
            }
            assertThat((double) gradient[at]).as("value %d", at).isCloseTo((up - down) / span, within(2e-3));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valueIsThePapers(Loss loss, Distance distance, boolean reference, long seed) {
        Batch batch = batch(distance, reference, seed);
        Tuples tuples = takesTuples(loss) ? tuples(loss, batch) : null;
        assertThat(loss.of(batch, tuples).value()).isCloseTo(Papers.value(loss, batch, tuples), within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.2, 1, 7})
    void crossEntropyIsTheBooksAndItsGradientTheDerivative(double sameWeight) {
        Loss loss = new Loss.CrossEntropy(sameWeight);
        float[] logits = {-40, -3, -0.5f, 0, 0.1f, 2, 5, 30};
        int[] labels = {0, 1, 0, 1, 1, 0, 1, 1};
        Batch batch = Batch.of(logits, labels, 1, Distance.L2);
        Loss.Result result = loss.of(batch);
        assertThat(result.value()).isCloseTo(Papers.value(loss, batch, null), within(1e-9));
        assertThat(result.active()).isEqualTo(2);
        for (int at = 0; at < logits.length; at++) {
            double h = 1e-2;
            double up = loss.of(moved(batch, at, h)).value();
            double down = loss.of(moved(batch, at, -h)).value();
            double span = (double) (float) (logits[at] + h) - (float) (logits[at] - h);
            assertThat((double) result.gradient()[at]).isCloseTo((up - down) / span, within(1e-5));
        }
        Batch far = Batch.of(new float[] {1e30f, -1e30f}, new int[] {0, 1}, 1, Distance.L2);
        assertThat(loss.of(far).value()).isFinite();
        assertThat(loss.of(far).gradient()[0]).isPositive().isFinite();
        assertThatIllegalArgumentException().isThrownBy(() -> loss.of(batch(Distance.L2, false, 1)));
    }

    @Test
    void alikeWithinAndApartBetweenIsRight() {
        float[] embeddings = {1, 0, 1, 0, 0, 1, 0, 1};
        Batch batch = Batch.of(embeddings, new int[] {0, 0, 1, 1}, 2, Distance.COSINE);
        assertThat(new Loss.Triplet(0.5, Miner.ALL).of(batch).value()).isZero();
        assertThat(new Loss.Triplet(0.5, Miner.ALL).of(batch).active()).isZero();
        assertThat(new Loss.Contrastive(0, 0.9).of(batch).value()).isZero();
        assertThat(new Loss.MarginRanking(0.5, Miner.ALL).of(batch).value()).isZero();
        // Each anchor: one positive at 1, two negatives at 0.
        assertThat(new Loss.SupervisedContrastive(1).of(batch).value())
                .isCloseTo(Math.log(Math.E + 2) - 1, within(1e-12));
    }

    @Test
    void losesNothingToHugeScores() {
        float[] embeddings = {1, 0, 1, 0, -1, 0, -1, 0};
        Batch batch = Batch.of(embeddings, new int[] {0, 0, 1, 1}, 2, Distance.COSINE);
        Loss.Result result = new Loss.SupervisedContrastive(1e-4).of(batch);
        assertThat(result.value()).isFinite();
        for (float g : result.gradient()) {
            assertThat(g).isFinite();
        }
    }

    @Test
    void batchWithoutPositivesIsNoLoss() {
        Batch batch = Batch.of(new float[] {1, 0, 0, 1}, new int[] {0, 1}, 2, Distance.COSINE);
        for (Loss loss : losses()) {
            if (loss instanceof Loss.Contrastive || takesTuples(loss)) {
                continue;
            }
            assertThat(loss.of(batch).value()).as(loss.name()).isZero();
            assertThat(loss.of(batch).gradient()).containsOnly(0);
        }
    }

    @Test
    void zeroVectorsDoNotBreakIt() {
        Batch batch = Batch.of(new float[] {0, 0, 0, 0, 0, 1, 0, 1}, new int[] {0, 0, 1, 1}, 2, Distance.L2);
        for (Loss loss : losses()) {
            if (takesTuples(loss)) {
                continue;
            }
            for (float g : loss.of(batch).gradient()) {
                assertThat(g).isFinite();
            }
        }
    }

    @Test
    void tuplesOfAnotherKindAreRefused() {
        Batch batch = batch(Distance.COSINE, false, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Loss.Triplet(0.2, Miner.ALL).of(batch, Miner.pairs(batch)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Loss.Contrastive(0, 1).of(batch, Miner.ALL.triplets(batch, 0)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Loss.CoSent(20).of(batch, Miner.pairs(batch)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Loss.MultipleNegatives(0.05, false).of(batch));
    }

    private static boolean takesTuples(Loss loss) {
        return loss instanceof Loss.CoSent || loss instanceof Loss.MultipleNegatives;
    }

    private static Tuples tuples(Loss loss, Batch batch) {
        return switch (loss) {
            case Loss.CoSent c -> graded(batch);
            case Loss.MultipleNegatives n -> matches(batch);
            case Loss.SupervisedContrastive s -> null;
            case Loss.Contrastive c -> Miner.pairs(batch);
            case Loss.CrossEntropy c -> null;
            case Loss.Triplet t -> t.miner().triplets(batch, t.margin());
            case Loss.MarginRanking r -> r.miner().triplets(batch, r.margin());
        };
    }

    /** Every row with some column, grades from 0 to 2 with ties. */
    private static Tuples.Graded graded(Batch batch) {
        int[] left = IntStream.range(0, N).toArray();
        int[] right =
                IntStream.range(0, N).map(i -> (3 * i + 1) % columns(batch)).toArray();
        return new Tuples.Graded(
                left, right, IntStream.range(0, N).mapToDouble(i -> i % 3).toArray());
    }

    /** Four anchors, one of them twice, with two hard negatives; some candidates are spared. */
    private static Tuples.Matches matches(Batch batch) {
        boolean[][] spared = new boolean[4][6];
        spared[0][1] = true;
        spared[1][0] = true;
        spared[2][5] = true;
        int m = columns(batch);
        return new Tuples.Matches(new int[] {0, 0, 1, 2}, new int[] {3, 4, 5, 6}, new int[] {7 % m, 8 % m}, spared);
    }

    private static int columns(Batch batch) {
        return batch.reference() == null ? N : batch.reference().m();
    }

    @Test
    void ordersRightIsAllButNoLoss() {
        float[] embeddings = {1, 0, 1, 0, 1, 0, -1, 0};
        Batch batch = Batch.of(embeddings, new int[4], 2, Distance.COSINE);
        Tuples.Graded right = new Tuples.Graded(new int[] {0, 2}, new int[] {1, 3}, new double[] {5, 0});
        Tuples.Graded wrong = new Tuples.Graded(new int[] {0, 2}, new int[] {1, 3}, new double[] {0, 5});
        Tuples.Graded tied = new Tuples.Graded(new int[] {0, 2}, new int[] {1, 3}, new double[] {3, 3});
        // The cosines are 1 and -1.
        assertThat(new Loss.CoSent(20).of(batch, right).value()).isCloseTo(Math.exp(-40), within(1e-12));
        assertThat(new Loss.CoSent(20).of(batch, wrong).value()).isCloseTo(40, within(1e-9));
        assertThat(new Loss.CoSent(20).of(batch, wrong).active()).isEqualTo(1);
        assertThat(new Loss.CoSent(20).of(batch, tied).value()).isZero();
    }

    @Test
    void otherPositivesOfOneAnchorAreNotItsNegatives() {
        float[] embeddings = {1, 0, 1, 0, 1, 0};
        Batch batch = Batch.of(embeddings, new int[3], 2, Distance.COSINE);
        boolean[][] none = new boolean[2][2];
        boolean[][] spared = {{false, true}, {true, false}};
        int[] anchor = {0, 0};
        int[] positive = {1, 2};
        Loss loss = new Loss.MultipleNegatives(0.05, true);
        assertThat(loss.of(batch, new Tuples.Matches(anchor, positive, new int[0], none))
                        .value())
                .isCloseTo(Math.log(2), within(1e-12));
        assertThat(loss.of(batch, new Tuples.Matches(anchor, positive, new int[0], spared))
                        .value())
                .isZero();
    }

    private static boolean switches(Loss loss, Batch batch, Tuples tuples, int at, double h) {
        int here = loss.of(batch, tuples).active();
        return loss.of(moved(batch, at, h), tuples).active() != here
                || loss.of(moved(batch, at, -h), tuples).active() != here;
    }

    private static Batch moved(Batch batch, int at, double by) {
        float[] embeddings = batch.embeddings().clone();
        embeddings[at] = (float) (embeddings[at] + by);
        return new Batch(embeddings, batch.n(), batch.d(), batch.labels(), batch.distance(), batch.reference());
    }

    static Batch batch(Distance distance, boolean reference, long seed) {
        Keyed draws = Keyed.of(seed, distance.ordinal());
        int m = 7;
        return new Batch(
                normals(draws, N * D),
                N,
                D,
                labels(draws, N),
                distance,
                reference ? new Batch.Reference(normals(draws, m * D), m, labels(draws, m)) : null);
    }

    private static int[] labels(Keyed draws, int n) {
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = draws.nextInt(4);
        }
        return labels;
    }

    private static float[] normals(Keyed draws, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) draws.nextGaussian();
        }
        return values;
    }
}
