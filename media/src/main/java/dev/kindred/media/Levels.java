package dev.kindred.media;

import dev.kindred.core.Content;

/**
 * Grey levels and colours in 8 bits, by integers alone. No gamma is ever applied: a level is a number, as it was
 * stored.
 */
final class Levels {
    private Levels() {}

    /** 16 bits to 8, rounded: {@code round(v * 255 / 65535)}. */
    static int from16(int v) {
        return (v * 255 + 32_895) >>> 16;
    }

    /** A level of 0..max to 0..255, rounded half up. */
    static int from(int v, int max) {
        return (int) ((v * 510L + max) / (2L * max));
    }

    /** A level with this opacity laid on white; both 0..255. */
    static int onWhite(int level, int alpha) {
        return (level * alpha + 255 * (255 - alpha) + 127) / 255;
    }

    /** A 16-bit level with a 16-bit opacity laid on white, as 8 bits, rounded once. */
    static int onWhite16(int level, int alpha) {
        long whole = 65_535L * 65_535L;
        long laid = (long) level * alpha + 65_535L * (65_535 - alpha);
        return (int) ((laid * 510 + whole) / (2 * whole));
    }

    /** Luma of ITU-R BT.601 in 16-bit fixed point: 0.299 R + 0.587 G + 0.114 B, rounded. */
    static int luma(int r, int g, int b) {
        return (19_595 * r + 38_470 * g + 7_471 * b + 32_768) >>> 16;
    }

    /** One channel where every pixel is grey, else the three as they are. */
    static Content.Pixels reduced(int width, int height, byte[] rgb) {
        for (int i = 0; i < rgb.length; i += 3) {
            if (rgb[i] != rgb[i + 1] || rgb[i] != rgb[i + 2]) {
                return new Content.Pixels(width, height, 3, rgb);
            }
        }
        byte[] grey = new byte[width * height];
        for (int i = 0; i < grey.length; i++) {
            grey[i] = rgb[3 * i];
        }
        return new Content.Pixels(width, height, 1, grey);
    }
}
