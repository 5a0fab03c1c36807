package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.near.NearPairs;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The items of an index that are nearly the same, of one moment. Their vectors are held in one array: 4 bytes a value, and some 100 bytes
 * an item for ids, signatures and bookkeeping.
 *
 * @param ids by row, in the order of their last write; not to be changed
 * @param pairs of those rows
 */
public record NearItems(String[] ids, NearPairs pairs) {
    private static final int EACH = 1 << 10;
    /** Signatures and sorting; ids come on top and grow with their lengths. */
    private static final long BYTES_AN_ITEM = 160;

    /**
     * @param info of the index
     * @param scan gives all its items
     * @param least the least score: a cosine above 0, or minus a Euclidean distance
     * @param missed the probability that a pair just at the threshold is missed, in (0, 1)
     * @throws Refusal under an inner product, which is largest between long vectors, alike or not; where the vectors do not fit into memory
     */
    public static NearItems in(
            IndexInfo info, Supplier<Items> scan, double least, double missed, Workers workers, Progress progress) {
        if (info.distance() == Distance.DOT) {
            throw new Refusal(
                    "is compared by inner products, which are largest between long vectors, alike or not",
                    info.space().id(),
                    "build an index of the vectors with --distance cosine or l2");
        }
        int d = info.dimension();
        requireRoom(info.count(), d);
        float[] values = new float[(int) info.count() * d];
        String[] ids = new String[(int) info.count()];
        int n = 0;
        try (Items items = scan.get()) {
            for (Items.Written written : items) {
                if (n == ids.length) {
                    // Written since it was counted.
                    requireRoom(n + n / 8 + EACH, d);
                    ids = Arrays.copyOf(ids, n + n / 8 + EACH);
                    values = Arrays.copyOf(values, ids.length * d);
                }
                ids[n] = written.item().id();
                System.arraycopy(written.item().vector(), 0, values, n * d, d);
                n++;
                if (n % EACH == 0) {
                    progress.at("reading", n, Math.max(n, info.count()), "");
                }
            }
        }
        NearPairs pairs = NearPairs.find(values, n, d, info.distance(), least, missed, workers, progress);
        return new NearItems(Arrays.copyOf(ids, n), pairs);
    }

    private static void requireRoom(long count, int d) {
        long bytes = count * (4L * d + BYTES_AN_ITEM);
        long most = Runtime.getRuntime().maxMemory() / 10 * 9;
        if (count * d > Integer.MAX_VALUE - 8 || bytes > most) {
            throw new Refusal(
                    "holds %,d items of %d values; %,d MB are needed to compare them, and %,d MB are there"
                            .formatted(count, d, bytes / 1_000_000, most / 1_000_000),
                    "index",
                    count * d > Integer.MAX_VALUE - 8
                            ? "at most 2,147,483,639 values are compared at once"
                            : "give the process more: JDK_JAVA_OPTIONS=-Xmx" + (bytes / 900_000_000 + 1) + "g");
        }
    }
}
