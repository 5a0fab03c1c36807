package dev.kindred.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How values lie along an axis. */
public enum Scale {
    LINEAR {
        @Override
        double place(double value) {
            return value;
        }

        @Override
        List<Double> ticks(double low, double high) {
            double step = niceStep((high - low) / 5);
            List<Double> ticks = new ArrayList<>();
            for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }
    },
    LOG {
        @Override
        double place(double value) {
            return Math.log10(value);
        }

        @Override
        List<Double> ticks(double low, double high) {
            double decades = Math.log10(high / low);
            // Where few powers of ten lie, some of what is between them.
            double[] steps = decades >= 2 ? new double[] {1} : new double[] {1, 2, 5};
            List<Double> ticks = new ArrayList<>();
            for (int e = (int) Math.floor(Math.log10(low)); e <= Math.log10(high) + 1e-9; e++) {
                for (double step : steps) {
                    double tick = step * Math.pow(10, e);
                    if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) {
                        ticks.add(tick);
                    }
                }
            }
            return ticks;
        }
    },
    /** Shares on the normal distribution's own scale, as DET curves are drawn (Martin et al. 1997). */
    PROBIT {
        private static final List<Double> MARKS =
                List.of(0.00001, 0.0001, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999);

        @Override
        double place(double value) {
            return probit(value);
        }

        @Override
        List<Double> ticks(double low, double high) {
            return MARKS.stream()
                    .filter(m -> m >= low * (1 - 1e-9) && m <= high * (1 + 1e-9))
                    .toList();
        }
    },
    /** Shares by how rare the rest is, as percentiles of times are drawn: each step from 90% to 99% to 99.9% is as wide as the one before. */
    NINES {
        private static final List<Double> MARKS = List.of(0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999);

        @Override
        double place(double value) {
            return -Math.log10(1 - value);
        }

        @Override
        List<Double> ticks(double low, double high) {
            return MARKS.stream().filter(m -> m >= low && m <= high).toList();
        }
    };

    /** Where a value lies, before it is stretched to the page. */
    abstract double place(double value);

    abstract List<Double> ticks(double low, double high);

    private static double niceStep(double rough) {
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double nice : new double[] {1, 2, 5}) {
            if (rough <= nice * power * (1 + 1e-9)) {
                return nice * power;
            }
        }
        return 10 * power;
    }

    /** The normal quantile of a share in (0, 1), by Acklam's rational approximation; relative error 1.2e-9. */
    static double probit(double p) {
        double[] a = {
            -39.69683028665376,
            220.9460984245205,
            -275.9285104469687,
            138.3577518672690,
            -30.66479806614716,
            2.506628277459239
        };
        double[] b = {-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572};
        double[] c = {
            -0.007784894002430293,
            -0.3223964580411365,
            -2.400758277161838,
            -2.549732539343734,
            4.374664141464968,
            2.938163982698783
        };
        double[] d = {0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416};
        double low = 0.02425;
        if (p < low || p > 1 - low) {
            double q = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
            double x = (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5])
                    / ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
            return p < low ? x : -x;
        }
        double q = p - 0.5;
        double r = q * q;
        return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5])
                * q
                / (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
    }

    /** A share's tick: {@code 0.001} is {@code 0.1%}. */
    static String share(double value) {
        double percent = 100 * value;
        String text = String.format(Locale.ROOT, "%.4f", percent);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "") + "%";
    }
}
