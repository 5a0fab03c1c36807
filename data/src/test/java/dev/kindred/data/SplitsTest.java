package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitsTest {
    private static final Origin NOWHERE = new Origin.OfFile(Path.of("nowhere.png"));

    @TempDir
    Path dir;

    /** Labels by count; nothing is decoded. */
    private static Dataset labelled(Map<String, Integer> counts) {
        List<Item> items = new ArrayList<>();
        counts.forEach((label, count) -> {
            for (int i = 0; i < count; i++) {
                items.add(new Item(new Entry(label + "#" + i, label, Map.of("day", "d" + i % 7)), NOWHERE));
            }
        });
        return new Dataset(items, List.of(), List.of());
    }

    private static Dataset regular(int parents, int classes, int samples) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int p = 0; p < Math.max(1, parents); p++) {
            for (int c = 0; c < classes; c++) {
                counts.put(parents == 0 ? "c" + c : "p" + p + "/c" + c, samples);
            }
        }
        return labelled(counts);
    }

    private static Set<String> of(int[] rows, IntFunction<String> key) {
        return Arrays.stream(rows).mapToObj(key).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void whatIsHeldOutIsNeverTaught(long seed) {
        Dataset nested = regular(5 + (int) seed, 3, 4);
        Split split = Splits.holdOut(nested, seed);
        IntFunction<String> parent = row -> Dataset.parent(nested.entry(row).label());
        assertThat(of(split.train(), parent)).doesNotContainAnyElementsOf(of(split.validation(), parent));
        assertThat(of(split.validation(), parent)).hasSize((int) Math.round((5 + seed) * 0.2));
        assertThat(split.train().length + split.validation().length).isEqualTo(nested.size());

        Dataset flat = regular(0, 10 + (int) seed, 3);
        Split classes = Splits.holdOut(flat, seed);
        IntFunction<String> label = row -> flat.entry(row).label();
        assertThat(of(classes.train(), label)).doesNotContainAnyElementsOf(of(classes.validation(), label));
        assertThat(of(classes.validation(), label)).hasSize((int) Math.round((10 + seed) * 0.2));
        assertThat(Splits.holdOut(flat, seed).validation()).isEqualTo(classes.validation());
        assertThat(classes.validation()).isSorted();
    }

    @Test
    void anotherSeedHoldsOutOthers() {
        Dataset data = regular(0, 40, 2);
        Set<List<Integer>> sides = new HashSet<>();
        for (long seed = 0; seed < 10; seed++) {
            sides.add(Arrays.stream(Splits.holdOut(data, seed).validation())
                    .boxed()
                    .toList());
        }
        assertThat(sides).hasSizeGreaterThan(8);
    }

    @Test
    void fourParentsAreTooFewSoClassesAreHeldOut() {
        assertThat(Splits.holdOut(regular(4, 5, 2), 1).how()).isEqualTo("4 of 20 classes");
        assertThat(Splits.holdOut(regular(5, 5, 2), 1).how()).isEqualTo("1 of 5 parents");
    }

    @Test
    void parentsOfOneClassEachMakeNoValidationSoClassesDo() {
        assertThat(Splits.holdOut(regular(6, 1, 4), 1).how()).isEqualTo("2 of 6 classes");
    }

    @Test
    void twoClassesShareTheirPicturesOut() {
        Split split = Splits.holdOut(regular(0, 2, 10), 3);
        assertThat(split.validation()).hasSize(4);
        assertThat(split.train()).hasSize(16);
        assertThat(split.how()).contains("too few classes");
    }

    @Test
    void mostlySingletonsStillValidateOnAPair() {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < 100; i++) {
            counts.put("c%03d".formatted(i), i < 10 ? 3 : 1);
        }
        for (long seed = 0; seed < 20; seed++) {
            Dataset data = labelled(counts);
            Split split = Splits.holdOut(data, seed);
            Map<String, Long> held = Arrays.stream(split.validation())
                    .mapToObj(row -> data.entry(row).label())
                    .collect(Collectors.groupingBy(l -> l, Collectors.counting()));
            assertThat(held.values()).anyMatch(n -> n > 1);
        }
    }

    @Test
    void twoClassesWithPairsAmongSingletonsCanBeTaught() {
        Dataset data = labelled(Map.of("a", 6, "b", 1, "c", 1, "d", 6, "e", 1));
        for (long seed = 0; seed < 20; seed++) {
            Split split = Splits.holdOut(data, seed);
            int[] taught =
                    Arrays.stream(split.train()).map(row -> data.labels()[row]).toArray();
            assertThat(new PkBatches(taught, 2, 2, seed).classes()).isEqualTo(2);
        }
    }

    @Test
    void itKnowsWhetherClassesAreHeldOut() {
        Dataset many = regular(0, 10, 4);
        assertThat(Splits.holdOut(many, 1).holdsOutClasses(many.labels())).isTrue();
        Dataset two = regular(0, 2, 10);
        assertThat(Splits.holdOut(two, 1).holdsOutClasses(two.labels())).isFalse();
        Dataset days = regular(0, 4, 14);
        assertThat(Splits.holdOut(days, 0.2, 5, "day").holdsOutClasses(days.labels()))
                .isFalse();
    }

    @Test
    void anAttributeMayDecide() {
        Dataset data = regular(0, 4, 14);
        Split split = Splits.holdOut(data, 0.2, 5, "day");
        IntFunction<String> day = row -> data.entry(row).attributes().get("day");
        assertThat(of(split.validation(), day)).hasSize(1);
        assertThat(of(split.train(), day)).hasSize(6).doesNotContainAnyElementsOf(of(split.validation(), day));
        assertThat(split.how()).isEqualTo("1 of 7 values of day");
        assertThatThrownBy(() -> Splits.holdOut(data, 0.2, 5, "night"))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.line()).contains("'night'", "the attributes are day"));
    }

    @Test
    void whereThereIsNothingToLearnItSaysWhy() {
        assertThatThrownBy(() -> Splits.holdOut(labelled(Map.of("a", 9)), 1))
                .hasMessageContaining("one class only, 'a'");
        assertThatThrownBy(() -> Splits.holdOut(labelled(Map.of("a", 1, "b", 1, "c", 1)), 1))
                .hasMessageContaining("one picture only");
        assertThatThrownBy(() -> Splits.holdOut(labelled(Map.of("a", 2, "b", 1)), 1))
                .hasMessageContaining("too few pictures");
        Drawn.write(dir, "1.png", Drawn.png(1));
        Dataset unlabelled = Dataset.read(List.of(dir), ReadOptions.defaults(), Progress.SILENT);
        assertThatThrownBy(() -> Splits.holdOut(unlabelled, 1)).hasMessageContaining("no sample has a label");
    }
}
