package dev.kindred.media;

import dev.kindred.core.Content;
import java.util.Arrays;

/**
 * The raster an encoder sees, and how any picture becomes one. Integers alone, so it is the same on every platform: averaging by area where
 * a side shrinks, bilinear between pixel centres where it grows, both summed exactly and rounded once, half up.
 *
 * @param width pixels, 1 to 4096
 * @param height pixels, 1 to 4096
 * @param channels 1 (luma of BT.601) or 3
 */
public record PictureShape(int width, int height, int channels, Fit fit) {

    /** What to do where the picture's proportions are not the raster's. */
    public enum Fit {
        /** Stretch it. */
        STRETCH,
        /** Keep all of it, centred; fill the rest with the mean of its border pixels. */
        PAD,
        /** Keep its middle, fill the raster. */
        CROP
    }

    public PictureShape {
        if (width < 1 || height < 1 || width > 4096 || height > 4096 || (channels != 1 && channels != 3)) {
            throw new IllegalArgumentException("no raster is " + width + "×" + height + "×" + channels);
        }
    }

    /** Bytes of one raster. */
    public int size() {
        return width * height * channels;
    }

    /** {@code width * height * channels} unsigned bytes, rows from the top, channels interleaved. */
    public byte[] raster(Content.Pixels picture) {
        Content.Pixels source = channels == 1 && picture.channels() == 3 ? grey(picture) : picture;
        byte[] inner =
                switch (fit) {
                    case STRETCH -> resize(source, 0, 0, source.width(), source.height(), width, height);
                    case CROP -> cropped(source);
                    case PAD -> padded(source);
                };
        return channels == 3 && source.channels() == 1 ? tripled(inner) : inner;
    }

    private byte[] cropped(Content.Pixels source) {
        int w = source.width();
        int h = source.height();
        long across = (long) w * height;
        long down = (long) h * width;
        int keepW = across > down ? Math.max(1, rounded(down, height)) : w;
        int keepH = across < down ? Math.max(1, rounded(across, width)) : h;
        return resize(source, (w - keepW) / 2, (h - keepH) / 2, keepW, keepH, width, height);
    }

    private byte[] padded(Content.Pixels source) {
        int w = source.width();
        int h = source.height();
        long across = (long) w * height;
        long down = (long) h * width;
        int innerW = across < down ? Math.max(1, rounded(across, h)) : width;
        int innerH = across > down ? Math.max(1, rounded(down, w)) : height;
        byte[] inner = resize(source, 0, 0, w, h, innerW, innerH);
        if (innerW == width && innerH == height) {
            return inner;
        }
        int c = source.channels();
        byte[] fill = borderMean(source);
        byte[] out = new byte[width * height * c];
        for (int i = 0; i < out.length; i++) {
            out[i] = fill[i % c];
        }
        int left = (width - innerW) / 2;
        int top = (height - innerH) / 2;
        for (int y = 0; y < innerH; y++) {
            System.arraycopy(inner, y * innerW * c, out, ((top + y) * width + left) * c, innerW * c);
        }
        return out;
    }

    private static int rounded(long numerator, long denominator) {
        return (int) ((2 * numerator + denominator) / (2 * denominator));
    }

    private static byte[] borderMean(Content.Pixels source) {
        int w = source.width();
        int h = source.height();
        int c = source.channels();
        byte[] v = source.values();
        byte[] mean = new byte[c];
        for (int channel = 0; channel < c; channel++) {
            long sum = 0;
            long count = 0;
            for (int y = 0; y < h; y++) {
                int step = y == 0 || y == h - 1 ? 1 : Math.max(1, w - 1);
                for (int x = 0; x < w; x += step) {
                    sum += v[(y * w + x) * c + channel] & 0xFF;
                    count++;
                }
            }
            mean[channel] = (byte) ((2 * sum + count) / (2 * count));
        }
        return mean;
    }

    private static Content.Pixels grey(Content.Pixels picture) {
        byte[] v = picture.values();
        byte[] out = new byte[picture.width() * picture.height()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) Levels.luma(v[3 * i] & 0xFF, v[3 * i + 1] & 0xFF, v[3 * i + 2] & 0xFF);
        }
        return new Content.Pixels(picture.width(), picture.height(), 1, out);
    }

    private static byte[] tripled(byte[] grey) {
        byte[] out = new byte[3 * grey.length];
        for (int i = 0; i < grey.length; i++) {
            out[3 * i] = grey[i];
            out[3 * i + 1] = grey[i];
            out[3 * i + 2] = grey[i];
        }
        return out;
    }

    private static byte[] resize(Content.Pixels source, int left, int top, int fromW, int fromH, int toW, int toH) {
        int c = source.channels();
        if (fromW == toW && fromH == toH && fromW == source.width() && fromH == source.height()) {
            return source.values().clone();
        }
        Axis across = Axis.of(fromW, toW);
        Axis down = Axis.of(fromH, toH);
        // Sums stay exact: at most 255 · 32,768 across, and 255 · 32,768² in all, far within a long.
        long whole = (long) across.whole * down.whole;
        int[][] lines = new int[2][toW * c];
        int[] held = {-1, -1};
        long[] sums = new long[toW * c];
        byte[] out = new byte[toW * toH * c];
        for (int y = 0; y < toH; y++) {
            Arrays.fill(sums, 0);
            int first = down.first[y];
            int count = down.count[y];
            for (int j = 0; j < count; j++) {
                int row = first + j;
                int slot = row & 1;
                if (held[slot] != row) {
                    across.apply(source.values(), ((top + row) * source.width() + left) * c, c, lines[slot]);
                    held[slot] = row;
                }
                long weight = down.weights[down.offset[y] + j];
                int[] line = lines[slot];
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += weight * line[i];
                }
            }
            int to = y * toW * c;
            for (int i = 0; i < sums.length; i++) {
                out[to + i] = (byte) ((2 * sums[i] + whole) / (2 * whole));
            }
        }
        return out;
    }

    /** For each place of one side of the raster, the source places it is made of and their integer weights, which sum to {@code whole}. */
    private static final class Axis {
        final int[] first;
        final int[] count;
        final int[] offset;
        final int[] weights;
        final int whole;

        private Axis(int from, int to) {
            first = new int[to];
            count = new int[to];
            offset = new int[to];
            weights = new int[from >= to ? from + to : 2 * to];
            whole = from >= to ? from : 2 * to;
        }

        static Axis of(int from, int to) {
            Axis axis = new Axis(from, to);
            int used = 0;
            for (int i = 0; i < to; i++) {
                axis.offset[i] = used;
                used = from >= to ? axis.area(i, from, to, used) : axis.bilinear(i, from, to, used);
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

        /** The centre of place i lies at ((2i+1)·from − to) / (2·to) between source centres; past the edge the edge holds. */
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

        void apply(byte[] source, int at, int channels, int[] line) {
            for (int i = 0; i < first.length; i++) {
                int n = count[i];
                int from = at + first[i] * channels;
                int w = offset[i];
                if (channels == 1) {
                    int sum = 0;
                    for (int j = 0; j < n; j++) {
                        sum += weights[w + j] * (source[from + j] & 0xFF);
                    }
                    line[i] = sum;
                } else {
                    int r = 0;
                    int g = 0;
                    int b = 0;
                    for (int j = 0; j < n; j++, from += 3) {
                        int weight = weights[w + j];
                        r += weight * (source[from] & 0xFF);
                        g += weight * (source[from + 1] & 0xFF);
                        b += weight * (source[from + 2] & 0xFF);
                    }
                    line[3 * i] = r;
                    line[3 * i + 1] = g;
                    line[3 * i + 2] = b;
                }
            }
        }
    }
}
