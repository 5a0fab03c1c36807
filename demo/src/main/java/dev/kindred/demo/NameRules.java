package dev.kindred.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rules of {@code icon-names.txt}, parsed.
 *
 * @param brands words that mark a brand's logo
 * @param noise words dropped where others remain
 * @param numbered words after which a digit counts something
 * @param modifiers words that come last in a name
 * @param common phrases for every family
 * @param own phrases of one family ({@code feather}) or of one style of it ({@code ionicons4/ios}), tried first
 * @param commonStyles style words of every family
 * @param ownStyles style words of one family; an empty value takes a common one away
 * @param refinements applied to the finished set of words, in order
 */
record NameRules(
        Set<String> brands,
        Set<String> noise,
        Set<String> numbered,
        Set<String> modifiers,
        Phrases common,
        Map<String, Phrases> own,
        Map<String, String> commonStyles,
        Map<IconFamily, Map<String, String>> ownStyles,
        List<Refinement> refinements) {

    /** In names that hold one of {@code when}, {@code from} becomes {@code to}, or vanishes where {@code to} is null. */
    record Refinement(
            Set<String> when, Set<String> from, @Nullable String to) {}

    /** Parses the file's text; a line that is no rule, or says what another said otherwise, is an error that names it. */
    static NameRules parse(String text) {
        NameRules rules = new NameRules(
                new HashSet<>(),
                new HashSet<>(),
                new HashSet<>(),
                new HashSet<>(),
                new Phrases(),
                new HashMap<>(),
                new HashMap<>(),
                new EnumMap<>(IconFamily.class),
                new ArrayList<>());
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                try {
                    rules.add(line.strip());
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("icon-names.txt line " + number + ": " + e.getMessage(), e);
                }
            }
        }
        return rules;
    }

    private void add(String line) {
        int arrow = line.indexOf("<-");
        if (arrow < 0) {
            List<String> words = words(line);
            Set<String> set = switch (words.getFirst()) {
                case "brand" -> brands;
                case "drop" -> noise;
                case "numbered" -> numbered;
                case "modifier" -> modifiers;
                default -> throw new IllegalArgumentException("neither a list nor a rule with <-");
            };
            set.addAll(words.subList(1, words.size()));
            return;
        }
        List<String> from = Arrays.stream(line.substring(arrow + 2).split(","))
                .map(String::strip)
                .toList();
        String left = line.substring(0, arrow).strip();
        int colon = left.indexOf(':');
        List<String> scope = colon < 0 ? List.of() : words(left.substring(0, colon));
        List<String> to = words(left.substring(colon + 1));
        if (!scope.isEmpty() && scope.getFirst().equals("when")) {
            refinements.add(new Refinement(
                    Set.copyOf(scope.subList(1, scope.size())),
                    Set.copyOf(from),
                    to.getFirst().equals("-") ? null : to.getFirst()));
        } else if (to.getFirst().equals("style")) {
            for (Map<String, String> styles : scope.isEmpty() ? List.of(commonStyles) : styles(scope)) {
                from.forEach(word -> styles.put(word, to.get(1).equals("-") ? "" : to.get(1)));
            }
        } else {
            for (Phrases phrases : scope.isEmpty() ? List.of(common) : phrases(scope)) {
                from.forEach(phrase -> phrases.add(phrase, to.getFirst().equals("-") ? List.of() : to));
            }
        }
    }

    private List<Map<String, String>> styles(List<String> families) {
        return families.stream()
                .map(family -> ownStyles.computeIfAbsent(family(family), each -> new HashMap<>()))
                .toList();
    }

    private List<Phrases> phrases(List<String> scopes) {
        for (String scope : scopes) {
            family(scope.replaceFirst("/.*", ""));
        }
        return scopes.stream()
                .map(scope -> own.computeIfAbsent(scope, each -> new Phrases()))
                .toList();
    }

    private static IconFamily family(String id) {
        return IconFamily.valueOf(id.toUpperCase(Locale.ROOT));
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split(" +"));
    }

    /** The style that a word tells in a family's names, or null; the family's own words tell it only at the end. */
    @Nullable
    String style(IconFamily family, String word, boolean last) {
        String mine = ownStyles.getOrDefault(family, Map.of()).get(word);
        if (mine != null && mine.isEmpty()) {
            return null;
        }
        return mine != null && last ? mine : commonStyles.get(word);
    }

    /**
     * Replaces phrases from left to right: those of the family's style before the family's own, and these before the common ones; of each
     * the longest. What was put in stays.
     *
     * @param style as told by the glyph's prefix, not by its words
     */
    List<String> translate(IconFamily family, String style, List<String> words) {
        List<Phrases> tried = List.of(
                own.getOrDefault(family.id() + "/" + style, new Phrases()),
                own.getOrDefault(family.id(), new Phrases()),
                common);
        List<String> translated = new ArrayList<>();
        for (int at = 0; at < words.size(); ) {
            Phrases.Match match = null;
            for (Phrases phrases : tried) {
                match = match == null ? phrases.longest(words, at) : match;
            }
            if (match == null) {
                translated.add(words.get(at++));
            } else {
                translated.addAll(match.to());
                at += match.length();
            }
        }
        return translated;
    }

    /** The words after all {@link #refinements}. */
    Set<String> refine(Set<String> words) {
        Set<String> refined = new TreeSet<>(words);
        for (Refinement each : refinements) {
            if (refined.stream().anyMatch(each.when()::contains)) {
                boolean any = refined.removeAll(each.from());
                if (any && each.to() != null) {
                    refined.add(each.to());
                }
            }
        }
        return refined;
    }

    /** Phrases and what they become. */
    static final class Phrases {
        private final Map<String, List<String>> anywhere = new HashMap<>();
        private final Map<String, List<String>> first = new HashMap<>();
        private final Map<String, List<String>> whole = new HashMap<>();
        private int longest = 1;

        /** @param length words replaced */
        record Match(List<String> to, int length) {}

        private void add(String phrase, List<String> to) {
            Map<String, List<String>> map = switch (phrase.charAt(0)) {
                case '=' -> whole;
                case '^' -> first;
                default -> anywhere;
            };
            String plain = map == anywhere ? phrase : phrase.substring(1).strip();
            List<String> other = map.putIfAbsent(plain, to);
            if (other != null) {
                throw new IllegalArgumentException("'" + phrase + "' is " + String.join(" ", other) + " already");
            }
            longest = Math.max(longest, plain.split(" ").length);
        }

        private @Nullable Match longest(List<String> words, int at) {
            if (at == 0) {
                List<String> to = whole.get(String.join(" ", words));
                if (to != null) {
                    return new Match(to, words.size());
                }
            }
            for (int length = Math.min(longest, words.size() - at); length > 0; length--) {
                String phrase = String.join(" ", words.subList(at, at + length));
                List<String> to = at == 0 && first.containsKey(phrase) ? first.get(phrase) : anywhere.get(phrase);
                if (to != null) {
                    return new Match(to, length);
                }
            }
            return null;
        }
    }
}
