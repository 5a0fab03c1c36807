package dev.kindred.media;

/**
 * Affine maps of rasters, sampled backwards: for every pixel of the result, where in the source it comes from.
 * Bilinear between pixel centres, the edge repeated outside. Doubles are only multiplied and added (exact to the bit
 * by the Java language), and levels are mixed with 16-bit integer weights.
 */
public final class Affine {
    private Affine() {}

    /**
     * The map that turns, scales, shears and moves a raster about its centre, as {@link #warp} wants it (from result
     * to source).
     *
     * @param degrees turn, clockwise as seen
     * @param scaleX above 1 enlarges
     * @param scaleY above 1 enlarges
     * @param shearDegrees lean of the vertical
     * @param moveX pixels to the right
     * @param moveY pixels down
     */
    public static double[] about(
            double degrees, double scaleX, double scaleY, double shearDegrees, double moveX, double moveY) {
        double angle = StrictMath.toRadians(degrees);
        double cos = StrictMath.cos(angle);
        double sin = StrictMath.sin(angle);
        double shear = StrictMath.tan(StrictMath.toRadians(shearDegrees));
        // forward = turn · shear · scale; the result is its inverse
        double a = cos * scaleX;
        double b = (cos * shear - sin) * scaleY;
        double c = sin * scaleX;
        double d = (sin * shear + cos) * scaleY;
        double determinant = a * d - b * c;
        if (determinant == 0 || !Double.isFinite(determinant)) {
            throw new IllegalArgumentException("a map that flattens the picture");
        }
        double ia = d / determinant;
        double ib = -b / determinant;
        double ic = -c / determinant;
        double id = a / determinant;
        return new double[] {ia, ib, -(ia * moveX + ib * moveY), ic, id, -(ic * moveX + id * moveY)};
    }

    /**
     * Writes {@code dst} so that its pixel (x, y), counted from the centre ((w−1)/2, (h−1)/2), is the source's pixel
     * {@code (m0·x + m1·y + m2, m3·x + m4·y + m5)}, counted from the same centre.
     *
     * @param src {@code width * height * channels} unsigned bytes, channels interleaved
     * @param m six finite numbers
     * @param dst as long as {@code src}, and another array
     */
    public static void warp(byte[] src, int width, int height, int channels, double[] m, byte[] dst) {
        int size = width * height * channels;
        if (src.length != size || dst.length != size || src == dst || m.length != 6) {
            throw new IllegalArgumentException("rasters of %d and %d bytes for %d×%d×%d"
                    .formatted(src.length, dst.length, width, height, channels));
        }
        double cx = (width - 1) / 2.0;
        double cy = (height - 1) / 2.0;
        int stride = width * channels;
        int lastX = (width - 1) << 8;
        int lastY = (height - 1) << 8;
        double m0 = m[0];
        double m3 = m[3];
        int to = 0;
        for (int y = 0; y < height; y++) {
            double ry = y - cy;
            double startX = m[1] * ry + m[2] + cx;
            double startY = m[4] * ry + m[5] + cy;
            for (int x = 0; x < width; x++) {
                double rx = x - cx;
                // In 1/256 pixels; a weight is then 16 bits and their sum exactly 65,536.
                int sx = fixed(m0 * rx + startX, lastX);
                int sy = fixed(m3 * rx + startY, lastY);
                int x0 = sx >> 8;
                int y0 = sy >> 8;
                int fx = sx & 255;
                int fy = sy & 255;
                int right = x0 + 1 < width ? channels : 0;
                int below = y0 + 1 < height ? stride : 0;
                int at = y0 * stride + x0 * channels;
                for (int c = 0; c < channels; c++, at++) {
                    int upper = (256 - fx) * (src[at] & 0xFF) + fx * (src[at + right] & 0xFF);
                    int lower = (256 - fx) * (src[at + below] & 0xFF) + fx * (src[at + below + right] & 0xFF);
                    dst[to++] = (byte) (((256 - fy) * upper + fy * lower + 32_768) >> 16);
                }
            }
        }
    }

    private static int fixed(double position, int last) {
        // The cast saturates, so any number ends within the picture.
        return Math.clamp((int) (position * 256 + 0.5), 0, last);
    }
}
