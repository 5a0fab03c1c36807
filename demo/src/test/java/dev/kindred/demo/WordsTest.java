package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.demo.WordNet.Sense;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordsTest {
    private static final List<Sense> SENSES = WordNet.senses();

    @Test
    void commonWordsAreReadInTheirFirstSense() {
        assertThat(SENSES).hasSizeBetween(23_000, 24_000);
        assertThat(SENSES.getFirst().word()).isEqualTo("be");
        Sense dog = SENSES.stream()
                .filter(sense -> sense.word().equals("dog") && sense.part().equals("noun"))
                .findFirst()
                .orElseThrow();
        assertThat(dog.definition()).startsWith("a member of the genus Canis").doesNotContain("\"");
        assertThat(SENSES).anyMatch(sense -> sense.word().equals("living thing"));
        assertThat(SENSES).allMatch(sense -> !sense.definition().isBlank());
    }

    @Test
    void examplesAreNoPartOfADefinition() {
        assertThat(WordNet.definition("reciprocal action; and reaction; \"an example\"; \"another\""))
                .isEqualTo("reciprocal action; and reaction");
        assertThat(WordNet.definition("a cat;  ")).isEqualTo("a cat");
    }

    @Test
    void noWordOfAHeldOutMeaningIsTaught(@TempDir Path dir) throws IOException {
        Words words = Words.of(SENSES, 5000, 1);
        assertThat(words.senses()).hasSize(5000);
        Path csv = dir.resolve("words.csv");
        words.writeTable(csv);
        List<String> rows = Files.readAllLines(csv);
        Set<String> taught = new HashSet<>();
        for (String row : rows.subList(1, rows.size())) {
            String meaning = row.substring(row.lastIndexOf(',') + 1);
            assertThat(words.unseen()).doesNotContain(meaning);
            taught.add(row.substring(1, row.lastIndexOf('"')));
        }
        List<Sense> queries = words.queries();
        assertThat(queries).hasSizeBetween(400, 520);
        Set<String> unseen = words.senses().stream()
                .filter(sense -> words.unseen().contains(sense.meaning()))
                .map(Sense::word)
                .collect(Collectors.toSet());
        assertThat(taught).doesNotContainAnyElementsOf(unseen);
        assertThat(words.taught() + unseen.size()).isEqualTo(5000);
        assertThat(Words.of(SENSES, 5000, 1)).isEqualTo(words);
    }
}
