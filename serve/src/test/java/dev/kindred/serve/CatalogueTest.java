package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names in memory: no more than there is room for, and what is not looked through is said. */
class CatalogueTest {
    private static final int ITEMS = 100;
    private static final int LONG = 50_000;

    private static VectorIndex index(Path folder) {
        Stream<Item> items = IntStream.range(0, ITEMS)
                .mapToObj(i -> Item.of(
                        "i" + i,
                        new float[] {1, i},
                        Map.of(
                                "group", Value.of(i % 2 == 0 ? "even" : "odd"),
                                "text", Value.of("number" + i + " " + "x".repeat(LONG) + " end" + i),
                                "zone", Value.of("north"))));
        return ExactIndex.build(folder.resolve("index"), Space.external("e", 2, Distance.L2), items, Progress.SILENT);
    }

    private static Catalogue.Page page(Catalogue catalogue, String words, Map<String, String> groups) {
        return Catalogue.page(catalogue.contents(), words, groups, 0, 500);
    }

    @Test
    void ofEachItemTheBeginningIsHeldAndWhatIsHeldIsFound(@TempDir Path folder) {
        try (VectorIndex index = index(folder)) {
            Catalogue catalogue = new Catalogue(index, () -> 1 << 20);
            Catalogue.Page found = page(catalogue, "number7", Map.of("group", "odd"));
            assertThat(found.entries())
                    .extracting(Catalogue.Entry::id)
                    .contains("i7", "i71")
                    .doesNotContain("i70");
            assertThat(found.isPartial()).isTrue();
            assertThat(found.lookedThrough()).isEqualTo(ITEMS);
            assertThat(found.shortened()).isEqualTo(ITEMS);
            Catalogue.Page beyond = page(catalogue, "end7", Map.of());
            assertThat(beyond.total()).isZero();
            assertThat(beyond.isPartial()).isTrue();
            assertThat(catalogue.groups()).containsOnlyKeys("group");
            assertThat(found.entries()).allSatisfy(entry -> {
                assertThat(entry.words().length()).isLessThan(2 * Brief.MOST);
                assertThat(entry.bytes()).isLessThan(5_000);
            });
        }
    }

    @Test
    void whereThereIsNoRoomForAllItIsSaidHowManyWereLookedThrough(@TempDir Path folder) {
        try (VectorIndex index = index(folder)) {
            Catalogue catalogue = new Catalogue(index, () -> 60_000);
            Catalogue.Page all = page(catalogue, "", Map.of());
            assertThat(all.lookedThrough()).isBetween(5, 60).isEqualTo(all.total());
            assertThat(all.there()).isEqualTo(ITEMS);
            assertThat(all.isPartial()).isTrue();
        }
    }

    @Test
    void aPayloadThatFitsIsHeldWhole() {
        Map<String, Value> small = Map.of("a", Value.of("text"), "b", Value.of(List.of("x", "y")), "c", Value.of(7L));
        assertThat(Brief.of(small)).isEqualTo(new Brief(small, null, true));
        Brief words = Brief.of(Map.of("tags", Value.of(Collections.nCopies(5_000, "tag"))));
        assertThat(words.isWhole()).isFalse();
        assertThat(words.isCut("tags")).isTrue();
        assertThat(words.bytes()).isLessThan(10_000);
        String pairs = "\ud83d\ude00".repeat(2_000);
        assertThat(Brief.of(new TreeMap<>(Map.of("a", Value.of(pairs), "b", Value.of(1L))))
                        .payload())
                .hasSize(1)
                .satisfies(kept -> assertThat(((Value.Text) kept.get("a")).value())
                        .hasSizeBetween(1_000, Brief.MOST)
                        .matches(text ->
                                pairs.startsWith(text) && !Character.isHighSurrogate(text.charAt(text.length() - 1))));
        Map<String, Value> many = new TreeMap<>();
        IntStream.range(0, 1_000).forEach(i -> many.put("field" + i, Value.of(i)));
        assertThat(Brief.of(many).payload()).hasSizeLessThan(100);
    }
}
