package dev.kindred.media;

import dev.kindred.core.Content;

/**
 * The EXIF orientation of a photograph (CIPA DC-008, tag 0x0112): how the stored rows are to be turned to stand
 * upright.
 */
final class Orientation {
    private Orientation() {}

    /** @return 1 to 8; {@code otherwise} where the segment says nothing sound */
    static int ofExif(byte[] bytes, int at, int length, int otherwise) {
        if (length < 20 || bytes[at] != 'E' || bytes[at + 1] != 'x' || bytes[at + 2] != 'i' || bytes[at + 3] != 'f') {
            return otherwise;
        }
        int base = at + 6;
        int end = at + length;
        boolean little = bytes[base] == 'I';
        long directory = base + (u32(bytes, base + 4, little) & 0xFFFF_FFFFL);
        if (directory + 2 > end) {
            return otherwise;
        }
        int entries = u16(bytes, (int) directory, little);
        for (int i = 0; i < entries; i++) {
            long entry = directory + 2 + 12L * i;
            if (entry + 12 > end) {
                return otherwise;
            }
            if (u16(bytes, (int) entry, little) == 0x0112) {
                int value = u16(bytes, (int) entry + 8, little);
                return value >= 1 && value <= 8 ? value : otherwise;
            }
        }
        return otherwise;
    }

    static Content.Pixels upright(int width, int height, int channels, byte[] values, int orientation) {
        if (orientation == 1) {
            return new Content.Pixels(width, height, channels, values);
        }
        boolean turned = orientation >= 5;
        int w = turned ? height : width;
        int h = turned ? width : height;
        byte[] out = new byte[values.length];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int sx = turned ? y : x;
                int sy = turned ? x : y;
                if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) {
                    sx = width - 1 - sx;
                }
                if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) {
                    sy = height - 1 - sy;
                }
                System.arraycopy(values, (sy * width + sx) * channels, out, (y * w + x) * channels, channels);
            }
        }
        return new Content.Pixels(w, h, channels, out);
    }

    private static int u16(byte[] b, int at, boolean little) {
        int first = b[at] & 0xFF;
        int second = b[at + 1] & 0xFF;
        return little ? second << 8 | first : first << 8 | second;
    }

    private static int u32(byte[] b, int at, boolean little) {
        int first = u16(b, at, little);
        int second = u16(b, at + 2, little);
        return little ? second << 16 | first : first << 16 | second;
    }
}
