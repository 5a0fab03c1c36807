package dev.kindred.media;

import dev.kindred.core.Content;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes 8-bit grey or RGB PNG; each line takes the filter of the least sum of magnitudes, as the PNG specification
 * advises.
 */
final class PngEncoder {
    private PngEncoder() {}

    static byte[] encode(Content.Pixels picture) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        byte[] header = ByteBuffer.allocate(13)
                .putInt(picture.width())
                .putInt(picture.height())
                .put((byte) 8)
                .put((byte) (picture.channels() == 1 ? 0 : 2))
                .array();
        chunk(out, "IHDR", header);
        chunk(out, "IDAT", deflate(picture));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static byte[] deflate(Content.Pixels picture) {
        int channels = picture.channels();
        int stride = picture.width() * channels;
        byte[] above = new byte[stride];
        byte[] row = new byte[stride];
        byte[][] filtered = new byte[5][stride + 1];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION);
        try {
            for (int y = 0; y < picture.height(); y++) {
                System.arraycopy(picture.values(), y * stride, row, 0, stride);
                deflater.setInput(filtered[best(row, above, channels, filtered)]);
                drain(deflater, buffer, out);
                byte[] swap = above;
                above = row;
                row = swap;
            }
            deflater.finish();
            drain(deflater, buffer, out);
        } finally {
            deflater.end();
        }
        return out.toByteArray();
    }

    private static void drain(Deflater deflater, byte[] buffer, ByteArrayOutputStream out) {
        int n = deflater.deflate(buffer);
        while (n > 0) {
            out.write(buffer, 0, n);
            n = deflater.deflate(buffer);
        }
    }

    private static int best(byte[] row, byte[] above, int step, byte[][] filtered) {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int filter = 0; filter < 5; filter++) {
            byte[] line = filtered[filter];
            line[0] = (byte) filter;
            long sum = 0;
            for (int i = 0; i < row.length; i++) {
                int left = i < step ? 0 : row[i - step] & 0xFF;
                int up = above[i] & 0xFF;
                int corner = i < step ? 0 : above[i - step] & 0xFF;
                int guess = switch (filter) {
                    case 1 -> left;
                    case 2 -> up;
                    case 3 -> (left + up) >> 1;
                    case 4 -> PngDecoder.paeth(left, up, corner);
                    default -> 0;
                };
                byte rest = (byte) (row[i] - guess);
                line[i + 1] = rest;
                sum += Math.abs(rest);
            }
            if (sum < least) {
                least = sum;
                best = filter;
            }
        }
        return best;
    }

    private static void chunk(ByteArrayOutputStream out, String name, byte[] body) {
        byte[] type = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(type);
        crc.update(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        out.writeBytes(type);
        out.writeBytes(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
