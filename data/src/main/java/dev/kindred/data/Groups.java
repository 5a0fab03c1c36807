package dev.kindred.data;

import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Holding tuples out so that no sample stands on both sides. Tuples that share a sample, directly or through others, are
 * a group; whole groups are held out. Where one group is most of everything, a part of it that hangs together is held
 * out, and the tuples that reach over the cut are on neither side.
 */
public final class Groups {
    private final int[][] tuples;
    private final int[][] tuplesOfNode;
    private final int[] group;
    private final int[] groupOfNode;
    private final int[] sizes;

    /** @param tuples the samples of each, numbers below {@code nodes} */
    public Groups(int nodes, int[][] tuples) {
        this.tuples = tuples;
        int[] parent = new int[nodes];
        Arrays.setAll(parent, i -> i);
        int[] counts = new int[nodes];
        for (int[] tuple : tuples) {
            for (int node : tuple) {
                counts[node]++;
                parent[root(parent, node)] = root(parent, tuple[0]);
            }
        }
        tuplesOfNode = new int[nodes][];
        Arrays.setAll(tuplesOfNode, node -> new int[counts[node]]);
        Arrays.fill(counts, 0);
        int[] number = new int[nodes];
        Arrays.fill(number, -1);
        group = new int[tuples.length];
        int groups = 0;
        for (int t = 0; t < tuples.length; t++) {
            for (int node : tuples[t]) {
                tuplesOfNode[node][counts[node]++] = t;
            }
            int root = root(parent, tuples[t][0]);
            if (number[root] < 0) {
                number[root] = groups++;
            }
            group[t] = number[root];
        }
        groupOfNode = new int[nodes];
        Arrays.setAll(groupOfNode, node -> number[root(parent, node)]);
        sizes = new int[groups];
        for (int g : group) {
            sizes[g]++;
        }
    }

    private static int root(int[] parent, int node) {
        int at = node;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }

    /** The group of each sample, numbered from 0; −1 for what stands in no tuple. */
    public int[] ofNodes() {
        return groupOfNode.clone();
    }

    /** How many groups there are. */
    int count() {
        return sizes.length;
    }

    /**
     * @param fraction of the tuples that should be held out
     * @param what the tuples are, for people
     */
    Split holdOut(double fraction, long seed, String what) {
        int total = tuples.length;
        if (total < 2) {
            throw tooFew(what);
        }
        int target = Math.clamp(Math.round(fraction * total), 1, total - 1);
        int[] order = new int[sizes.length];
        Arrays.setAll(order, i -> i);
        Keyed.of(seed, 0x5B13L).shuffle(order);
        BitSet held = new BitSet();
        int count = 0;
        for (int g : order) {
            if (count < target && count + sizes[g] <= Math.max(target * 1.25, 1) && held.cardinality() < count() - 1) {
                held.set(g);
                count += sizes[g];
            }
        }
        if (count * 2 < target) {
            return cut(target, seed, what);
        }
        List<Integer> train = new ArrayList<>();
        List<Integer> validation = new ArrayList<>();
        for (int t = 0; t < total; t++) {
            (held.get(group[t]) ? validation : train).add(t);
        }
        return new Split(
                rows(train),
                rows(validation),
                "%,d of %,d %s, %,d of %,d groups without a common sample"
                        .formatted(count, total, what, held.cardinality(), count()));
    }

    /** Grows what is held out from sample to neighbour until enough tuples lie inside. */
    private Split cut(int target, long seed, String what) {
        int[] start = new int[tuplesOfNode.length];
        Arrays.setAll(start, i -> i);
        Keyed.of(seed, 0x5B14L).shuffle(start);
        BitSet held = new BitSet();
        BitSet seen = new BitSet();
        int[] missing = Arrays.stream(tuples)
                .mapToInt(tuple -> (int) Arrays.stream(tuple).distinct().count())
                .toArray();
        ArrayDeque<Integer> queue = new ArrayDeque<>();
        int inside = 0;
        int next = 0;
        while (inside < target && (!queue.isEmpty() || next < start.length)) {
            if (queue.isEmpty()) {
                int node = start[next++];
                if (!seen.get(node)) {
                    seen.set(node);
                    queue.add(node);
                }
                continue;
            }
            int node = queue.remove();
            held.set(node);
            int before = -1;
            for (int t : tuplesOfNode[node]) {
                if (t == before) {
                    continue;
                }
                before = t;
                if (--missing[t] == 0) {
                    inside++;
                }
                for (int neighbour : tuples[t]) {
                    if (!seen.get(neighbour)) {
                        seen.set(neighbour);
                        queue.add(neighbour);
                    }
                }
            }
        }
        List<Integer> train = new ArrayList<>();
        List<Integer> validation = new ArrayList<>();
        for (int t = 0; t < tuples.length; t++) {
            if (missing[t] == 0) {
                validation.add(t);
            } else if (Arrays.stream(tuples[t]).noneMatch(held::get)) {
                train.add(t);
            }
        }
        if (train.isEmpty() || validation.isEmpty()) {
            throw tooFew(what);
        }
        int lost = tuples.length - train.size() - validation.size();
        return new Split(
                rows(train),
                rows(validation),
                "%,d of %,d %s, no sample on both sides; %,d that would join them are on neither"
                        .formatted(validation.size(), tuples.length, what, lost));
    }

    private static Refusal tooFew(String what) {
        return new Refusal(
                "there are too few %s to hold any out without a sample on both sides".formatted(what),
                "DATA",
                "give more " + what);
    }

    private static int[] rows(List<Integer> rows) {
        return rows.stream().mapToInt(Integer::intValue).toArray();
    }
}
