package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Refusal;
import java.util.Arrays;
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
    void twoFamiliesAreTooFew() {
        var icons = Drawn.ICONS.stream()
                .filter(icon -> icon.family() == IconFamily.FEATHER || icon.family() == IconFamily.COREUI)
                .toList();
        assertThatThrownBy(() -> IconSplit.of(icons, Drawn.HANDS, 1)).isInstanceOf(Refusal.class);
    }
}
