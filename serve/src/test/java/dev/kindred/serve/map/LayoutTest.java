package dev.kindred.serve.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A map keeps neighbours together, by a measure that shares nothing with what draws it. */
class LayoutTest {
    private static final int CLUSTERS = 100;
    private static final int EACH = 20;
    private static final int DIMENSION = 48;
    private static final int NEAREST = 10;

    /** Points about centres, each on a curved sheet of two directions with some noise: as classes of things that vary. */
    private static Embeddings clustered(Distance distance) {
        float[] values = new float[CLUSTERS * EACH * DIMENSION];
        for (int c = 0; c < CLUSTERS; c++) {
            double[][] of = new double[3][DIMENSION];
            for (int a = 0; a < 3; a++) {
                Keyed random = Keyed.of(7, c, a);
                for (int d = 0; d < DIMENSION; d++) {
                    of[a][d] = random.nextGaussian();
                }
            }
            for (int i = 0; i < EACH; i++) {
                Keyed random = Keyed.of(8, c, i);
                double u = random.uniform(-1, 1);
                double v = random.uniform(-1, 1);
                for (int d = 0; d < DIMENSION; d++) {
                    values[((c * EACH) + i) * DIMENSION + d] =
                            (float) (of[0][d] + 0.6 * u * of[1][d] + 0.6 * v * of[2][d] + 0.05 * random.nextGaussian());
                }
            }
        }
        return new Embeddings(new Space("ab".repeat(32), DIMENSION, distance), CLUSTERS * EACH, values);
    }

    private static Layout.Plane laidOut(Embeddings embeddings) {
        return Layout.of(
                embeddings, Pauses.NONE, (what, share) -> assertThat(share).isBetween(0.0, 1.0));
    }

    @ParameterizedTest
    @EnumSource(
            value = Distance.class,
            names = {"COSINE", "L2"})
    void keepsFarMoreNeighboursThanPrincipalAxesAndChance(Distance distance) {
        Embeddings embeddings = clustered(distance);
        Layout.Plane plane = laidOut(embeddings);
        double axes = kept(embeddings, Layout.axesAlone(embeddings));
        double layout = kept(embeddings, plane.places());
        System.out.printf("kept of ten: layout %.3f, axes %.3f, chance %.4f%n", layout, axes, plane.chance());
        assertThat(layout).isGreaterThan(0.35).isGreaterThan(2 * axes).isGreaterThan(50 * plane.chance());
        assertThat(plane.kept()).as("what the map says of itself").isCloseTo(layout, within(0.03));
        assertThat(ofOneCluster(plane.places())).isGreaterThan(0.97);
        for (float place : plane.places()) {
            assertThat(place).isBetween(-1f, 1f);
        }
    }

    @Test
    void theSameVectorsAreDrawnTheSame() {
        Embeddings embeddings = clustered(Distance.COSINE);
        assertThat(laidOut(embeddings).places())
                .containsExactly(laidOut(embeddings).places());
    }

    @Test
    void aFewPointsAndEqualOnesAreDrawnToo() {
        Space space = new Space("ab".repeat(32), 3, Distance.L2);
        for (int n = 0; n <= 7; n++) {
            float[] values = new float[3 * n];
            for (int i = 0; i < values.length; i++) {
                values[i] = n == 7 ? 1 : i * i % 7;
            }
            Layout.Plane plane = laidOut(new Embeddings(space, n, values));
            assertThat(plane.places()).hasSize(2 * n);
            for (float place : plane.places()) {
                assertThat(place).isFinite();
            }
        }
    }

    @Test
    void principalAxesAreThoseOfTheCovariance() {
        // Along known directions with known lengths: the first axis carries 9 of 14, the second 4.
        double[][] directions = {{0.6, 0.8, 0}, {-0.8, 0.6, 0}, {0, 0, 1}};
        double[] deviations = {3, 2, 1};
        int n = 20_000;
        float[] values = new float[3 * n];
        for (int i = 0; i < n; i++) {
            Keyed random = Keyed.of(3, i);
            for (int a = 0; a < 3; a++) {
                double along = deviations[a] * random.nextGaussian();
                for (int d = 0; d < 3; d++) {
                    values[3 * i + d] += (float) (5 + along * directions[a][d]);
                }
            }
        }
        double[] places = PrincipalAxes.places(
                new Embeddings(new Space("cd".repeat(32), 3, Distance.L2), n, values), 1, Pauses.NONE);
        for (int axis = 0; axis < 2; axis++) {
            double squares = 0;
            for (int i = axis; i < places.length; i += 2) {
                squares += places[i] * places[i];
            }
            assertThat(Math.sqrt(squares / n)).isCloseTo(deviations[axis], within(0.05));
        }
    }

    /** In double precision, for every seventh point. */
    private static double kept(Embeddings embeddings, float[] places) {
        int n = embeddings.count();
        long same = 0;
        long asked = 0;
        for (int i = 0; i < n; i += 7) {
            int row = i;
            Set<Integer> near = best(n, i, j -> embeddings.score(row, j));
            near.retainAll(best(n, i, j -> -squared(places, row, j)));
            same += near.size();
            asked += NEAREST;
        }
        return (double) same / asked;
    }

    private static double squared(float[] places, int i, int j) {
        double x = places[2 * i] - places[2 * j];
        double y = places[2 * i + 1] - places[2 * j + 1];
        return x * x + y * y;
    }

    private static Set<Integer> best(int n, int except, java.util.function.IntToDoubleFunction score) {
        Map<Integer, Double> scores = new HashMap<>();
        for (int j = 0; j < n; j++) {
            if (j != except) {
                scores.put(j, score.applyAsDouble(j));
            }
        }
        return new HashSet<>(scores.entrySet().stream()
                .sorted(Map.Entry.<Integer, Double>comparingByValue().reversed())
                .limit(NEAREST)
                .map(Map.Entry::getKey)
                .toList());
    }

    /** The share of each point's ten nearest on the plane that are of its own cluster. */
    private static double ofOneCluster(float[] places) {
        int n = places.length / 2;
        long own = 0;
        long asked = 0;
        for (int i = 0; i < n; i += 11) {
            int row = i;
            for (int j : best(n, i, other -> -squared(places, row, other))) {
                own += j / EACH == i / EACH ? 1 : 0;
                asked++;
            }
        }
        return (double) own / asked;
    }
}
