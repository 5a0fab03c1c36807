package dev.kindred.serve.map;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import java.util.function.BiConsumer;

/**
 * Places on a plane that keep neighbours together: from the principal axes on, neighbours attract one another and whatever is drawn at
 * random is pushed away (UMAP's stochastic descent, McInnes, Healy, Melville 2018, with the kernel 1 / (1 + d²) of t-SNE and LargeVis,
 * which takes nothing but the four operations, so that the same vectors are drawn the same everywhere).
 */
public final class Layout {
    private static final int NEIGHBOURS = 15;
    private static final int STRANGERS = 5;
    private static final int ROUNDS = 400;
    /** A point moves no further in one step. */
    private static final double LONGEST_STEP = 4;
    /** The plane is this wide at the start. */
    private static final double WIDTH = 20;

    private static final long SEED = 0x9_1A40L;

    private Layout() {}

    /**
     * @param places {@code [count, 2]}, in [-1, 1]
     * @param kept of each vector's ten nearest (or as many as there are), the share that is among its ten nearest on the plane
     * @param chance the share that places at random would keep
     */
    public record Plane(float[] places, double kept, double chance) {}

    /**
     * Lays out vectors of one space. Takes about three seconds of a core for 10,000 × 128.
     *
     * @param told what is being done and the share that is done, 0 to 1
     */
    public static Plane of(Embeddings embeddings, Pauses pauses, BiConsumer<String, Double> told) {
        int n = embeddings.count();
        double[] places = PrincipalAxes.places(embeddings, SEED, pauses);
        Neighbours near = Neighbours.of(embeddings, NEIGHBOURS, pauses, share -> told.accept("comparing", share));
        if (n > 4) {
            scale(places, WIDTH / 2);
            descend(places, n, Affinities.of(near, n), pauses, share -> told.accept("arranging", share));
        }
        scale(places, 1);
        float[] plane = new float[places.length];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = (float) places[i];
        }
        return Kept.measure(plane, near);
    }

    /** The start alone: plain principal axes, in [-1, 1]. */
    static float[] axesAlone(Embeddings embeddings) {
        double[] places = PrincipalAxes.places(embeddings, SEED, Pauses.NONE);
        scale(places, 1);
        float[] plane = new float[places.length];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = (float) places[i];
        }
        return plane;
    }

    private static void descend(
            double[] at, int n, Affinities edges, Pauses pauses, java.util.function.DoubleConsumer told) {
        float most = 0;
        for (float weight : edges.weights()) {
            most = Math.max(most, weight);
        }
        int[] heads = edges.heads();
        int[] tails = edges.tails();
        int count = heads.length;
        // An edge of half the greatest weight has its turn every second round.
        float[] every = new float[count];
        float[] next = new float[count];
        for (int e = 0; e < count; e++) {
            every[e] = most / edges.weights()[e];
            next[e] = every[e];
        }
        for (int round = 1; round <= ROUNDS; round++) {
            double rate = 1 - (double) (round - 1) / ROUNDS;
            Keyed random = Keyed.of(SEED, round);
            for (int e = 0; e < count; e++) {
                if (next[e] > round) {
                    continue;
                }
                next[e] += every[e];
                attract(at, 2 * heads[e], 2 * tails[e], rate);
                for (int s = 0; s < STRANGERS; s++) {
                    repel(at, 2 * heads[e], stranger(random, n), rate);
                    repel(at, 2 * tails[e], stranger(random, n), rate);
                }
                if ((e & 4095) == 0) {
                    pauses.step();
                }
            }
            told.accept((double) round / ROUNDS);
        }
    }

    private static int stranger(Keyed random, int n) {
        return 2 * (int) (((random.nextLong() >>> 32) * n) >>> 32);
    }

    private static void attract(double[] at, int i, int j, double rate) {
        double x = at[i] - at[j];
        double y = at[i + 1] - at[j + 1];
        double pull = -2 / (1 + x * x + y * y);
        double dx = rate * bounded(pull * x);
        double dy = rate * bounded(pull * y);
        at[i] += dx;
        at[i + 1] += dy;
        at[j] -= dx;
        at[j + 1] -= dy;
    }

    private static void repel(double[] at, int i, int j, double rate) {
        if (i == j) {
            return;
        }
        double x = at[i] - at[j];
        double y = at[i + 1] - at[j + 1];
        double squared = x * x + y * y;
        double push = 2 / ((0.001 + squared) * (1 + squared));
        at[i] += rate * bounded(push * x);
        at[i + 1] += rate * bounded(push * y);
    }

    private static double bounded(double step) {
        return Math.clamp(step, -LONGEST_STEP, LONGEST_STEP);
    }

    /** About the middle of their extent, the longer side from -half to half. */
    private static void scale(double[] places, double half) {
        double reach = 0;
        for (int axis = 0; axis < 2; axis++) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int i = axis; i < places.length; i += 2) {
                low = Math.min(low, places[i]);
                high = Math.max(high, places[i]);
            }
            for (int i = axis; i < places.length; i += 2) {
                places[i] -= (low + high) / 2;
            }
            reach = Math.max(reach, (high - low) / 2);
        }
        for (int i = 0; reach > 0 && i < places.length; i++) {
            places[i] *= half / reach;
        }
    }
}
