package dev.kindred.serve.seen;

import dev.kindred.core.Refusal;

/**
 * What computing costs.
 *
 * @param coreHour of one processor, 0 or more; NaN where nobody said
 * @param currency as people call it, for the label
 */
public record Price(double coreHour, String currency) {
    /** Nobody said. */
    public static final Price UNKNOWN = new Price(Double.NaN, "");

    public Price {
        if (coreHour < 0 || Double.isInfinite(coreHour)) {
            throw new Refusal(
                    "no price is " + coreHour,
                    "prices.coreHour",
                    "write what an hour of one processor costs, e.g. 0.04");
        }
    }

    boolean isKnown() {
        return !Double.isNaN(coreHour);
    }
}
