package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IconSplitTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingUnseenIsTaught(long seed) {
        IconSplit split = IconSplit.of(Drawn.ICONS, Drawn.HANDS, seed);
        int[] teach = teach(split);
        assertThat(teach).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(300);
        assertThat(teach).doesNotContain(split.ofUnseenNames()).doesNotContain(split.ofUnseenFamily());
        for (int row : teach) {
            assertThat(Drawn.ICONS.get(row).family()).isNotEqualTo(split.unseenFamily());
            assertThat(split.unseenNames()).doesNotContain(Drawn.ICONS.get(row).name());
        }
    }

    @Test
    void aFifthOfTheSharedNamesIsUnseen() {
        IconSplit split = IconSplit.of(Drawn.ICONS, Drawn.HANDS, 1);
        Map<String, Set<IconFamily>> families = Drawn.ICONS.stream()
                .collect(Collectors.groupingBy(Icon::name, Collectors.mapping(Icon::family, Collectors.toSet())));
        long shared =
                families.values().stream().filter(drawn -> drawn.size() >= 3).count();
        assertThat((long) split.unseenNames().size()).isEqualTo(Math.round(0.2 * shared));
        assertThat(split.unseenNames()).allMatch(name -> families.get(name).size() >= 3);
        assertThat(split.unseenNames())
                .isEqualTo(IconSplit.of(Drawn.ICONS, Drawn.HANDS, 1).unseenNames());
        assertThat(split.unseenNames())
                .isNotEqualTo(IconSplit.of(Drawn.ICONS, Drawn.HANDS, 2).unseenNames());
    }

    @Test
    void theUnseenFamilyIsTheMiddleOne() {
        IconSplit split = IconSplit.of(Drawn.ICONS, Drawn.HANDS, 1);
        Map<IconFamily, Long> sizes =
                Drawn.ICONS.stream().collect(Collectors.groupingBy(Icon::family, Collectors.counting()));
        long size = sizes.get(split.unseenFamily());
        assertThat(sizes.values().stream().filter(other -> other < size)).hasSize(2);
    }

    @Test
    void aTaughtNameHasTwoHandsAndNoTwins() {
        IconSplit split = IconSplit.of(Drawn.ICONS, Drawn.HANDS, 1);
        int[] teach = teach(split);
        Map<String, Set<String>> hands = Arrays.stream(teach)
                .boxed()
                .collect(Collectors.groupingBy(
                        row -> Drawn.ICONS.get(row).name(), Collectors.mapping(Drawn.HANDS::hand, Collectors.toSet())));
        assertThat(hands.values()).allMatch(drawn -> drawn.size() >= 2);
        for (int i : teach) {
            assertThat(Arrays.stream(teach).noneMatch(j -> Drawn.HANDS.twins(i, j)))
                    .isTrue();
        }
    }

    /** Feather draws the first ten things as the unseen family does, the first five of them under names of its own. */
    @Test
    void aCopyOfAnUnseenIconIsNotTaughtUnderAnyName() {
        List<IconFamily> families =
                List.of(IconFamily.BOXICONS, IconFamily.COREUI, IconFamily.EVAICONS, IconFamily.FEATHER);
        List<Icon> icons = new ArrayList<>();
        for (IconFamily family : families) {
            for (int thing = 0; thing < 20; thing++) {
                boolean copies = family == IconFamily.FEATHER && thing < 10;
                Keyed draws = Keyed.of(copies ? families.indexOf(IconFamily.COREUI) : families.indexOf(family), thing);
                byte[] values = new byte[Icons.SIDE * Icons.SIDE];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (byte) draws.nextInt(256);
                }
                // Things 0 to 4 have at Feather's the names of things 10 to 14.
                String name = "name" + (char) ('a' + (copies && thing < 5 ? thing + 10 : thing));
                icons.add(new Icon(
                        family.id() + "/" + thing,
                        family,
                        name,
                        "plain",
                        new Content.Pixels(Icons.SIDE, Icons.SIDE, 1, values)));
            }
        }
        try (Workers workers = Workers.of(2)) {
            IconSplit split = IconSplit.of(icons, Hands.of(workers, icons), 1);
            assertThat(split.unseenFamily()).isEqualTo(IconFamily.COREUI);
            List<String> feather = Arrays.stream(split.teach(workers))
                    .mapToObj(icons::get)
                    .filter(icon -> icon.family() == IconFamily.FEATHER)
                    .map(Icon::id)
                    .toList();
            assertThat(feather)
                    .hasSizeBetween(6, 10)
                    .isSubsetOf(IntStream.range(10, 20)
                            .mapToObj(thing -> "feather/" + thing)
                            .toList());
            assertThat(split.teach(workers))
                    .hasSize(2 * (20 - split.unseenNames().size()) + feather.size());
        }
    }

    private static int[] teach(IconSplit split) {
        try (Workers workers = Workers.of(2)) {
            return split.teach(workers);
        }
    }

    @Test
    void twoFamiliesAreTooFew() {
        var icons = Drawn.ICONS.stream()
                .filter(icon -> icon.family() == IconFamily.FEATHER || icon.family() == IconFamily.COREUI)
                .toList();
        assertThatThrownBy(() -> IconSplit.of(icons, Drawn.HANDS, 1)).isInstanceOf(Refusal.class);
    }
}
