package dev.kindred.train;

import dev.kindred.core.Keyed;
import dev.kindred.media.Affine;

/**
 * How far a teaching picture may be changed and still be the same thing. What happens to a sample is decided by (seed, epoch, sample)
 * alone.
 *
 * @param degrees largest turn either way
 * @param scale largest relative change of size, e.g. 0.2 for 0.8 to 1.2 times
 * @param shear largest lean in degrees
 * @param shift largest move as a share of the side
 * @param stroke chance of thickening or thinning dark lines by about a pixel of the encoder's raster; for line drawings
 * @param contrast largest relative change of contrast and of brightness
 * @param invert chance of swapping dark and light
 */
public record Augmentation(
        double degrees, double scale, double shear, double shift, double stroke, double contrast, double invert) {

    /** For pictures of which nothing but size and channels is known. */
    public static final Augmentation GENTLE = new Augmentation(15, 0.2, 10, 0.08, 0, 0, 0);

    /** For drawings by different hands: the same thing in other stroke weights, outlined or filled. */
    public static final Augmentation DRAWING = new Augmentation(8, 0.15, 5, 0.06, 0.5, 0.1, 0.15);

    public static final Augmentation NONE = new Augmentation(0, 0, 0, 0, 0, 0, 0);

    /**
     * A changed copy.
     *
     * @param raster {@code side·side·channels} levels
     * @param draws the sample's own randomness
     * @param pixel how many raster pixels make one of the encoder's
     */
    byte[] apply(byte[] raster, int width, int height, int channels, int pixel, Keyed draws) {
        byte[] drawn = raster;
        if (stroke > 0 && draws.nextDouble() < stroke) {
            drawn = stroke(
                    drawn, width, height, channels, draws.nextDouble() < 0.5, 1 + draws.nextInt(Math.max(1, pixel)));
        }
        if (degrees > 0 || scale > 0 || shear > 0 || shift > 0) {
            double turn = draws.uniform(-degrees, degrees);
            double size = draws.uniform(1 - scale, 1 + scale);
            double stretch = draws.uniform(1 - scale / 2, 1 + scale / 2);
            double lean = draws.uniform(-shear, shear);
            double[] map = Affine.about(
                    turn,
                    size * stretch,
                    size / stretch,
                    lean,
                    draws.uniform(-shift, shift) * width,
                    draws.uniform(-shift, shift) * height);
            byte[] warped = new byte[drawn.length];
            Affine.warp(drawn, width, height, channels, map, warped);
            drawn = warped;
        }
        if (contrast > 0 || invert > 0) {
            drawn = levels(drawn, draws);
        }
        return drawn;
    }

    private byte[] levels(byte[] raster, Keyed draws) {
        double gain = draws.uniform(1 - contrast, 1 + contrast);
        double offset = draws.uniform(-contrast, contrast) * 64;
        boolean swap = draws.nextDouble() < invert;
        byte[] table = new byte[256];
        for (int level = 0; level < 256; level++) {
            double from = swap ? 255 - level : level;
            table[level] = (byte) Math.clamp(Math.round((from - 128) * gain + 128 + offset), 0, 255);
        }
        byte[] changed = new byte[raster.length];
        for (int i = 0; i < raster.length; i++) {
            changed[i] = table[raster[i] & 0xff];
        }
        return changed;
    }

    /** The darkest (thicker lines) or lightest (thinner) of each pixel and its neighbours up to {@code reach} away along the axes. */
    private static byte[] stroke(byte[] raster, int width, int height, int channels, boolean thicker, int reach) {
        byte[] across = new byte[raster.length];
        extreme(raster, across, width, height, channels, channels, thicker, reach, true);
        byte[] down = new byte[raster.length];
        extreme(across, down, width, height, channels, width * channels, thicker, reach, false);
        return down;
    }

    private static void extreme(
            byte[] from,
            byte[] to,
            int width,
            int height,
            int channels,
            int stride,
            boolean darkest,
            int reach,
            boolean alongX) {
        int length = alongX ? width : height;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int position = alongX ? x : y;
                int first = Math.max(-reach, -position);
                int last = Math.min(reach, length - 1 - position);
                for (int c = 0; c < channels; c++) {
                    int at = (y * width + x) * channels + c;
                    int best = from[at] & 0xff;
                    for (int step = first; step <= last; step++) {
                        int level = from[at + step * stride] & 0xff;
                        best = darkest ? Math.min(best, level) : Math.max(best, level);
                    }
                    to[at] = (byte) best;
                }
            }
        }
    }
}
