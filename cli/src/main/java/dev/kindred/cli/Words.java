package dev.kindred.cli;

import dev.kindred.release.Key;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** Figures as people read them. */
final class Words {
    private Words() {}

    /** {@code 0.1%}: a fraction with up to three significant digits. */
    static String percent(double fraction) {
        return new BigDecimal(100 * fraction)
                        .round(new MathContext(3))
                        .stripTrailingZeros()
                        .toPlainString() + "%";
    }

    /**
     * Words of strangers on a terminal: file names and cards may hold sequences that a terminal would obey. Line ends and tabs stay, other
     * control characters become the replacement character.
     */
    static String plain(String text) {
        return replaced(text, c -> Character.isISOControl(c) && c != '\n' && c != '\t');
    }

    /** The same for what must stay on one line. */
    static String line(String text) {
        return replaced(text, Character::isISOControl);
    }

    private static String replaced(String text, IntPredicate wrong) {
        if (text.chars().noneMatch(wrong)) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        text.chars().forEach(c -> plain.append(wrong.test(c) ? '\uFFFD' : (char) c));
        return plain.toString();
    }

    /** {@code reader in photos}, {@code admin in all collections}. */
    static String roles(Key key) {
        return new TreeMap<>(key.roles())
                .entrySet().stream()
                        .map(role -> role.getValue() + " in "
                                + (role.getKey().equals(Key.EVERY) ? "all collections" : role.getKey()))
                        .collect(Collectors.joining(", "));
    }

    /** {@code 3.4 MB}. */
    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        String[] units = {"kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = -1;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(java.util.Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    }
}
