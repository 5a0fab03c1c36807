package dev.kindred.core;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The right word that a wrong one was probably meant to be. */
public final class Nearest {
    private Nearest() {}

    /** The nearest of {@code right}, where at most a third of the letters (and at least two) would have to change. */
    public static Optional<String> to(String wrong, Collection<String> right) {
        return right.stream()
                // So many letters more or fewer are as many edits; a very long word is not compared letter by letter.
                .filter(word ->
                        Math.abs(wrong.length() - word.length()) <= most(word) && distance(wrong, word) <= most(word))
                .min(Comparator.<String>comparingInt(word -> distance(wrong, word))
                        .thenComparing(word -> word));
    }

    private static int most(String word) {
        return Math.max(2, word.length() / 3);
    }

    /** {@code did you mean x?}, or {@code otherwise}. */
    public static String advice(String wrong, Collection<String> right, String otherwise) {
        return to(wrong, right).map(word -> "did you mean " + word + "?").orElse(otherwise);
    }

    /** Edits between two words, a swap of neighbours counting as one (optimal string alignment). */
    public static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(d[i - 1][j - 1] + change, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], 1 + d[i - 2][j - 2]);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
