package dev.kindred.demo;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.RawPixels;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.ScoreTiles;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/**
 * What is taught and what is never seen in teaching: a fifth of the names that several families share, drawn by seed, and one whole
 * family. Icons of the unseen family are never taught, whatever their name; icons of an unseen name are taught in no family.
 *
 * @param icons all of them; rows below count into this list
 * @param hands who drew them
 * @param unseenFamily the family in the middle when ordered by their number of icons (of two, the smaller)
 * @param unseenNames a fifth, by seed, of the names that at least {@value #SHARED} families draw
 */
public record IconSplit(List<Icon> icons, Hands hands, IconFamily unseenFamily, Set<String> unseenNames) {
    /** Families that must draw a name for it to be held out. */
    public static final int SHARED = 3;

    private static final double HELD_OUT = 0.2;

    public IconSplit {
        icons = List.copyOf(icons);
        unseenNames = Set.copyOf(unseenNames);
    }

    public static IconSplit of(List<Icon> icons, Hands hands, long seed) {
        Map<IconFamily, Integer> sizes = new EnumMap<>(IconFamily.class);
        Map<String, Set<IconFamily>> families = new TreeMap<>();
        for (Icon icon : icons) {
            sizes.merge(icon.family(), 1, Integer::sum);
            families.computeIfAbsent(icon.name(), name -> new HashSet<>()).add(icon.family());
        }
        if (sizes.size() < SHARED) {
            throw new Refusal(
                    "there are " + sizes.size() + " icon families", "demo", "at least " + SHARED + " are needed");
        }
        List<IconFamily> bySize = sizes.keySet().stream()
                .sorted(Comparator.<IconFamily>comparingInt(family -> sizes.getOrDefault(family, 0))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        // Ordered by a number of seed and name alone, so that a name stays on its side when others come or go.
        List<String> shared = families.entrySet().stream()
                .filter(name -> name.getValue().size() >= SHARED)
                .map(Map.Entry::getKey)
                .sorted(Comparator.<String>comparingLong(
                                name -> Keyed.of(seed, name.hashCode()).nextLong())
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        Set<String> unseen = Set.copyOf(shared.subList(0, (int) Math.round(HELD_OUT * shared.size())));
        return new IconSplit(icons, hands, bySize.get((bySize.size() - 1) / 2), unseen);
    }

    /** Whether row {@code i} is kept from teaching. */
    public boolean unseen(int i) {
        Icon icon = icons.get(i);
        return icon.family() == unseenFamily || unseenNames.contains(icon.name());
    }

    /**
     * The rows to teach with, in order: of the names that at least two hands drew among what may be seen, every icon in every style.
     * Left out is what is the same picture as an unseen icon, whatever its name ({@link Hands#ONE_HAND}): who was taught a copy has
     * seen the original. Of twins only the first is taught.
     */
    public int[] teach(Workers workers) {
        int[] seen = IntStream.range(0, icons.size()).filter(i -> !unseen(i)).toArray();
        int[] taught = ofTwoHands(withoutCopies(workers, ofTwoHands(seen)));
        BitSet among = new BitSet();
        Arrays.stream(taught).forEach(among::set);
        return Arrays.stream(taught)
                .filter(i -> Arrays.stream(hands.twins(i)).noneMatch(twin -> twin < i && among.get(twin)))
                .toArray();
    }

    /** Those whose name at least two hands drew among these rows. */
    private int[] ofTwoHands(int[] rows) {
        Map<String, Set<String>> handsOf = new TreeMap<>();
        for (int i : rows) {
            handsOf.computeIfAbsent(icons.get(i).name(), name -> new HashSet<>())
                    .add(hands.hand(i));
        }
        return Arrays.stream(rows)
                .filter(i -> handsOf.getOrDefault(icons.get(i).name(), Set.of()).size() >= 2)
                .toArray();
    }

    private int[] withoutCopies(Workers workers, int[] rows) {
        int[] unseen = IntStream.range(0, icons.size()).filter(this::unseen).toArray();
        if (unseen.length == 0 || rows.length == 0) {
            return rows;
        }
        ScoreTiles tiles = ScoreTiles.of(pixels(unseen), pixels(rows));
        int stride = ScoreTiles.stride(0, rows.length);
        AtomicIntegerArray copied = new AtomicIntegerArray(rows.length);
        workers.blocks(unseen.length, 32, (from, to) -> {
            float[] scores = new float[(to - from) * stride];
            tiles.scores(from, to, 0, rows.length, scores);
            for (int q = from; q < to; q++) {
                for (int at = 0; at < rows.length; at++) {
                    if (scores[(q - from) * stride + at] >= Hands.ONE_HAND) {
                        copied.set(at, 1);
                    }
                }
            }
        });
        return IntStream.range(0, rows.length)
                .filter(at -> copied.get(at) == 0)
                .map(at -> rows[at])
                .toArray();
    }

    private Embeddings pixels(int[] rows) {
        return RawPixels.of(Arrays.stream(rows)
                .mapToObj(row -> icons.get(row).pixels().values())
                .toList());
    }

    /** The rows of every icon of an unseen name, in all families. */
    public int[] ofUnseenNames() {
        return rows(icon -> unseenNames.contains(icon.name()));
    }

    /** The rows of the unseen family. */
    public int[] ofUnseenFamily() {
        return rows(icon -> icon.family() == unseenFamily);
    }

    private int[] rows(java.util.function.Predicate<Icon> which) {
        return IntStream.range(0, icons.size())
                .filter(i -> which.test(icons.get(i)))
                .toArray();
    }
}
