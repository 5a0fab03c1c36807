package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.data.Duplicates.Duplicate;
import dev.kindred.data.Duplicates.Likeness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NearTextsTest {
    @TempDir
    Path dir;

    private Dataset texts(List<String> texts) {
        return Drawn.read(Drawn.write(dir, "t.tsv", "text\n" + String.join("\n", texts) + "\n"));
    }

    @Test
    void theSameTextIsNamedWhateverItsDress() {
        Dataset data = texts(List.of(
                "My card has not arrived yet",
                "What is the exchange rate for euros today?",
                "my card has NOT arrived, yet!",
                "My card has not arrived yet",
                "What is the exchange rate for euro today?",
                "Something else altogether",
                "???"));
        Split split = new Split(new int[] {0, 1}, new int[] {2, 3, 4, 5, 6}, "by hand");
        List<Duplicate> found = Duplicates.across(data, split).duplicates();
        assertThat(found)
                .containsExactly(
                        new Duplicate(2, 0, Likeness.CONTENT),
                        new Duplicate(3, 0, Likeness.BYTES),
                        new Duplicate(4, 1, Likeness.NEARLY));
        String table = dir.resolve("t.tsv").toString();
        assertThat(found.get(0).line(data))
                .isEqualTo(table + " line 4 'my card has NOT arrived, yet!' is the same text as " + table
                        + " line 2 'My card has not arrived yet' but for case, spaces or punctuation");
        assertThat(found.get(2).line(data)).contains("is nearly the same text as " + table + " line 3");
    }

    /** Against the sets themselves: every pair of at least 0.8 is found, no other is named. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nearTextsAreFoundAsAnExactComparisonFindsThem(long seed) {
        Keyed random = Keyed.of(seed);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            StringBuilder text = new StringBuilder();
            for (int w = 0; w < 12; w++) {
                text.append(Integer.toString(random.nextInt(30_000), 36)).append(' ');
            }
            texts.add(text + "t" + i);
        }
        for (int i = 0; i < 60; i++) {
            StringBuilder text = new StringBuilder(texts.get(i));
            for (int edits = i % 6; edits > 0; edits--) {
                text.setCharAt(random.nextInt(text.length()), 'z');
            }
            texts.add(text.toString());
        }
        Dataset data = texts(texts);
        int[] train = IntStream.range(0, 60).toArray();
        int[] validation = IntStream.range(60, 120).toArray();
        Set<Integer> expected = new HashSet<>();
        for (int v : validation) {
            for (int t : train) {
                if (like(texts.get(v), texts.get(t)) >= 0.8) {
                    expected.add(v);
                }
            }
        }
        assertThat(NearTexts.across(data, train, validation).duplicates().stream()
                        .map(Duplicate::validation))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(expected).hasSizeBetween(15, 55);
    }

    private static double like(String a, String b) {
        Set<String> left = pieces(a);
        Set<String> both = pieces(b);
        both.retainAll(left);
        int common = both.size();
        left.addAll(pieces(b));
        assertThat(NearTexts.jaccard(NearTexts.pieces(a), NearTexts.pieces(b)))
                .isEqualTo((double) common / left.size(), within(1e-12));
        return (double) common / left.size();
    }

    private static Set<String> pieces(String text) {
        Set<String> pieces = new HashSet<>();
        for (int i = 0; i + 4 <= text.length(); i++) {
            pieces.add(text.substring(i, i + 4));
        }
        return pieces;
    }

    @Test
    void ofPairsTheSamplesOfBothSidesAreCompared() {
        Examples.Pairs pairs = (Examples.Pairs) Examples.read(
                List.of(Drawn.write(dir, "p.tsv", "left\tright\nA plane lands\tA jet lands\nA dog\ta jet LANDS\n")),
                ReadOptions.defaults(),
                Progress.SILENT);
        assertThat(Duplicates.across(pairs, new Split(new int[] {0}, new int[] {1}, "by hand"))
                        .duplicates())
                .containsExactly(new Duplicate(3, 1, Likeness.CONTENT));
    }
}
