package dev.kindred.media;

import dev.kindred.core.Content;

/** Netpbm's PBM, PGM and PPM, plain (P1–P3) and raw (P4–P6), one or two bytes a sample. */
final class PnmDecoder implements Decoder {
    private final Source in;

    PnmDecoder(byte[] bytes, String where) {
        in = new Source(bytes, where);
    }

    @Override
    public Content.Pixels decode() {
        in.skip(1);
        int kind = in.u8() - '0';
        int width = number();
        int height = number();
        Bounds.check(width, height, in.where);
        boolean bits = kind == 1 || kind == 4;
        int max = bits ? 1 : number();
        if (max < 1 || max > 65_535) {
            throw in.refuse("has a largest level of " + max + "; 1 to 65535 is meant");
        }
        if (kind >= 4) {
            // Exactly one white space ends the header of the raw forms.
            in.skip(1);
        }
        int channels = kind == 3 || kind == 6 ? 3 : 1;
        if (kind == 4) {
            return new Content.Pixels(width, height, 1, rawBits(width, height));
        }
        in.need((long) width * height * channels * (kind >= 5 && max > 255 ? 2 : 1));
        byte[] values = new byte[width * height * channels];
        for (int i = 0; i < values.length; i++) {
            int v = kind == 1 ? plainBit() : kind <= 3 ? number() : max > 255 ? in.u16be() : in.u8();
            if (v > max) {
                throw in.refuse("has a level of " + v + " above its own largest, " + max);
            }
            values[i] = (byte) (kind == 1 ? 255 * (1 - v) : max == 255 ? v : Levels.from(v, max));
        }
        return channels == 1 ? new Content.Pixels(width, height, 1, values) : Levels.reduced(width, height, values);
    }

    @Override
    public long claimed() {
        in.skip(2);
        return Bounds.check(number(), number(), in.where);
    }

    /** 1 is black. */
    private byte[] rawBits(int width, int height) {
        int stride = (width + 7) / 8;
        in.need((long) stride * height);
        byte[] values = new byte[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int bit = in.bytes[in.at + y * stride + (x >> 3)] >> (7 - (x & 7)) & 1;
                values[y * width + x] = (byte) (bit == 1 ? 0 : 255);
            }
        }
        return values;
    }

    private int plainBit() {
        int c = skipSpace();
        if (c != '0' && c != '1') {
            throw in.refuse("is damaged: a pixel of a PBM is 0 or 1");
        }
        return c - '0';
    }

    private int number() {
        int c = skipSpace();
        if (c < '0' || c > '9') {
            throw in.refuse("is damaged: a number was expected at byte " + (in.at - 1));
        }
        int n = 0;
        while (c >= '0' && c <= '9') {
            n = Math.min(n * 10 + c - '0', 99_999_999);
            if (in.left() == 0) {
                return n;
            }
            c = in.u8();
        }
        in.at--;
        return n;
    }

    /** The first byte that is neither white space nor in a comment. */
    private int skipSpace() {
        while (true) {
            int c = in.u8();
            if (c == '#') {
                while (c != '\n' && c != '\r') {
                    c = in.u8();
                }
            } else if (c != ' ' && (c < 9 || c > 13)) {
                return c;
            }
        }
    }
}
