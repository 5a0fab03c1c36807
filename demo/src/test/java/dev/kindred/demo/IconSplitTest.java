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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IconSplitTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingUnseenIsTaught(long seed) {
        IconSplit split = IconSplit.of(Drawn.ICONS, Drawn.HANDS, seed);
        int[] teach = split.teach();
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
        long shared = families.values().stream().filter(drawn -> drawn.size() >= 3).count();
        assertThat((long) split.unseenNames().size()).isEqualTo(Math.round(0.2 * shared));
        assertThat(split.unseenNames()).allMatch(name -> families.get(name).size() >= 3);
        assertThat(split.unseenNames()).isEqualTo(IconSplit.of(Drawn.ICONS, Drawn.HANDS, 1).unseenNames());
        assertThat(split.unseenNames()).isNotEqualTo(IconSplit.of(Drawn.ICONS, Drawn.HANDS, 2).unseenNames());
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
        int[] teach = split.teach();
        Map<String, Set<String>> hands = Arrays.stream(teach)
                .boxed()
                .collect(Collectors.groupingBy(
                        row -> Drawn.ICONS.get(row).name(), Collectors.mapping(Drawn.HANDS::hand, Collectors.toSet())));
        assertThat(hands.values()).allMatch(drawn -> drawn.size() >= 2);
        for (int i : teach) {
            assertThat(Arrays.stream(teach).noneMatch(j -> Drawn.HANDS.twins(i, j))).isTrue();
        }
    }

    @Test
    void aTwinOfTheUnseenFamilyIsNotTaught() {
        List<IconFamily> families =
                List.of(IconFamily.BOXICONS, IconFamily.COREUI, IconFamily.EVAICONS, IconFamily.FEATHER);
        List<Icon> icons = new ArrayList<>();
        for (IconFamily family : families) {
            for (int name = 0; name < 20; name++) {
                // Feather copies the first ten of CoreUI's drawings, the family in the middle.
                int hand = family == IconFamily.FEATHER && name < 10 ? 1 : families.indexOf(family);
                Keyed draws = Keyed.of(hand, name);
                byte[] values = new byte[Icons.SIDE * Icons.SIDE];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (byte) draws.nextInt(256);
                }
                String word = "name" + (char) ('a' + name);
                icons.add(new Icon(
                        family.id() + "/" + word, family, word, "plain", new Content.Pixels(Icons.SIDE, Icons.SIDE, 1, values)));
            }
        }
        try (Workers workers = Workers.of(1)) {
            IconSplit split = IconSplit.of(icons, Hands.of(workers, icons), 1);
            assertThat(split.unseenFamily()).isEqualTo(IconFamily.COREUI);
            Map<IconFamily, Long> taught = Arrays.stream(split.teach())
                    .mapToObj(icons::get)
                    .collect(Collectors.groupingBy(Icon::family, Collectors.counting()));
            long copied = split.unseenNames().stream().filter(name -> name.compareTo("namek") < 0).count();
            assertThat(taught)
                    .containsEntry(IconFamily.BOXICONS, 16L)
                    .containsEntry(IconFamily.EVAICONS, 16L)
                    .containsEntry(IconFamily.FEATHER, 10L - (split.unseenNames().size() - copied));
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
