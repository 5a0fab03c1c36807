package dev.kindred.core.near;

import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All pairs of rows whose score is at least a threshold: candidates by signatures, each compared exactly, so that none is named wrongly;
 * all with all where that is cheaper. Equal rows are compared as one. Work is bounded: in a bucket of more than 512 distinct rows each is
 * compared with the next 64 alone, and those already chained not again.
 *
 * <p>Beside the rows themselves it takes 8 bytes for each 64 bits of a signature, some 40 a row and 16 a pair kept, twice while it works.
 */
public final class NearPairs {
    /** Pairs of distinct rows that are kept; of more, the clusters are still right. */
    private static final int MOST_PAIRS = 10_000_000;

    private final DistinctRows distinct;
    private final Distance distance;
    private final long[] pairs;
    private final float[] scores;
    private final int[] clusters;
    private final boolean cut;
    private final long passedOver;
    private final @Nullable Banding banding;

    private NearPairs(
            DistinctRows distinct,
            Distance distance,
            long[] pairs,
            float[] scores,
            int[] clusters,
            boolean cut,
            long passedOver,
            @Nullable Banding banding) {
        this.distinct = distinct;
        this.distance = distance;
        this.pairs = pairs;
        this.scores = scores;
        this.clusters = clusters;
        this.cut = cut;
        this.passedOver = passedOver;
        this.banding = banding;
    }

    /**
     * @param values row after row of d finite numbers, of which rows are moved: nobody's any more
     * @param distance cosine or l2
     * @param least the least score: a cosine above 0, or minus a distance
     * @param missed the probability that a pair just at the threshold is missed, in (0, 1); nearer ones are missed more seldom
     */
    public static NearPairs find(
            float[] values,
            int n,
            int d,
            Distance distance,
            double least,
            double missed,
            Workers workers,
            Progress progress) {
        return find(values, n, d, distance, least, missed, false, workers, progress);
    }

    /** @param signatures also where comparing all with all is cheaper */
    static NearPairs find(
            float[] values,
            int n,
            int d,
            Distance distance,
            double least,
            double missed,
            boolean signatures,
            Workers workers,
            Progress progress) {
        if (distance == Distance.DOT) {
            throw new IllegalArgumentException("an inner product does not say what is near");
        }
        DistinctRows distinct = DistinctRows.gathered(values, n, d);
        int count = distinct.count();
        Clusters clusters = new Clusters(count);
        PairLog log = new PairLog(MOST_PAIRS, clusters);
        Comparison comparison = new Comparison(values, count, d, distance, least, clusters, log, workers, progress);
        NearPlan plan = count < 2 ? null : NearPlan.cheapest(values, count, d, distance, least, missed, signatures);
        if (plan != null) {
            comparison.byBands(plan, missed);
        } else if (count > 1) {
            comparison.all();
        }
        return ranked(distinct, distance, log, clusters, comparison, plan);
    }

    /** The best first. */
    private static NearPairs ranked(
            DistinctRows distinct,
            Distance distance,
            PairLog log,
            Clusters clusters,
            Comparison comparison,
            @Nullable NearPlan plan) {
        long[] kept = log.kept();
        long[] order = new long[kept.length];
        for (int i = 0; i < kept.length; i++) {
            float score = (float) comparison.score(PairLog.lower(kept[i]), PairLog.upper(kept[i]));
            int bits = Float.floatToIntBits(-score);
            // Floats in the order of whole numbers, negative ones too.
            order[i] = (long) (bits ^ (bits >> 31 & 0x7FFFFFFF)) << 32 | i;
        }
        Arrays.sort(order);
        long[] pairs = new long[kept.length];
        float[] scores = new float[kept.length];
        for (int i = 0; i < kept.length; i++) {
            pairs[i] = kept[(int) order[i]];
            scores[i] = (float) comparison.score(PairLog.lower(pairs[i]), PairLog.upper(pairs[i]));
        }
        return new NearPairs(
                distinct,
                distance,
                pairs,
                scores,
                clusters.all(),
                log.isCut(),
                comparison.passedOver(),
                plan == null ? null : plan.banding());
    }

    /** How the candidates were found; null where all were compared with all. */
    public @Nullable Banding banding() {
        return banding;
    }

    /** Meetings of rows in large buckets that were not followed; 0 means that the probability of a miss is as stated. */
    public long passedOver() {
        return passedOver;
    }

    /** Whether there are more pairs than are kept; the clusters hold them. */
    public boolean isCut() {
        return cut;
    }

    /** Pairs of rows, those of equal rows among them. */
    public long count() {
        long count = 0;
        for (int each = 0; each < distinct.count(); each++) {
            count += (long) distinct.size(each) * (distinct.size(each) - 1) / 2;
        }
        for (long pair : pairs) {
            count += (long) distinct.size(PairLog.lower(pair)) * distinct.size(PairLog.upper(pair));
        }
        return count;
    }

    /** Takes pairs one after another. */
    @FunctionalInterface
    public interface Taker {
        /** @param left a row before {@code right} */
        void take(int left, int right, float score);
    }

    /** Gives the best pairs, at most so many: first those of equal rows. */
    public void best(long limit, Taker taker) {
        long left = limit;
        float same = distance == Distance.COSINE ? 1 : 0;
        for (int each = 0; each < distinct.count() && left > 0; each++) {
            for (int i = distinct.starts()[each]; i < distinct.starts()[each + 1]; i++) {
                for (int j = i + 1; j < distinct.starts()[each + 1] && left > 0; j++, left--) {
                    taker.take(distinct.members()[i], distinct.members()[j], same);
                }
            }
        }
        for (int p = 0; p < pairs.length && left > 0; p++) {
            int a = PairLog.lower(pairs[p]);
            int b = PairLog.upper(pairs[p]);
            for (int i = distinct.starts()[a]; i < distinct.starts()[a + 1]; i++) {
                for (int j = distinct.starts()[b]; j < distinct.starts()[b + 1] && left > 0; j++, left--) {
                    int one = distinct.members()[i];
                    int other = distinct.members()[j];
                    taker.take(Math.min(one, other), Math.max(one, other), scores[p]);
                }
            }
        }
    }

    /**
     * Rows that are chained by pairs, ascending; the largest cluster first, then by their first rows. The ends of a chain may be less
     * alike than the threshold.
     */
    public List<int[]> clusters() {
        int[] sizes = new int[distinct.count()];
        for (int each = 0; each < sizes.length; each++) {
            sizes[clusters[each]] += distinct.size(each);
        }
        int[] @Nullable [] rows = new int[sizes.length][];
        for (int each = 0; each < sizes.length; each++) {
            if (sizes[each] > 1) {
                rows[each] = new int[sizes[each]];
                sizes[each] = 0;
            }
        }
        List<int[]> found = new ArrayList<>();
        for (int each = 0; each < sizes.length; each++) {
            int[] members = rows[clusters[each]];
            if (members != null) {
                int from = sizes[clusters[each]];
                System.arraycopy(distinct.members(), distinct.starts()[each], members, from, distinct.size(each));
                sizes[clusters[each]] += distinct.size(each);
            }
        }
        for (int[] members : rows) {
            if (members != null) {
                Arrays.sort(members);
                found.add(members);
            }
        }
        found.sort(Comparator.comparingInt((int[] members) -> -members.length).thenComparingInt(members -> members[0]));
        return found;
    }
}
