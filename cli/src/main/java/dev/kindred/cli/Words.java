package dev.kindred.cli;

import java.math.BigDecimal;
import java.math.MathContext;

/** Figures as people read them. */
final class Words {
    private Words() {}

    /** {@code 0.1%}: a fraction with up to three significant digits. */
    static String percent(double fraction) {
        return new BigDecimal(100 * fraction).round(new MathContext(3)).stripTrailingZeros().toPlainString() + "%";
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
