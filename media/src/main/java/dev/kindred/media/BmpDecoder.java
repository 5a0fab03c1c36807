package dev.kindred.media;

import dev.kindred.core.Content;
import java.util.Arrays;

/**
 * Windows and OS/2 bitmaps: 1, 4, 8, 16, 24 and 32 bits, run-length and bit-field forms, rows from the bottom or the
 * top.
 */
final class BmpDecoder implements Decoder {
    private static final int PLAIN = 0;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int FIELDS = 3;
    private static final int ALPHA_FIELDS = 6;

    private final Source in;
    private int width;
    private int height;
    private boolean fromTop;
    private int bits;
    private int compression;
    private int palette;
    private int paletteStep;
    private int colours;
    private final int[] masks = new int[4];

    BmpDecoder(byte[] bytes, String where) {
        in = new Source(bytes, where);
    }

    @Override
    public Content.Pixels decode() {
        in.seek(10);
        long pixels = in.i32le() & 0xFFFF_FFFFL;
        readHeader(pixels);
        in.seek(pixels);
        boolean runs = compression == RLE8 || compression == RLE4;
        if (!runs) {
            long stride = ((long) width * bits + 31) / 32 * 4;
            long lastLine = ((long) width * bits + 7) / 8;
            in.need(stride * (height - 1) + lastLine);
        }
        byte[] rgb = new byte[width * height * 3];
        if (runs) {
            Arrays.fill(rgb, (byte) 255);
            runs(rgb);
        } else if (bits <= 8) {
            indexed(rgb);
        } else {
            direct(rgb);
        }
        return Levels.reduced(width, height, rgb);
    }

    @Override
    public long claimed() {
        in.seek(10);
        readHeader(in.i32le() & 0xFFFF_FFFFL);
        return (long) width * height;
    }

    private void readHeader(long pixels) {
        long size = in.i32le() & 0xFFFF_FFFFL;
        int start = in.at - 4;
        if (size == 12) {
            width = in.u16le();
            height = in.u16le();
            in.skip(2);
            bits = in.u16le();
            paletteStep = 3;
        } else if (size >= 40 && size <= 1024) {
            width = in.i32le();
            int rows = in.i32le();
            fromTop = rows < 0;
            height = fromTop ? -rows : rows;
            in.skip(2);
            bits = in.u16le();
            compression = in.i32le();
            in.skip(12);
            colours = in.i32le();
            in.skip(4);
            paletteStep = 4;
        } else {
            throw in.refuse("has a BMP header of " + size + " bytes, which is none of the known");
        }
        Bounds.check(width, height, in.where);
        boolean known = switch (compression) {
            case PLAIN -> bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
            case RLE8 -> bits == 8 && !fromTop;
            case RLE4 -> bits == 4 && !fromTop;
            case FIELDS, ALPHA_FIELDS -> bits == 16 || bits == 32;
            default -> false;
        };
        if (!known) {
            throw in.refuse("is a BMP of " + bits + " bits and compression " + compression + ", which is not read");
        }
        readMasks(start, size);
        palette = in.at;
        if (bits <= 8) {
            int most = 1 << bits;
            long room = Math.max(0, pixels - palette) / paletteStep;
            colours = (int) Math.min(colours <= 0 || colours > most ? most : colours, room);
            if (colours == 0) {
                throw in.refuse("is a BMP without its palette");
            }
            in.need((long) colours * paletteStep);
        }
    }

    private void readMasks(int start, long size) {
        if (compression == FIELDS || compression == ALPHA_FIELDS) {
            in.seek(start + 40L);
            for (int i = 0; i < 3; i++) {
                masks[i] = in.i32le();
            }
            if (size >= 56 || compression == ALPHA_FIELDS) {
                masks[3] = in.i32le();
            }
        } else if (bits == 16) {
            masks[0] = 0x7C00;
            masks[1] = 0x03E0;
            masks[2] = 0x001F;
        } else {
            masks[0] = 0xFF_0000;
            masks[1] = 0x00_FF00;
            masks[2] = 0x00_00FF;
        }
        in.seek(Math.max(in.at, start + size));
    }

    private int row(int line) {
        return fromTop ? line : height - 1 - line;
    }

    private void indexed(byte[] rgb) {
        int stride = (int) (((long) width * bits + 31) / 32 * 4);
        int mask = (1 << bits) - 1;
        int perByte = 8 / bits;
        for (int line = 0; line < height; line++) {
            int from = in.at + line * stride;
            for (int x = 0; x < width; x++) {
                int shift = 8 - bits * (x % perByte + 1);
                paint(rgb, row(line), x, in.bytes[from + x / perByte] >> shift & mask);
            }
        }
    }

    private void paint(byte[] rgb, int y, int x, int index) {
        if (index >= colours) {
            throw in.refuse("is damaged: a pixel points past its palette");
        }
        int from = palette + index * paletteStep;
        int to = (y * width + x) * 3;
        rgb[to] = in.bytes[from + 2];
        rgb[to + 1] = in.bytes[from + 1];
        rgb[to + 2] = in.bytes[from];
    }

    private void direct(byte[] rgb) {
        int size = bits / 8;
        int stride = (width * size + 3) / 4 * 4;
        boolean alpha = masks[3] != 0 && anyOpaque(size, stride);
        for (int line = 0; line < height; line++) {
            int from = in.at + line * stride;
            int to = row(line) * width * 3;
            for (int x = 0; x < width; x++, from += size, to += 3) {
                int pixel = pixel(from, size);
                int opacity = alpha ? field(pixel, masks[3]) : 255;
                for (int c = 0; c < 3; c++) {
                    rgb[to + c] = (byte) Levels.onWhite(field(pixel, masks[c]), opacity);
                }
            }
        }
    }

    /** Many writers leave the opacity of all pixels 0 and mean none. */
    private boolean anyOpaque(int size, int stride) {
        for (int line = 0; line < height; line++) {
            for (int x = 0; x < width; x++) {
                if ((pixel(in.at + line * stride + x * size, size) & masks[3]) != 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private int pixel(int from, int size) {
        int pixel = 0;
        for (int i = size - 1; i >= 0; i--) {
            pixel = pixel << 8 | in.bytes[from + i] & 0xFF;
        }
        return pixel;
    }

    private static int field(int pixel, int mask) {
        if (mask == 0) {
            return 0;
        }
        int shift = Integer.numberOfTrailingZeros(mask);
        long max = (mask & 0xFFFF_FFFFL) >>> shift;
        long v = ((pixel & mask) & 0xFFFF_FFFFL) >>> shift;
        return (int) ((v * 510 + max) / (2 * max));
    }

    /** Pixels that no run reaches stay white. */
    private void runs(byte[] rgb) {
        int x = 0;
        int line = 0;
        while (line < height) {
            int count = in.u8();
            int value = in.u8();
            if (count > 0) {
                for (int i = 0; i < count && x < width; i++, x++) {
                    paint(rgb, row(line), x, bits == 8 ? value : (i & 1) == 0 ? value >> 4 : value & 15);
                }
            } else if (value == 0) {
                x = 0;
                line++;
            } else if (value == 1) {
                return;
            } else if (value == 2) {
                // No further than the edge: a file may be long enough to count past what an int holds.
                x = Math.min(width, x + in.u8());
                line += in.u8();
            } else {
                int bytes = bits == 8 ? value : (value + 1) / 2;
                in.need(bytes);
                for (int i = 0; i < value && x < width; i++, x++) {
                    int packed = in.bytes[in.at + (bits == 8 ? i : i / 2)] & 0xFF;
                    paint(rgb, row(line), x, bits == 8 ? packed : (i & 1) == 0 ? packed >> 4 : packed & 15);
                }
                in.skip(bytes);
                in.skip(Math.min(bytes & 1, in.left()));
            }
        }
    }
}
