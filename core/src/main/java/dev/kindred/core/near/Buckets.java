package dev.kindred.core.near;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Candidates between two sides, such as those of a split: things that share a band are in one bucket. */
public final class Buckets {
    /** Looked at in one bucket for each that is kept, so that a bucket of thousands costs no more than a few. */
    private static final int LOOKS = 10;

    private Buckets() {}

    /** Whether a pair is worth comparing exactly; a cheap look at both. */
    @FunctionalInterface
    public interface Look {
        boolean worth(int left, int right);
    }

    /**
     * What is to be compared.
     *
     * @param lefts of each on the right, ascending
     * @param cut which of those on the right share a band with more than were looked at: what is near them may be missing
     */
    public record Candidates(List<int[]> lefts, boolean[] cut) {}

    /**
     * For each on the right those on the left that share a band with it and are worth it, ascending: the first {@code most} in the
     * order of bands and rows. In one bucket at most ten times as many are looked at; the rest of a larger one is passed over,
     * and that is told.
     *
     * @param left the keys of each one's bands
     * @param right the same of the other side, as many bands
     */
    public static Candidates across(long[][] left, long[][] right, int most, Look look) {
        List<TreeSet<Integer>> found = new ArrayList<>();
        for (int i = 0; i < right.length; i++) {
            found.add(new TreeSet<>());
        }
        boolean[] cut = new boolean[right.length];
        int bands = right.length == 0 ? 0 : right[0].length;
        for (int band = 0; band < bands; band++) {
            Map<Long, List<Integer>> buckets = new HashMap<>();
            Set<Long> large = new HashSet<>();
            for (long[] keys : right) {
                buckets.computeIfAbsent(keys[band], k -> new ArrayList<>());
            }
            for (int i = 0; i < left.length; i++) {
                List<Integer> bucket = buckets.get(left[i][band]);
                if (bucket != null && bucket.size() < LOOKS * most) {
                    bucket.add(i);
                } else if (bucket != null) {
                    large.add(left[i][band]);
                }
            }
            for (int i = 0; i < right.length; i++) {
                TreeSet<Integer> kept = found.get(i);
                cut[i] |= large.contains(right[i][band]);
                for (int each : buckets.getOrDefault(right[i][band], List.of())) {
                    if (kept.size() == most) {
                        cut[i] = true;
                        break;
                    }
                    if (look.worth(each, i)) {
                        kept.add(each);
                    }
                }
            }
        }
        List<int[]> lefts = found.stream()
                .map(set -> set.stream().mapToInt(Integer::intValue).toArray())
                .toList();
        return new Candidates(lefts, cut);
    }
}
