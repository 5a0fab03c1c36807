package dev.kindred.media;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Turns an unfiltered PNG line of any colour type and depth into 8-bit grey or RGB on white. */
final class PngRows {
    private final Source in;
    private final int type;
    private final int depth;
    /** For types with one small sample a pixel: its level, or its colour's three. */
    private final byte[] table;
    /** How many of the table's entries exist; a sample beyond is damage. */
    private final int known;

    private final int channels;
    /** The samples that stand for "transparent", at the picture's own depth; none where −1. */
    private final int clear0;

    private final int clear1;
    private final int clear2;

    PngRows(Source in, int type, int depth, byte @Nullable [] palette, byte @Nullable [] transparency) {
        this.in = in;
        this.type = type;
        this.depth = depth;
        clear0 = transparency == null || type != 0 && type != 2 ? -1 : sample(transparency, 0);
        clear1 = transparency == null || type != 2 ? -1 : sample(transparency, 2);
        clear2 = transparency == null || type != 2 ? -1 : sample(transparency, 4);
        if (type == 3 && palette != null) {
            byte[] colours = coloursOnWhite(palette, transparency);
            known = palette.length / 3;
            boolean grey = true;
            for (int i = 0; i < colours.length; i += 3) {
                grey &= colours[i] == colours[i + 1] && colours[i] == colours[i + 2];
            }
            channels = grey ? 1 : 3;
            // As long as a sample can point, so that damage is noticed afterwards, not by an exception midway.
            table = Arrays.copyOf(grey ? everyThird(colours) : colours, (1 << depth) * channels);
        } else {
            channels = type == 0 || type == 4 ? 1 : 3;
            known = type == 0 && depth < 8 ? 1 << depth : 0;
            table = new byte[known];
            for (int v = 0; v < known; v++) {
                table[v] = (byte) (v == clear0 ? 255 : v * 255 / (known - 1));
            }
        }
    }

    int channels() {
        return channels;
    }

    void expand(byte[] line, int width, byte[] out, int at) {
        if (known > 0) {
            byIndex(line, width, out, at);
            return;
        }
        switch (type) {
            case 0 -> grey(line, width, out, at);
            case 2 -> rgb(line, width, out, at);
            case 4 -> withAlpha(line, width, 1, out, at);
            default -> withAlpha(line, width, 3, out, at);
        }
    }

    private void byIndex(byte[] line, int width, byte[] out, int at) {
        int mask = (1 << depth) - 1;
        int perByteLog = depth == 1 ? 3 : depth == 2 ? 2 : depth == 4 ? 1 : 0;
        int inByte = (1 << perByteLog) - 1;
        int worst = 0;
        for (int x = 0; x < width; x++) {
            int shift = (inByte - (x & inByte)) * depth;
            int v = (line[x >> perByteLog] >> shift) & mask;
            worst = Math.max(worst, v);
            if (channels == 1) {
                out[at + x] = table[v];
            } else {
                out[at + 3 * x] = table[3 * v];
                out[at + 3 * x + 1] = table[3 * v + 1];
                out[at + 3 * x + 2] = table[3 * v + 2];
            }
        }
        if (worst >= known) {
            throw in.refuse("is damaged: a pixel points past its palette");
        }
    }

    private void grey(byte[] line, int width, byte[] out, int at) {
        if (depth == 8) {
            System.arraycopy(line, 0, out, at, width);
            if (clear0 >= 0) {
                for (int x = 0; x < width; x++) {
                    out[at + x] = (line[x] & 0xFF) == clear0 ? (byte) 255 : line[x];
                }
            }
            return;
        }
        for (int x = 0; x < width; x++) {
            int v = sample(line, 2 * x);
            out[at + x] = (byte) (v == clear0 ? 255 : Levels.from16(v));
        }
    }

    private void rgb(byte[] line, int width, byte[] out, int at) {
        if (depth == 8 && clear0 < 0) {
            System.arraycopy(line, 0, out, at, 3 * width);
            return;
        }
        int size = depth / 8;
        for (int x = 0; x < width; x++) {
            int r = value(line, 3 * x, size);
            int g = value(line, (3 * x + 1), size);
            int b = value(line, (3 * x + 2), size);
            boolean clear = r == clear0 && g == clear1 && b == clear2;
            out[at + 3 * x] = (byte) (clear ? 255 : size == 1 ? r : Levels.from16(r));
            out[at + 3 * x + 1] = (byte) (clear ? 255 : size == 1 ? g : Levels.from16(g));
            out[at + 3 * x + 2] = (byte) (clear ? 255 : size == 1 ? b : Levels.from16(b));
        }
    }

    private void withAlpha(byte[] line, int width, int colours, byte[] out, int at) {
        int size = depth / 8;
        for (int x = 0; x < width; x++) {
            int pixel = x * (colours + 1);
            int alpha = value(line, pixel + colours, size);
            for (int c = 0; c < colours; c++) {
                int v = value(line, pixel + c, size);
                out[at + x * colours + c] = (byte) (size == 1 ? Levels.onWhite(v, alpha) : Levels.onWhite16(v, alpha));
            }
        }
    }

    private static int value(byte[] line, int index, int size) {
        return size == 1 ? line[index] & 0xFF : sample(line, 2 * index);
    }

    private static int sample(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    private static byte[] coloursOnWhite(byte[] palette, byte @Nullable [] transparency) {
        byte[] colours = new byte[palette.length];
        for (int i = 0; i < palette.length; i++) {
            int alpha = transparency != null && i / 3 < transparency.length ? transparency[i / 3] & 0xFF : 255;
            colours[i] = (byte) Levels.onWhite(palette[i] & 0xFF, alpha);
        }
        return colours;
    }

    private static byte[] everyThird(byte[] colours) {
        byte[] levels = new byte[colours.length / 3];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = colours[3 * i];
        }
        return levels;
    }
}
