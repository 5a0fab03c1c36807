package dev.kindred.media;

import dev.kindred.core.Content;

/**
 * The raster an encoder sees, and how any picture becomes one. Integers alone, so it is the same on every platform:
 * averaging by area where a side shrinks, bilinear between pixel centres where it grows, both summed exactly and
 * rounded once, half up.
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
        byte[] inner = switch (fit) {
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
        Lines lines = new Lines(source.values(), fromW * c);
        byte[] out = new byte[toW * toH * c];
        for (int y = 0; y < toH; y++) {
            // First down, whole lines at a time; then across. The order changes no sum.
            lines.clear();
            for (int j = 0; j < down.count[y]; j++) {
                int row = top + down.first[y] + j;
                lines.add((row * source.width() + left) * c, down.weights[down.offset[y] + j]);
            }
            across.finish(lines.sums(), c, down.whole, out, y * toW * c);
        }
        return out;
    }
}
