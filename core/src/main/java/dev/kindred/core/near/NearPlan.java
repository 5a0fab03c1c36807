package dev.kindred.core.near;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How near pairs are looked for by signatures. Points are the rows, under cosine at unit length, and near are points closer than some
 * reach. Seen from a centre, two points that are no nearer to it than m and no further apart than r are at an angle whose cosine is at
 * least 1 − r²/2m²: that angle the bands are made for. The centre is the origin or the points' mean, whichever makes less work (points
 * all on one side of the origin look alike from there); the few points close to it are compared with all.
 *
 * @param scales what each row is multiplied by to be a point
 * @param inner rows that are compared with all others, ascending
 * @param agreement the least probability that two near points agree in a bit
 * @param nanos what it is thought to cost, on one thread
 */
record NearPlan(float[] centre, float[] scales, int[] inner, double agreement, Banding banding, double nanos) {
    private static final int SAMPLE = 4096;
    private static final int MOST_BITS = 4096;
    private static final int MOST_INNER = 256;
    /** Bits whose differences are counted before two rows are compared exactly. */
    static final int MOST_FILTER_WORDS = 4;
    /** Of what may be missed, the part that this count may. */
    static final double FILTER_SHARE = 0.1;

    // Measured once, roughly, in nanoseconds; what is chosen by them is what is quick, never what is right.
    private static final double BIT = 0.1;
    private static final double SORT = 150;
    private static final double LOOK = 4;
    private static final double EXACT = 1.5;
    private static final double TILE = 0.12;

    /**
     * The cheapest way by signatures; null where comparing all with all is cheaper.
     *
     * @param anyway also where that is cheaper, if there is a way
     */
    static @Nullable NearPlan cheapest(
            float[] values, int n, int d, Distance distance, double least, double missed, boolean anyway) {
        double reach = distance == Distance.COSINE ? Math.sqrt(Math.max(0, 2 - 2 * least)) : -least;
        float[] scales = new float[n];
        Arrays.fill(scales, 1);
        double[] mean = new double[d];
        for (int row = 0; row < n; row++) {
            if (distance == Distance.COSINE) {
                double squares = 0;
                for (int k = row * d; k < row * d + d; k++) {
                    squares += (double) values[k] * values[k];
                }
                scales[row] = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
            }
            for (int k = 0; k < d; k++) {
                mean[k] += (double) scales[row] * values[row * d + k] / n;
            }
        }
        float[] centre = new float[d];
        for (int k = 0; k < d; k++) {
            centre[k] = (float) mean[k];
        }
        NearPlan best = null;
        for (float[] from : new float[][] {new float[d], centre}) {
            NearPlan plan = seenFrom(from, values, n, d, scales, reach, missed);
            if (plan != null && (best == null || plan.nanos < best.nanos)) {
                best = plan;
            }
        }
        return anyway || best == null || best.nanos <= 0.5 * n * n * d * TILE ? best : null;
    }

    private static @Nullable NearPlan seenFrom(
            float[] centre, float[] values, int n, int d, float[] scales, double reach, double missed) {
        double[] norms = new double[n];
        for (int row = 0; row < n; row++) {
            norms[row] = Math.sqrt(product(centre, values, d, scales, row, row));
        }
        double[] sorted = norms.clone();
        Arrays.sort(sorted);
        int few = Math.min(MOST_INNER, n / MOST_INNER);
        int inside = 0;
        while (inside < few && sorted[inside] < 0.7 * sorted[n / 2]) {
            inside++;
        }
        double nearest = sorted[inside];
        // A little more than the angle: bits are of sums in single precision.
        double cosine = 1 - reach * reach / (2 * nearest * nearest) - 1e-6;
        if (!(cosine > 0)) {
            return null;
        }
        double agreement = Hyperplanes.agreement(cosine);
        double[] strangers = strangers(centre, values, n, d, scales, norms, cosine);
        int[] inner = inner(norms, nearest);
        NearPlan best = null;
        for (int rows = 4; rows <= Integer.SIZE; rows++) {
            Banding banding = Banding.missing(missed * (1 - FILTER_SHARE), agreement, rows);
            if (banding.total() > MOST_BITS) {
                break;
            }
            double met = StrictMath.pow(0.5, rows);
            double sum = 0;
            for (double each : strangers) {
                sum += StrictMath.pow(each, rows);
            }
            met = Math.max(met, sum / Math.max(1, strangers.length));
            double nanos = n * (BIT * d * banding.total() + SORT * banding.bands() + EXACT * d * inner.length)
                    + 0.5 * n * n * met * banding.bands() * LOOK;
            if (best == null || nanos < best.nanos) {
                best = new NearPlan(centre, scales, inner, agreement, banding, nanos);
            }
        }
        return best;
    }

    /** How readily points that are not near agree in a bit, from pairs drawn. */
    private static double[] strangers(
            float[] centre, float[] values, int n, int d, float[] scales, double[] norms, double cosine) {
        Keyed random = Keyed.of(0x57A4L);
        double[] agreements = new double[SAMPLE];
        int count = 0;
        for (int i = 0; i < SAMPLE; i++) {
            int a = random.nextInt(n);
            int b = random.nextInt(n);
            double length = norms[a] * norms[b];
            double between = length == 0 ? 0 : product(centre, values, d, scales, a, b) / length;
            if (a != b && between < cosine) {
                agreements[count++] = Hyperplanes.agreement(between);
            }
        }
        return Arrays.copyOf(agreements, count);
    }

    private static int[] inner(double[] norms, double nearest) {
        int[] rows = new int[norms.length];
        int count = 0;
        for (int row = 0; row < norms.length; row++) {
            if (norms[row] < nearest) {
                rows[count++] = row;
            }
        }
        return Arrays.copyOf(rows, count);
    }

    /** The inner product of two points less the centre. */
    private static double product(float[] centre, float[] values, int d, float[] scales, int a, int b) {
        double sum = 0;
        for (int k = 0; k < d; k++) {
            double x = (double) scales[a] * values[a * d + k] - centre[k];
            double y = (double) scales[b] * values[b * d + k] - centre[k];
            sum += x * y;
        }
        return sum;
    }
}
