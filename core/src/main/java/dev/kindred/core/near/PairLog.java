package dev.kindred.core.near;

import java.util.Arrays;
import java.util.List;

/**
 * Pairs that were found, each once, as far as there is room for them; beyond it they join clusters and are dropped. What is kept does
 * not depend on which thread was first.
 */
final class PairLog {
    private final int most;
    private final Clusters clusters;
    /** The lower row in the upper half, ascending. */
    private long[] kept = new long[0];

    private boolean cut;

    PairLog(int most, Clusters clusters) {
        this.most = most;
        this.clusters = clusters;
    }

    static long pair(int a, int b) {
        return (long) Math.min(a, b) << 32 | Math.max(a, b);
    }

    static int lower(long pair) {
        return (int) (pair >>> 32);
    }

    static int upper(long pair) {
        return (int) pair;
    }

    /** Whether it was found before the parts that are under way. */
    boolean holds(long pair) {
        return Arrays.binarySearch(kept, pair) >= 0;
    }

    long[] kept() {
        return kept;
    }

    /** Whether some were dropped. */
    boolean isCut() {
        return cut;
    }

    /** What one block of work finds; {@code blocks} share the room. */
    Part part(int blocks) {
        return new Part(Math.max(1 << 12, 2 * (most / Math.max(1, blocks))));
    }

    /** Takes the parts in, in the order of the blocks. */
    void take(List<Part> parts) {
        int more = parts.stream().mapToInt(part -> part.count).sum();
        long[] all = Arrays.copyOf(kept, kept.length + more);
        int at = kept.length;
        for (Part part : parts) {
            cut |= part.full;
            System.arraycopy(part.pairs, 0, all, at, part.count);
            at += part.count;
        }
        if (at > most) {
            cut = true;
            all = Arrays.copyOf(all, most);
        }
        Arrays.sort(all);
        kept = all;
    }

    /** For one thread. */
    final class Part {
        private final int room;
        private long[] pairs = new long[16];
        private int count;
        private boolean full;

        private Part(int room) {
            this.room = room;
        }

        /** Whether it would tell something new: with no room left only what joins two clusters does. */
        boolean wants(int a, int b) {
            return count < room || !full || clusters.of(a) != clusters.of(b);
        }

        void add(int a, int b) {
            clusters.join(a, b);
            if (count == room) {
                full = true;
                return;
            }
            if (count == pairs.length) {
                pairs = Arrays.copyOf(pairs, Math.min(room, 2 * count));
            }
            pairs[count++] = pair(a, b);
        }
    }
}
