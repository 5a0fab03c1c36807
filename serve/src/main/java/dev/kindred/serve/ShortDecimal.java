package dev.kindred.serve;

/**
 * Numbers as JSON writes them, read without a detour where they are short, which a vector's are. A decimal of at most {@value #MOST_DIGITS}
 * digits and a power of ten of at most {@value #MOST_TENS} are doubles without a rest, so that the one division or multiplication of them
 * is rounded once, as it should be (Clinger 1990, "How to Read Floating Point Numbers Accurately"). All others are Java's to read.
 */
final class ShortDecimal {
    private static final int MOST_DIGITS = 15;
    private static final int MOST_TENS = 22;
    /** So many digits always fit a long. */
    private static final int WHOLE_DIGITS = 18;
    /** Of an exponent that an int holds. */
    private static final int EXPONENT_DIGITS = 8;

    private static final double[] TENS = tens();

    private ShortDecimal() {}

    /** Whether it is an integer without point and exponent that surely fits a long. */
    static boolean isWhole(String number) {
        if (number.length() > WHOLE_DIGITS) {
            return false;
        }
        for (int i = 0; i < number.length(); i++) {
            char c = number.charAt(i);
            if (c != '-' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
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
