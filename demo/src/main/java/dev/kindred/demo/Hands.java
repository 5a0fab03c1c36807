package dev.kindred.demo;

import dev.kindred.core.Embeddings;
import dev.kindred.core.RawPixels;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Who drew what. Families copy each other's artwork: two icons of one name from different families whose pixels are nearer than
 * {@value #ONE_HAND} (cosine after each picture's mean is taken off) are <em>twins</em>, drawn by one hand. Twins are no positive pair to
 * learn from and no hit to be proud of. Plain shapes (a minus, a square) come out as twins too, rightly: there is nothing to learn.
 */
public final class Hands {
    /** The cosine from which two families' pictures are one. */
    public static final double ONE_HAND = 0.98;

    private final List<Icon> icons;
    private final int[][] twins;
    private final int[] hand;

    private Hands(List<Icon> icons, int[][] twins, int[] hand) {
        this.icons = icons;
        this.twins = twins;
        this.hand = hand;
    }

    /** Compares each pair of one name across families. */
    public static Hands of(Workers workers, List<Icon> icons) {
        Map<String, int[]> byName = rowsByName(icons);
        List<int[]> names = List.copyOf(byName.values());
        int[][] twins = new int[icons.size()][];
        workers.blocks(names.size(), 64, (from, to) -> {
            for (int[] rows : names.subList(from, to)) {
                findTwins(icons, rows, twins);
            }
        });
        int[] hand = new int[icons.size()];
        names.forEach(rows -> join(icons, rows, twins, hand));
        return new Hands(icons, twins, hand);
    }

    static Map<String, int[]> rowsByName(List<Icon> icons) {
        Map<String, List<Integer>> rows = new TreeMap<>();
        for (int i = 0; i < icons.size(); i++) {
            rows.computeIfAbsent(icons.get(i).name(), name -> new ArrayList<>()).add(i);
        }
        Map<String, int[]> arrays = new TreeMap<>();
        rows.forEach((name, list) ->
                arrays.put(name, list.stream().mapToInt(Integer::intValue).toArray()));
        return arrays;
    }

    private static void findTwins(List<Icon> icons, int[] rows, int[][] twins) {
        Embeddings pixels = RawPixels.of(Arrays.stream(rows)
                .mapToObj(row -> icons.get(row).pixels().values())
                .toList());
        for (int a = 0; a < rows.length; a++) {
            IntStream.Builder found = IntStream.builder();
            for (int b = 0; b < rows.length; b++) {
                if (icons.get(rows[a]).family() != icons.get(rows[b]).family() && pixels.score(a, b) >= ONE_HAND) {
                    found.add(rows[b]);
                }
            }
            twins[rows[a]] = found.build().toArray();
        }
    }

    /** Within one name, a family is one hand, and so are families that have twins there; the first row stands for each hand. */
    private static void join(List<Icon> icons, int[] rows, int[][] twins, int[] hand) {
        for (int row : rows) {
            hand[row] = row;
        }
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int a : rows) {
                for (int b : rows) {
                    boolean one =
                            icons.get(a).family() == icons.get(b).family() || Arrays.binarySearch(twins[a], b) >= 0;
                    if (one && hand[a] != hand[b]) {
                        hand[a] = hand[b] = Math.min(hand[a], hand[b]);
                        changed = true;
                    }
                }
            }
        }
    }

    /** Whether rows {@code i} and {@code j} are twins. */
    public boolean twins(int i, int j) {
        return Arrays.binarySearch(twins[i], j) >= 0;
    }

    /** The twins of row {@code i} in other families, ascending. */
    int[] twins(int i) {
        return twins[i];
    }

    /** The id of the hand that drew row {@code i}: within its name, the first family of those joined by twins. */
    public String hand(int i) {
        return icons.get(hand[i]).family().id();
    }
}
