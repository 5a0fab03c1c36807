package dev.kindred.media;

import dev.kindred.core.Content;
import java.util.Arrays;

/** GIF87a and GIF89a: the first frame, on the logical screen, on white. */
final class GifDecoder implements Decoder {
    private final Source in;
    private int screenWidth;
    private int screenHeight;
    private int globalTable = -1;
    private int globalColours;
    private int transparent = -1;

    GifDecoder(byte[] bytes, String where) {
        in = new Source(bytes, where);
    }

    @Override
    public Content.Pixels decode() {
        findFrame();
        return frame();
    }

    @Override
    public long claimed() {
        findFrame();
        int left = in.u16le();
        int top = in.u16le();
        return Bounds.check(
                Math.max(screenWidth, left + in.u16le()), Math.max(screenHeight, top + in.u16le()), in.where);
    }

    private void findFrame() {
        in.skip(6);
        screenWidth = in.u16le();
        screenHeight = in.u16le();
        int flags = in.u8();
        in.skip(2);
        if ((flags & 0x80) != 0) {
            globalColours = 2 << (flags & 7);
            globalTable = in.at;
            in.skip(3L * globalColours);
        }
        while (true) {
            switch (in.u8()) {
                case 0x2C -> {
                    return;
                }
                case 0x21 -> extension();
                case 0x3B -> throw in.refuse("is a GIF without a frame");
                default -> throw in.refuse("is damaged: an unknown GIF block at byte " + (in.at - 1));
            }
        }
    }

    private void extension() {
        int label = in.u8();
        int size = in.u8();
        if (label == 0xF9 && size >= 4) {
            in.need(size);
            int flags = in.bytes[in.at] & 0xFF;
            transparent = (flags & 1) != 0 ? in.bytes[in.at + 3] & 0xFF : -1;
        }
        while (size != 0) {
            in.skip(size);
            size = in.u8();
        }
    }

    private Content.Pixels frame() {
        int left = in.u16le();
        int top = in.u16le();
        int width = in.u16le();
        int height = in.u16le();
        int flags = in.u8();
        Bounds.check(width, height, in.where);
        // A frame that sticks out widens the screen, as browsers have it.
        int screenW = Math.max(screenWidth, left + width);
        int screenH = Math.max(screenHeight, top + height);
        Bounds.check(screenW, screenH, in.where);
        int table = globalTable;
        int colours = globalColours;
        if ((flags & 0x80) != 0) {
            colours = 2 << (flags & 7);
            table = in.at;
            in.skip(3L * colours);
        }
        if (table < 0) {
            throw in.refuse("is a GIF without a colour table");
        }
        byte[] indices = lzw(width * height);
        byte[] rgb = new byte[screenW * screenH * 3];
        Arrays.fill(rgb, (byte) 255);
        boolean interlaced = (flags & 0x40) != 0;
        for (int line = 0; line < height; line++) {
            int y = top + (interlaced ? interlacedRow(line, height) : line);
            for (int x = 0; x < width; x++) {
                int index = indices[line * width + x] & 0xFF;
                if (index == transparent) {
                    continue;
                }
                if (index >= colours) {
                    throw in.refuse("is damaged: a pixel points past its colour table");
                }
                System.arraycopy(in.bytes, table + 3 * index, rgb, (y * screenW + left + x) * 3, 3);
            }
        }
        return Levels.reduced(screenW, screenH, rgb);
    }

    /** Lines come every 8th from 0, every 8th from 4, every 4th from 2, every 2nd from 1. */
    private static int interlacedRow(int line, int height) {
        int[] starts = {0, 4, 2, 1};
        int[] steps = {8, 8, 4, 2};
        int rest = line;
        for (int pass = 0; pass < 4; pass++) {
            int lines = Math.max(0, (height - starts[pass] + steps[pass] - 1) / steps[pass]);
            if (rest < lines) {
                return starts[pass] + rest * steps[pass];
            }
            rest -= lines;
        }
        throw new AssertionError("line " + line + " of " + height);
    }

    /** Variable-width LZW, codes from the low bit, in sub-blocks of up to 255 bytes. */
    private byte[] lzw(int count) {
        int minBits = in.u8();
        if (minBits < 1 || minBits > 8) {
            throw in.refuse("is damaged: a GIF code size of " + minBits);
        }
        int clear = 1 << minBits;
        int end = clear + 1;
        int[] prefix = new int[4096];
        byte[] suffix = new byte[4096];
        byte[] stack = new byte[4097];
        for (int i = 0; i < clear; i++) {
            suffix[i] = (byte) i;
        }
        byte[] out = new byte[count];
        int done = 0;
        int bits = minBits + 1;
        int next = end + 1;
        int previous = -1;
        int first = 0;
        int held = 0;
        int heldBits = 0;
        int block = 0;
        while (done < count) {
            while (heldBits < bits) {
                if (block == 0) {
                    block = in.u8();
                    if (block == 0) {
                        throw in.refuse("has fewer pixels than its header claims");
                    }
                }
                held |= in.u8() << heldBits;
                heldBits += 8;
                block--;
            }
            int code = held & ((1 << bits) - 1);
            held >>>= bits;
            heldBits -= bits;
            if (code == clear) {
                bits = minBits + 1;
                next = end + 1;
                previous = -1;
                continue;
            }
            if (code == end) {
                throw in.refuse("has fewer pixels than its header claims");
            }
            if (code > next || (code == next && previous < 0) || (previous < 0 && code > end)) {
                throw in.refuse("is damaged: a GIF code that is not known yet");
            }
            int depth = 0;
            int walk = code;
            if (code == next) {
                stack[depth++] = (byte) first;
                walk = previous;
            }
            while (walk > end) {
                stack[depth++] = suffix[walk];
                walk = prefix[walk];
            }
            first = suffix[walk] & 0xFF;
            stack[depth++] = (byte) first;
            while (depth > 0 && done < count) {
                out[done++] = stack[--depth];
            }
            if (previous >= 0 && next < 4096) {
                prefix[next] = previous;
                suffix[next] = (byte) first;
                next++;
                if (next == 1 << bits && bits < 12) {
                    bits++;
                }
            }
            previous = code;
        }
        return out;
    }
}
