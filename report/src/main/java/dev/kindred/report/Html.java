package dev.kindred.report;

import java.util.Locale;

/** Text made safe for HTML and SVG, and numbers written the same everywhere. */
public final class Html {
    private Html() {}

    /** Safe as text and within quoted attributes; characters that no XML may hold become U+FFFD. */
    public static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(isXml(c) ? c : 0xFFFD);
            }
        });
        return safe.toString();
    }

    private static boolean isXml(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || (c >= 0x20 && c <= 0xD7FF)
                || (c >= 0xE000 && c != 0xFFFE && c != 0xFFFF);
    }

    /** A coordinate with two places. */
    static String at(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** A fraction as a percentage: {@code 0.9432} is {@code 94.3%}, small ones keep two digits. */
    public static String percent(double fraction) {
        if (Double.isNaN(fraction)) {
            return "–";
        }
        double percent = 100 * fraction;
        if (percent != 0 && Math.abs(percent) < 0.095) {
            return String.format(Locale.ROOT, "%.2g%%", percent);
        }
        return String.format(Locale.ROOT, "%.1f%%", percent);
    }

    /** A number with the digits that matter at its size. */
    public static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e15) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        if (size >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return size >= 1 || size < 1e-4
                ? String.format(Locale.ROOT, "%.3g", value)
                : String.format(Locale.ROOT, "%.4f", value);
    }
}
