package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.ReadOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IconsTest {

    @Test
    void drawsTheSameWhateverTheThreads() {
        try (Workers one = Workers.of(1);
                Workers four = Workers.of(4)) {
            String once = Icons.fingerprint(Icons.draw(one, Progress.SILENT, Drawn.FAMILIES));
            String again = Icons.fingerprint(Icons.draw(four, Progress.SILENT, Drawn.FAMILIES));
            assertThat(once).isEqualTo(again).isEqualTo(Icons.fingerprint(Drawn.ICONS));
        }
    }

    @Test
    void everyFamilyIsDrawn() {
        try (Workers workers = Workers.of(2)) {
            List<Icon> icons = Icons.draw(workers, Progress.SILENT, IconFamily.all());
            Map<IconFamily, Long> sizes =
                    icons.stream().collect(Collectors.groupingBy(Icon::family, Collectors.counting()));
            assertThat(sizes).hasSize(18);
            assertThat(sizes.values()).allMatch(size -> size > 200);
            assertThat(icons).hasSizeGreaterThan(20_000);
            assertThat(icons.stream().map(Icon::id)).doesNotHaveDuplicates();
            Map<String, Set<IconFamily>> families = icons.stream()
                    .collect(Collectors.groupingBy(Icon::name, Collectors.mapping(Icon::family, Collectors.toSet())));
            assertThat(families.values().stream().filter(drawn -> drawn.size() >= 3))
                    .hasSizeGreaterThan(800);
        }
    }

    @Test
    void iconsAreDarkOnWhiteWithinTheirMargin() {
        for (Icon icon : Drawn.ICONS) {
            byte[] values = icon.pixels().values();
            int ink = 0;
            for (int i = 0; i < values.length; i++) {
                int x = i % Icons.SIDE;
                int y = i / Icons.SIDE;
                if (Math.min(Math.min(x, y), Icons.SIDE - 1 - Math.max(x, y)) < 3) {
                    assertThat(values[i]).as(icon.id()).isEqualTo((byte) 255);
                }
                ink += 255 - (values[i] & 0xFF);
            }
            assertThat(ink).as(icon.id()).isGreaterThan(255 * 20);
        }
    }

    @Test
    void theZipIsADataSetAndDeterministic(@TempDir Path folder) throws IOException {
        IconSplit split = IconSplit.of(Drawn.ICONS, Drawn.HANDS, 1);
        Path one = folder.resolve("one.zip");
        Path two = folder.resolve("two.zip");
        int[] teach;
        try (Workers single = Workers.of(1);
                Workers many = Workers.of(3)) {
            teach = split.teach(single);
            assertThat(split.teach(many)).containsExactly(teach);
            Icons.writeZip(one, single, split, teach);
            Icons.writeZip(two, many, split, teach);
        }
        assertThat(one).hasSameBinaryContentAs(two);
        assertThat(Files.size(one)).isGreaterThan(100_000);

        ReadOptions defaults = ReadOptions.defaults();
        ReadOptions options = new ReadOptions(
                null,
                Map.of("family", Pattern.compile("/([^~/]+)~"), "hand", Pattern.compile("~([^~]+)~")),
                defaults.columns(),
                true);
        Dataset data = Dataset.read(List.of(one), options, Progress.SILENT);
        assertThat(data.size()).isEqualTo(teach.length);
        Set<String> names = new HashSet<>();
        Arrays.stream(teach).forEach(row -> names.add(Drawn.ICONS.get(row).name()));
        assertThat(data.classes()).containsExactlyInAnyOrderElementsOf(names);
        assertThat(data.entry(0).attributes().get("family"))
                .isIn(Drawn.FAMILIES.stream().map(IconFamily::id).toList());
        assertThat(data.entry(0).attributes().get("hand"))
                .isIn(Drawn.FAMILIES.stream().map(IconFamily::id).toList());
        Icon first = Arrays.stream(teach)
                .mapToObj(Drawn.ICONS::get)
                .filter(icon -> data.entry(0).id().contains(icon.family().id() + "~")
                        && data.entry(0)
                                .id()
                                .endsWith("~" + icon.id().substring(icon.id().indexOf('/') + 1) + ".png"))
                .findFirst()
                .orElseThrow();
        assertThat(data.content(0))
                .isInstanceOfSatisfying(
                        dev.kindred.core.Content.Pixels.class,
                        pixels -> assertThat(pixels.values())
                                .isEqualTo(first.pixels().values()));
    }
}
