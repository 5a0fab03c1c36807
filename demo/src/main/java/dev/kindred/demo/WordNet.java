package dev.kindred.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Words and what they mean, from WordNet 3.1 (Fellbaum 1998; its licence asks for the notice in NOTICE): each word in its first sense,
 * as far as that sense was met in WordNet's tagged texts. Files as wndb(5WN) and senseidx(5WN) describe them.
 */
public final class WordNet {
    private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/";

    /** Parts of speech by the number a sense key has for them; 5 is an adjective that follows another's head. */
    private static final Map<Character, String> PARTS =
            Map.of('1', "noun", '2', "verb", '3', "adjective", '4', "adverb", '5', "adjective");

    /** Offsets repeat between files; with WordNet's letter in front they name one meaning. */
    private static final Map<String, String> FILES =
            Map.of("n", "data.noun", "v", "data.verb", "a", "data.adj", "r", "data.adv");

    private static final Map<String, String> LETTERS =
            Map.of("noun", "n", "verb", "v", "adjective", "a", "adverb", "r");

    private WordNet() {}

    /**
     * A word in one sense.
     *
     * @param word as it is written, blanks between its parts
     * @param part of speech: noun, verb, adjective or adverb
     * @param meaning names the set of words that mean the same, e.g. {@code n02084442}
     * @param definition without the examples that follow it
     * @param met how often this sense stands in the tagged texts, at least 1
     */
    public record Sense(String word, String part, String meaning, String definition, int met) {}

    /** All of them, the commonest first, then by word and part of speech. About 23,000. */
    public static List<Sense> senses() {
        Map<String, String> definitions = new HashMap<>();
        FILES.forEach((letter, file) -> readDefinitions(letter, file, definitions));
        List<Sense> senses = new ArrayList<>();
        for (String line : lines("index.sense")) {
            // lemma%type:file:id:head:headid offset sense-number tag-count
            String[] columns = line.split(" ", -1);
            int met = Integer.parseInt(columns[3]);
            int percent = columns[0].indexOf('%');
            if (!columns[2].equals("1") || met == 0) {
                continue;
            }
            String part = PARTS.get(columns[0].charAt(percent + 1));
            String meaning = part == null ? "" : LETTERS.get(part) + columns[1];
            String definition = definitions.get(meaning);
            if (part == null || definition == null) {
                throw new IllegalStateException("index.sense names a meaning that no data file has: " + line);
            }
            String word = columns[0].substring(0, percent).replace('_', ' ');
            senses.add(new Sense(word, part, meaning, definition, met));
        }
        senses.sort(Comparator.<Sense>comparingInt(sense -> -sense.met())
                .thenComparing(Sense::word)
                .thenComparing(Sense::part));
        return List.copyOf(senses);
    }

    private static void readDefinitions(String letter, String file, Map<String, String> definitions) {
        for (String line : lines(file)) {
            int bar = line.indexOf(" | ");
            if (line.startsWith("  ") || bar < 0) {
                continue;
            }
            definitions.put(letter + line.substring(0, line.indexOf(' ')), definition(line.substring(bar + 3)));
        }
    }

    /** Examples stand in quotation marks after the definition. */
    static String definition(String gloss) {
        int example = gloss.indexOf("; \"");
        String definition = (example < 0 ? gloss : gloss.substring(0, example)).strip();
        return definition.endsWith(";")
                ? definition.substring(0, definition.length() - 1).strip()
                : definition;
    }

    private static List<String> lines(String file) {
        InputStream resource = WordNet.class.getResourceAsStream(FOLDER + file);
        if (resource == null) {
            throw new IllegalStateException("WordNet's " + file + " is not on the class path");
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
