package dev.kindred.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the names that families give their glyphs to one vocabulary, so that <em>the same thing by other hands</em> has the same name.
 * The rules stand in {@code icon-names.txt}; {@code docs/icons.md} tells how they work and why.
 */
final class IconNames {
    private final NameRules rules;

    IconNames(NameRules rules) {
        this.rules = rules;
    }

    /** With the rules that come with the demo. */
    static IconNames bundled() {
        try (InputStream in = IconNames.class.getResourceAsStream("icon-names.txt")) {
            if (in == null) {
                throw new IllegalStateException("icon-names.txt is not on the class path");
            }
            return new IconNames(NameRules.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A glyph's name, read.
     *
     * @param name the thing shown, canonical words joined by hyphens
     * @param style {@code outline}, {@code solid}, {@code ios} … or {@code plain}
     * @param key style and name as the family has them, unique in the family
     * @param drawing as {@code key}, without the size: editions of one drawing in several sizes share it
     * @param size pixels the glyph was drawn for, 0 where the family has one size
     */
    record Named(String name, String style, String key, String drawing, int size) {}

    /** Reads {@code description}, e.g. {@code fas-trash-alt}; empty for a brand's logo and what cannot be drawn as one glyph. */
    Optional<Named> read(IconFamily family, String description) {
        Prefix prefix = Prefix.of(family, description);
        List<String> words = new ArrayList<>(Arrays.asList(
                description.substring(prefix.length()).toLowerCase(Locale.ROOT).split("[-_]+")));
        if (family == IconFamily.BOOTSTRAPICONS) {
            // Its variants carry their digit without a hyphen: cart2, cart3.
            words.replaceAll(word -> word.replaceFirst("(?<=[a-z]{3})\\d$", ""));
        }
        if (prefix.left() || words.stream().anyMatch(rules.brands()::contains)) {
            return Optional.empty();
        }
        String key = prefix.key() + description.substring(prefix.length());
        int size = 0;
        if (sized(family) && words.size() > 1 && words.getLast().matches("\\d+")) {
            size = Integer.parseInt(words.removeLast());
        }
        String drawing = size == 0 ? key : key.substring(0, key.lastIndexOf('-'));
        String style = strip(family, words).orElse(prefix.style());
        return Optional.of(new Named(canonical(family, prefix.style(), words), style, key, drawing, size));
    }

    private static boolean sized(IconFamily family) {
        return family == IconFamily.FLUENTUI || family == IconFamily.OCTICONS;
    }

    /** Takes style words and variant digits off; what style they told. */
    private Optional<String> strip(IconFamily family, List<String> words) {
        Optional<String> told = Optional.empty();
        for (int i = words.size() - 1; i >= 0; i--) {
            String style = rules.style(family, words.get(i), i == words.size() - 1);
            if (style != null && words.size() > 1) {
                words.remove(i);
                told = style.equals("plain") ? told : Optional.of(style);
            }
        }
        if (words.size() > 1
                && words.getLast().matches("0?\\d")
                && words.stream().noneMatch(rules.numbered()::contains)) {
            words.removeLast();
        }
        return told;
    }

    private String canonical(IconFamily family, String style, List<String> words) {
        List<String> common = rules.translate(family, style, words);
        Set<String> kept = new HashSet<>(common);
        kept.removeAll(rules.noise());
        if (kept.isEmpty()) {
            kept.addAll(common);
        }
        kept = rules.refine(kept);
        return String.join(
                "-",
                kept.stream()
                        .sorted(Comparator.comparing(
                                        (String word) -> rules.modifiers().contains(word))
                                .thenComparing(Comparator.naturalOrder()))
                        .toList());
    }

    /**
     * What the first word of a description tells: the pack, often the style too.
     *
     * @param length characters before the name itself
     * @param key the style as a prefix of keys, where a family has one name in several styles; else empty
     * @param left left out as a whole
     */
    private record Prefix(int length, String style, String key, boolean left) {
        private static final Map<String, String> STYLES = Map.ofEntries(
                Map.entry("antf", "solid"),
                Map.entry("anto", "outline"),
                Map.entry("bx", "outline"),
                Map.entry("bxs", "solid"),
                Map.entry("fas", "solid"),
                Map.entry("far", "outline"),
                Map.entry("fltfal", "solid"),
                Map.entry("fltfmz", "solid"),
                Map.entry("fltral", "outline"),
                Map.entry("fltrmz", "outline"),
                Map.entry("unil", "outline"),
                Map.entry("unis", "solid"),
                Map.entry("ion4-ios", "ios"),
                Map.entry("ion4-md", "material"));
        private static final Set<String> BRANDS = Set.of("bxl", "fab", "cib", "ion4-logo");

        /** Unicons' monochrome font lays two tones over each other: as one glyph it is a blot. */
        private static final Set<String> BLOTS = Set.of("unim");

        static Prefix of(IconFamily family, String description) {
            int end = description.indexOf('-');
            if (family == IconFamily.IONICONS4) {
                end = description.indexOf('-', end + 1);
            }
            String prefix = description.substring(0, end);
            String style = STYLES.getOrDefault(prefix, "plain");
            return new Prefix(
                    end + 1,
                    style,
                    style.equals("plain") ? "" : style + "-",
                    BRANDS.contains(prefix) || BLOTS.contains(prefix));
        }
    }
}
