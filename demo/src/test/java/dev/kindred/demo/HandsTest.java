package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Content;
import dev.kindred.core.Workers;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandsTest {

    @Test
    void twinsAreTheNearOnesOfOneNameAcrossFamilies() {
        List<Icon> icons = Drawn.ICONS.stream()
                .filter(icon -> icon.name().matches("minus|plus|search|trash|home|arrow-up"))
                .toList();
        try (Workers workers = Workers.of(1)) {
            Hands hands = Hands.of(workers, icons);
            int twins = 0;
            for (int i = 0; i < icons.size(); i++) {
                for (int j = 0; j < icons.size(); j++) {
                    boolean expected = icons.get(i).family() != icons.get(j).family()
                            && icons.get(i).name().equals(icons.get(j).name())
                            && correlation(icons.get(i).pixels(), icons.get(j).pixels()) >= 0.98;
                    assertThat(hands.twins(i, j))
                            .as(icons.get(i).id() + " " + icons.get(j).id())
                            .isEqualTo(expected);
                    twins += expected ? 1 : 0;
                    if (expected) {
                        assertThat(hands.hand(i)).isEqualTo(hands.hand(j));
                    }
                }
            }
            assertThat(twins).isBetween(2, 200);
        }
    }

    @Test
    void aFamilyIsOneHandAndTwinsJoinFamilies() {
        byte[] cross = new byte[48 * 48];
        byte[] bar = new byte[48 * 48];
        byte[] dot = new byte[48 * 48];
        for (int i = 0; i < 48; i++) {
            cross[i * 48 + i] = bar[20 * 48 + i] = dot[i * 7 % 48 * 48] = (byte) 255;
        }
        List<Icon> icons = List.of(
                icon("a", IconFamily.CODICONS, cross),
                icon("b", IconFamily.CODICONS, bar),
                icon("c", IconFamily.ENTYPO, bar),
                icon("d", IconFamily.FEATHER, dot));
        try (Workers workers = Workers.of(1)) {
            Hands hands = Hands.of(workers, icons);
            assertThat(hands.twins(1, 2)).isTrue();
            assertThat(hands.twins(0, 2)).isFalse();
            assertThat(hands.twins(0, 1)).isFalse();
            assertThat(hands.hand(2)).isEqualTo("codicons");
            assertThat(hands.hand(3)).isEqualTo("feather");
        }
    }

    private static Icon icon(String id, IconFamily family, byte[] values) {
        return new Icon(id, family, "thing", "plain", new Content.Pixels(48, 48, 1, values));
    }

    private static double correlation(Content.Pixels a, Content.Pixels b) {
        double meanA = 0;
        double meanB = 0;
        int n = a.values().length;
        for (int i = 0; i < n; i++) {
            meanA += (a.values()[i] & 0xFF) / (double) n;
            meanB += (b.values()[i] & 0xFF) / (double) n;
        }
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < n; i++) {
            double x = (a.values()[i] & 0xFF) - meanA;
            double y = (b.values()[i] & 0xFF) - meanB;
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }
        return ab / Math.sqrt(aa * bb);
    }
}
