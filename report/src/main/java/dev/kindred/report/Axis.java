package dev.kindred.report;

/**
 * One axis of a plot.
 *
 * @param low the value at its start, below {@code high}; above 0 for a log scale, within (0, 1) for probit
 * @param shares whether values are fractions, shown as percentages
 */
public record Axis(String label, Scale scale, double low, double high, boolean shares) {
    public Axis {
        if (!(low < high) || !Double.isFinite(scale.place(low)) || !Double.isFinite(scale.place(high))) {
            throw new IllegalArgumentException("an axis from " + low + " to " + high);
        }
    }

    public static Axis linear(String label, double low, double high) {
        return new Axis(
                label, Scale.LINEAR, low, high > low ? high : low + Math.max(1e-9, Math.abs(low) * 1e-6), false);
    }

    /** From 0 to 1, shown from 0% to 100%. */
    public static Axis share(String label) {
        return new Axis(label, Scale.LINEAR, 0, 1, true);
    }

    /** Where a value lies between the ends, from 0 to 1; values beyond them are put on the end. */
    double fraction(double value) {
        double from = scale.place(low);
        double to = scale.place(high);
        return (scale.place(Math.clamp(value, low, high)) - from) / (to - from);
    }

    String tick(double value) {
        if (shares) {
            return Scale.share(value);
        }
        String text = Html.number(Math.abs(value) < 1e-12 ? 0 : value);
        return text.contains(".") && !text.contains("e") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
