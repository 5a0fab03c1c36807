package dev.kindred.demo;

import dev.kindred.core.Keyed;
import dev.kindred.core.NewFile;
import dev.kindred.demo.WordNet.Sense;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which words are taught and which are never seen in teaching. A tenth of the meanings is held out by seed, with every word and the
 * definition of each. A word stands once, in its commonest sense, so none is on both sides.
 *
 * @param senses one a word, the commonest first
 * @param unseen meanings that are held out
 */
public record Words(List<Sense> senses, Set<String> unseen) {
    private static final double HELD_OUT = 0.1;

    public Words {
        senses = List.copyOf(senses);
        unseen = Set.copyOf(unseen);
    }

    /** @param most words at most, the commonest */
    public static Words of(List<Sense> senses, int most, long seed) {
        Map<String, Sense> commonest = new LinkedHashMap<>();
        for (Sense sense : senses) {
            if (commonest.size() < most) {
                commonest.putIfAbsent(sense.word(), sense);
            }
        }
        // Ordered by a number of seed and meaning alone, so that a meaning stays on its side when others come or go.
        List<String> meanings = commonest.values().stream()
                .map(Sense::meaning)
                .distinct()
                .sorted(Comparator.<String>comparingLong(
                                meaning -> Keyed.of(seed, meaning.hashCode()).nextLong())
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        Set<String> unseen =
                meanings.stream().limit(Math.round(HELD_OUT * meanings.size())).collect(Collectors.toSet());
        return new Words(List.copyOf(commonest.values()), unseen);
    }

    /** The definitions that are asked for: one a held-out meaning, in the order of its first word. */
    public List<Sense> queries() {
        Map<String, Sense> byMeaning = new LinkedHashMap<>();
        for (Sense sense : senses) {
            if (unseen.contains(sense.meaning())) {
                byMeaning.putIfAbsent(sense.meaning(), sense);
            }
        }
        return new ArrayList<>(byMeaning.values());
    }

    /** How many words are taught. */
    public long taught() {
        return senses.stream()
                .filter(sense -> !unseen.contains(sense.meaning()))
                .count();
    }

    /**
     * The table to teach from: {@code text,label} with the definition and the words of each taught meaning, which is their label.
     * Meanings are held out for validation by the one who teaches.
     */
    public void writeTable(Path csv) {
        StringBuilder table = new StringBuilder("text,label\n");
        Set<String> unseenWords = new HashSet<>();
        Map<String, List<Sense>> byMeaning = new LinkedHashMap<>();
        for (Sense sense : senses) {
            if (unseen.contains(sense.meaning())) {
                unseenWords.add(sense.word());
            } else {
                byMeaning
                        .computeIfAbsent(sense.meaning(), meaning -> new ArrayList<>())
                        .add(sense);
            }
        }
        byMeaning.forEach((meaning, words) -> {
            // A definition may be a single word, and that word held out.
            if (!unseenWords.contains(words.getFirst().definition())) {
                row(table, words.getFirst().definition(), meaning);
            }
            words.forEach(sense -> row(table, sense.word(), meaning));
        });
        NewFile.write(csv, out -> out.write(table.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static void row(StringBuilder table, String text, String meaning) {
        table.append('"')
                .append(text.replace("\"", "\"\""))
                .append("\",")
                .append(meaning)
                .append('\n');
    }
}
