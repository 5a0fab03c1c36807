package dev.kindred.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * PNG written by hand from raw samples, with a random filter a line and the data cut into chunks of random length:
 * whatever a writer may do. Written from the specification, apart from the code under test.
 */
final class HandMadePng {
    final int width;
    final int height;
    final int type;
    final int depth;
    final boolean interlaced;
    /** {@code [y][x * samples + s]}, at the PNG's own depth. */
    final int[][] samples;

    byte @Nullable [] palette;
    byte @Nullable [] transparency;

    HandMadePng(int width, int height, int type, int depth, boolean interlaced, Random random) {
        this.width = width;
        this.height = height;
        this.type = type;
        this.depth = depth;
        this.interlaced = interlaced;
        int colours = Math.min(1 << depth, 256);
        if (type == 3) {
            colours = 1 + random.nextInt(colours);
            palette = new byte[3 * colours];
            random.nextBytes(palette);
        }
        samples = new int[height][width * perPixel()];
        for (int[] row : samples) {
            for (int i = 0; i < row.length; i++) {
                row[i] = random.nextInt(type == 3 ? colours : 1 << depth);
            }
        }
    }

    int perPixel() {
        return switch (type) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
    }

    byte[] bytes(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        chunk(
                out,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) depth)
                        .put((byte) type)
                        .put((byte) 0)
                        .put((byte) 0)
                        .put((byte) (interlaced ? 1 : 0))
                        .array());
        // A gamma that would change every level if it were obeyed.
        chunk(out, "gAMA", ByteBuffer.allocate(4).putInt(100_000).array());
        if (palette != null) {
            chunk(out, "PLTE", palette);
        }
        if (transparency != null) {
            chunk(out, "tRNS", transparency);
        }
        byte[] data = deflate(filtered(random));
        int at = 0;
        while (at < data.length) {
            int n = Math.min(data.length - at, random.nextInt(64));
            byte[] part = new byte[n];
            System.arraycopy(data, at, part, 0, n);
            chunk(out, "IDAT", part);
            at += n;
        }
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private byte[] filtered(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int[][] passes = interlaced
                ? new int[][] {
                    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
                }
                : new int[][] {{0, 0, 1, 1}};
        int bitsPerPixel = perPixel() * depth;
        int step = Math.max(1, bitsPerPixel / 8);
        for (int[] pass : passes) {
            byte[] above = null;
            for (int y = pass[1]; y < height; y += pass[3]) {
                StringBuilder bits = new StringBuilder();
                for (int x = pass[0]; x < width; x += pass[2]) {
                    for (int s = 0; s < perPixel(); s++) {
                        int v = samples[y][x * perPixel() + s];
                        for (int bit = depth - 1; bit >= 0; bit--) {
                            bits.append((v >> bit) & 1);
                        }
                    }
                }
                if (bits.isEmpty()) {
                    continue;
                }
                while (bits.length() % 8 != 0) {
                    bits.append('0');
                }
                byte[] row = new byte[bits.length() / 8];
                for (int i = 0; i < row.length; i++) {
                    row[i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
                }
                int filter = random.nextInt(5);
                out.write(filter);
                for (int i = 0; i < row.length; i++) {
                    int a = i >= step ? row[i - step] & 0xFF : 0;
                    int b = above != null ? above[i] & 0xFF : 0;
                    int c = above != null && i >= step ? above[i - step] & 0xFF : 0;
                    int guess = new int[] {0, a, b, (a + b) / 2, paeth(a, b, c)}[filter];
                    out.write(row[i] - guess);
                }
                above = row;
            }
        }
        return out.toByteArray();
    }

    private static int paeth(int a, int b, int c) {
        int p = a + b - c;
        if (Math.abs(p - a) <= Math.abs(p - b) && Math.abs(p - a) <= Math.abs(p - c)) {
            return a;
        }
        return Math.abs(p - b) <= Math.abs(p - c) ? b : c;
    }

    static byte[] deflate(byte[] raw) {
        Deflater deflater = new Deflater();
        deflater.setInput(raw);
        deflater.finish();
        byte[] buffer = new byte[raw.length + 1000];
        int n = deflater.deflate(buffer);
        deflater.end();
        return Arrays.copyOf(buffer, n);
    }

    static void chunk(ByteArrayOutputStream out, String name, byte[] body) {
        byte[] type = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(type);
        crc.update(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        out.writeBytes(type);
        out.writeBytes(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    /** A PNG header that claims this size, and no more than a few bytes of data. */
    static byte[] claiming(int width, int height) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        chunk(
                out,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put(new byte[] {8, 0, 0, 0, 0})
                        .array());
        chunk(out, "IDAT", deflate(new byte[100]));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }
}
