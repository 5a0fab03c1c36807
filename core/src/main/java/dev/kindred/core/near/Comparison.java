package dev.kindred.core.near;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.ScoreTiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Compares rows that are all distinct: those that share a band of a plan, or all of them. Every pair that it keeps was compared in double
 * precision.
 */
final class Comparison {
    private static final long SEED = 0x51617E5L;
    private static final int BLOCK = 4096;
    /** Rows that are compared with all at once, and columns of a tile. */
    private static final int TILE_ROWS = 64;

    private static final int TILE_COLUMNS = 64 * ScoreTiles.WIDTH;
    /** A bucket of more rows than this is large: each row is compared with the next {@link #NEXT} in the order of another band. */
    private static final int LARGE = 512;

    private static final int NEXT = 64;
    private static final String WHAT = "comparing";

    private final float[] values;
    private final int n;
    private final int d;
    private final Distance distance;
    private final double least;
    private final Clusters clusters;
    private final PairLog log;
    private final Workers workers;
    private final Progress progress;
    private long passedOver;

    Comparison(
            float[] values,
            int n,
            int d,
            Distance distance,
            double least,
            Clusters clusters,
            PairLog log,
            Workers workers,
            Progress progress) {
        this.values = values;
        this.n = n;
        this.d = d;
        this.distance = distance;
        this.least = least;
        this.clusters = clusters;
        this.log = log;
        this.workers = workers;
        this.progress = progress;
    }

    double score(int a, int b) {
        return distance.score(values, a * d, values, b * d, d);
    }

    /** Meetings in large buckets that were not followed; a pair may have met in several. */
    long passedOver() {
        return passedOver;
    }

    private void check(int a, int b, PairLog.Part part) {
        if (part.wants(a, b) && score(a, b) >= least) {
            part.add(a, b);
        }
    }

    /** All with all. */
    void all() {
        Space space = Space.external("near", d, distance);
        Embeddings rows = new Embeddings(space, n, values.length == n * d ? values : Arrays.copyOf(values, n * d));
        ScoreTiles tiles = ScoreTiles.of(rows, rows);
        // What single precision may be off by, and more.
        double margin = distance == Distance.COSINE ? 1e-6 * Math.sqrt(d) : -least * (1e-6 + 1e-7 * d);
        float worth = (float) (least - margin);
        AtomicInteger done = new AtomicInteger();
        blocks(n, TILE_ROWS, (from, to, part) -> {
            float[] scores = new float[TILE_ROWS * TILE_COLUMNS];
            for (int left = from / ScoreTiles.WIDTH * ScoreTiles.WIDTH; left < n; left += TILE_COLUMNS) {
                int right = Math.min(n, left + TILE_COLUMNS);
                int stride = ScoreTiles.stride(left, right);
                tiles.scores(from, to, left, right, scores);
                for (int a = from; a < to; a++) {
                    for (int b = Math.max(left, a + 1); b < right; b++) {
                        if (scores[(a - from) * stride + b - left] >= worth) {
                            check(a, b, part);
                        }
                    }
                }
            }
            progress.at(WHAT, done.addAndGet(to - from), n, "");
        });
    }

    /** Those that share a band. */
    void byBands(NearPlan plan, double missed) {
        Banding banding = plan.banding();
        Hyperplanes planes = Hyperplanes.through(plan.centre(), (int) banding.total(), SEED);
        int words = planes.words();
        long[] signatures = new long[Math.multiplyExact(n, words)];
        AtomicInteger signed = new AtomicInteger();
        workers.blocks(n, BLOCK / 16, (from, to) -> {
            planes.sign(values, plan.scales(), from, to, signatures);
            progress.at("signing", signed.addAndGet(to - from), n, "");
        });
        int filter = Math.min(words, NearPlan.MOST_FILTER_WORDS);
        int most = Hyperplanes.mostDifferences(filter * Long.SIZE, plan.agreement(), missed * NearPlan.FILTER_SHARE);
        inner(plan.inner());
        int[] outer = outer(plan.inner());
        long[] order = new long[outer.length];
        int[] reach = new int[outer.length];
        for (int band = 0; band < banding.bands(); band++) {
            for (int i = 0; i < order.length; i++) {
                order[i] = (long) banding.key(signatures, outer[i] * words, band) << 32 | outer[i];
            }
            Arrays.sort(order);
            boolean large = reaches(order, reach, banding, (band + 1) % banding.bands(), signatures, words);
            int[] before = large ? clusters.all() : new int[0];
            blocks(order.length, BLOCK, (from, to, part) -> {
                for (int i = from; i < to; i++) {
                    int a = (int) order[i];
                    boolean inLarge = reach[i] < 0;
                    int end = inLarge ? ~reach[i] : reach[i];
                    for (int j = i + 1; j < end; j++) {
                        int b = (int) order[j];
                        // In a large bucket it is enough that all that is chained is chained.
                        if (Hyperplanes.differences(signatures, a * words, signatures, b * words, filter) <= most
                                && !(inLarge && before[a] == before[b])
                                && !log.holds(PairLog.pair(a, b))) {
                            check(a, b, part);
                        }
                    }
                }
            });
            progress.at(WHAT, band + 1, banding.bands(), "");
        }
    }

    private void inner(int[] inner) {
        if (inner.length == 0) {
            return;
        }
        blocks(n, BLOCK / 16, (from, to, part) -> {
            for (int b = from; b < to; b++) {
                boolean both = Arrays.binarySearch(inner, b) >= 0;
                for (int a : inner) {
                    if (both ? a < b : a != b) {
                        check(a, b, part);
                    }
                }
            }
        });
    }

    private int[] outer(int[] inner) {
        int[] outer = new int[n - inner.length];
        int at = 0;
        for (int row = 0; row < n; row++) {
            if (Arrays.binarySearch(inner, row) < 0) {
                outer[at++] = row;
            }
        }
        return outer;
    }

    /**
     * Where, by position, the rows end that each is compared with; its complement in large buckets, whose rows are first put in the order of
     * another band.
     *
     * @return whether there are large ones
     */
    private boolean reaches(long[] order, int[] reach, Banding banding, int other, long[] signatures, int words) {
        boolean large = false;
        for (int from = 0; from < order.length; ) {
            int to = from + 1;
            while (to < order.length && order[to] >> 32 == order[from] >> 32) {
                to++;
            }
            if (to - from <= LARGE) {
                Arrays.fill(reach, from, to, to);
            } else {
                large = true;
                for (int i = from; i < to; i++) {
                    int row = (int) order[i];
                    order[i] = (long) banding.key(signatures, row * words, other) << 32 | row;
                }
                Arrays.sort(order, from, to);
                for (int i = from; i < to; i++) {
                    int end = Math.min(to, i + 1 + NEXT);
                    reach[i] = ~end;
                    passedOver += to - end;
                }
            }
            from = to;
        }
        return large;
    }

    private interface Search {
        void within(int from, int to, PairLog.Part part);
    }

    private void blocks(int count, int size, Search search) {
        int blocks = Math.ceilDiv(count, size);
        List<PairLog.Part> parts = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            parts.add(log.part(blocks));
        }
        workers.blocks(count, size, (from, to) -> search.within(from, to, parts.get(from / size)));
        log.take(parts);
    }
}
