package dev.kindred.media;

/**
 * For each place of one side of the raster, the source places it is made of and their integer weights, which sum
 * to {@code whole}.
 */
final class Axis {
    final int[] first;
    final int[] count;
    final int[] offset;
    final int[] weights;
    final int whole;

    private final boolean shrinks;

    /** Running sums of the line at hand. */
    private final int[] before;

    private Axis(int from, int to) {
        shrinks = from >= to;
        before = new int[from];
        first = new int[to];
        count = new int[to];
        offset = new int[to];
        weights = new int[shrinks ? from + to : 2 * to];
        whole = shrinks ? from : 2 * to;
    }

    static Axis of(int from, int to) {
        Axis axis = new Axis(from, to);
        int used = 0;
        for (int i = 0; i < to; i++) {
            axis.offset[i] = used;
            used = axis.shrinks ? axis.area(i, from, to, used) : axis.bilinear(i, from, to, used);
        }
        return axis;
    }

    /** In units of 1/to, place i covers [i·from, (i+1)·from) and source j covers [j·to, (j+1)·to). */
    private int area(int i, int from, int to, int used) {
        int low = i * from;
        int high = low + from;
        int j = low / to;
        first[i] = j;
        int at = used;
        while (j * to < high) {
            weights[at++] = Math.min(high, (j + 1) * to) - Math.max(low, j * to);
            j++;
        }
        count[i] = at - used;
        return at;
    }

    /**
     * The centre of place i lies at ((2i+1)·from − to) / (2·to) between source centres; past the edge the edge
     * holds.
     */
    private int bilinear(int i, int from, int to, int used) {
        int position = (2 * i + 1) * from - to;
        int j = Math.floorDiv(position, 2 * to);
        int fraction = Math.floorMod(position, 2 * to);
        if (j < 0 || j + 1 >= from) {
            first[i] = j < 0 ? 0 : from - 1;
            count[i] = 1;
            weights[used] = 2 * to;
            return used + 1;
        }
        first[i] = j;
        count[i] = 2;
        weights[used] = 2 * to - fraction;
        weights[used + 1] = fraction;
        return used + 2;
    }

    /** Sums a line of exact sums and divides once, by {@code whole · otherWhole}, half up. */
    void finish(int[] line, int channels, int otherWhole, byte[] out, int to) {
        long divisor = (long) whole * otherWhole;
        for (int c = 0; c < channels; c++) {
            if (divisor > Rounding.MAX_DIVISOR) {
                inLongs(line, c, channels, divisor, out, to + c);
            } else if (shrinks) {
                areas(line, c, channels, new Rounding((int) divisor), out, to + c);
            } else {
                between(line, c, channels, new Rounding((int) divisor), out, to + c);
            }
        }
    }

    /**
     * What lies left of a border is every place before it and a part of the one it cuts; a place's sum is the difference of two borders'.
     * The running sums may overflow, the differences do not.
     */
    private void areas(int[] line, int channel, int channels, Rounding rounding, byte[] out, int at) {
        int sum = 0;
        for (int j = 0, from = channel; j < before.length; j++, from += channels) {
            before[j] = sum;
            sum += line[from];
        }
        int left = 0;
        for (int i = 0; i < first.length; i++, at += channels) {
            int cut = first[i] + count[i] - 1;
            int part = weights[offset[i] + count[i] - 1];
            int right = first.length * before[cut] + part * line[cut * channels + channel];
            out[at] = rounding.level(right - left);
            left = right;
        }
    }

    private void between(int[] line, int channel, int channels, Rounding rounding, byte[] out, int at) {
        for (int i = 0; i < first.length; i++, at += channels) {
            int from = first[i] * channels + channel;
            int w = offset[i];
            int sum = weights[w] * line[from];
            if (count[i] == 2) {
                sum += weights[w + 1] * line[from + channels];
            }
            out[at] = rounding.level(sum);
        }
    }

    private void inLongs(int[] line, int channel, int channels, long divisor, byte[] out, int at) {
        for (int i = 0; i < first.length; i++, at += channels) {
            int from = first[i] * channels + channel;
            long sum = 0;
            for (int j = 0; j < count[i]; j++, from += channels) {
                sum += (long) weights[offset[i] + j] * line[from];
            }
            out[at] = (byte) ((2 * sum + divisor) / (2 * divisor));
        }
    }

    /**
     * Division by one number, half up, as a multiplication: for {@code n < 256 D} and {@code D² < 2^46} the upper bits of
     * {@code n · (⌊2^54 / D⌋ + 1)} are exactly {@code ⌊n / D⌋}, since the excess is below {@code n · D / 2^54 < 1 / D} of one.
     */
    static final class Rounding {
        static final int MAX_DIVISOR = 1 << 21;

        private final int half;
        private final long reciprocal;

        Rounding(int divisor) {
            this.half = divisor;
            this.reciprocal = (1L << 54) / (2L * divisor) + 1;
        }

        /** @param sum 0 to 255 times the divisor */
        byte level(int sum) {
            return (byte) ((2L * sum + half) * reciprocal >>> 54);
        }
    }
}
