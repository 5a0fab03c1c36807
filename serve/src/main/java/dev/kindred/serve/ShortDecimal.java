package dev.kindred.serve;

/**
 * Numbers as JSON writes them, read without a detour where they are short, which a vector's are. A decimal of at most {@value #MOST_DIGITS}
 * digits and a power of ten of at most {@value #MOST_TENS} are doubles without a rest, so that the one division or multiplication of them
 * is rounded once, as it should be (Clinger 1990, "How to Read Floating Point Numbers Accurately"). All others are Java's to read.
 */
final class ShortDecimal {
    private static final int MOST_DIGITS = 15;
    private static final int MOST_TENS = 22;
    /** So many digits fit a long up to that of {@link #MOST_WHOLE}; fewer always do. */
    private static final int WHOLE_DIGITS = 19;

    private static final String MOST_WHOLE = "9223372036854775807";
    private static final String LEAST_WHOLE = "9223372036854775808";
    /** Of an exponent that an int holds. */
    private static final int EXPONENT_DIGITS = 8;

    private static final double[] TENS = tens();

    private ShortDecimal() {}

    /**
     * Whether it is an integer without point and exponent that fits a long.
     *
     * @param number by the grammar of RFC 8259, which has no zeros in front
     */
    static boolean isWhole(String number) {
        int from = number.charAt(0) == '-' ? 1 : 0;
        int digits = number.length() - from;
        if (digits > WHOLE_DIGITS) {
            return false;
        }
        for (int i = from; i < number.length(); i++) {
            char c = number.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        // Of as many digits the greater number comes later in the order of letters.
        return digits < WHOLE_DIGITS || number.substring(from).compareTo(from == 1 ? LEAST_WHOLE : MOST_WHOLE) <= 0;
    }

    /**
     * The double that is nearest, as {@link Double#parseDouble} has it to the bit.
     *
     * @param number by the grammar of RFC 8259
     * @return infinite where it is beyond what a double holds
     */
    static double value(String number) {
        boolean negative = number.charAt(0) == '-';
        long digits = 0;
        int count = 0;
        int exponent = 0;
        boolean fraction = false;
        int i = negative ? 1 : 0;
        for (; i < number.length(); i++) {
            char c = number.charAt(i);
            if (c == '.') {
                fraction = true;
            } else if (c >= '0' && c <= '9') {
                digits = 10 * digits + (c - '0');
                count += digits == 0 ? 0 : 1;
                exponent -= fraction ? 1 : 0;
            } else {
                break;
            }
        }
        int exponentAt = i + 1;
        if (number.length() - exponentAt > EXPONENT_DIGITS) {
            return Double.parseDouble(number);
        }
        if (exponentAt < number.length()) {
            exponent += Integer.parseInt(number, exponentAt, number.length(), 10);
        }
        if (count > MOST_DIGITS || Math.abs(exponent) > MOST_TENS) {
            return Double.parseDouble(number);
        }
        double value = exponent < 0 ? digits / TENS[-exponent] : digits * TENS[exponent];
        return negative ? -value : value;
    }

    private static double[] tens() {
        double[] tens = new double[MOST_TENS + 1];
        tens[0] = 1;
        for (int i = 1; i < tens.length; i++) {
            tens[i] = 10 * tens[i - 1];
        }
        return tens;
    }
}
