package dev.kindred.fuzz;

import dev.kindred.core.Keyed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Spoils bytes without knowing what they mean, and pictures by knowing where their lengths stand. */
final class ByteSpoiling {
    private static final int PNG_HEADER = 8;

    private ByteSpoiling() {}

    /** Bits flipped, a piece cut out, put in, doubled or made noise; or cut short. */
    static byte[] of(byte[] bytes, Keyed random) {
        if (bytes.length == 0) {
            return Odd.noise(random, 1 + random.nextInt(64));
        }
        byte[] now = bytes;
        for (int times = 1 + random.nextInt(4); times > 0 && now.length > 0; times--) {
            int at = random.nextInt(now.length);
            int length = Math.min(now.length - at, 1 + random.nextInt(32));
            now = switch (random.nextInt(7)) {
                case 0, 1 -> flipped(now, random);
                case 2 -> Arrays.copyOf(now, at);
                case 3 -> spliced(now, at, length, new byte[0]);
                case 4 -> spliced(now, at, 0, Arrays.copyOfRange(now, at, at + length));
                case 5 -> spliced(now, at, 0, Odd.noise(random, 1 + random.nextInt(64)));
                default -> spliced(now, at, length, Odd.noise(random, length));
            };
        }
        return now;
    }

    private static byte[] flipped(byte[] bytes, Keyed random) {
        byte[] flipped = bytes.clone();
        for (int times = 1 + random.nextInt(8); times > 0; times--) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private static byte[] spliced(byte[] bytes, int at, int length, byte[] with) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(with);
        out.write(bytes, at + length, bytes.length - at - length);
        return out.toByteArray();
    }

    /** A picture of any kind; of a PNG also its chunks, or another that claims or unpacks to much. */
    static byte[] picture(byte[] bytes, Keyed random) {
        boolean png = bytes.length > PNG_HEADER + 25 && bytes[1] == 'P';
        return switch (random.nextInt(png ? 8 : 3)) {
            case 0, 1 -> of(bytes, random);
            case 2 -> random.nextInt(2) == 0 ? Odd.noise(random, random.nextInt(300)) : magic(random);
            case 3 -> claiming(bytes, random);
            case 4 -> resealed(flipped(bytes, random));
            case 5 -> lengths(bytes, random);
            case 6 -> random.nextInt(400) == 0 ? bomb(6_000) : bomb(200 + random.nextInt(600));
            default -> text(bytes, random);
        };
    }

    /** The first bytes of a picture, and nothing behind them. */
    private static byte[] magic(Keyed random) {
        String[] starts = {
            "GIF89a", "RIFF\0\0\0\0WEBPVP8 ", "BM", "II*\0", "MM\0*", "\u0000\u0000\u0001\u0000", "P6 9 9 9 "
        };
        byte[] start = Odd.one(random, starts).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        return spliced(Odd.noise(random, 40), 0, 0, start);
    }

    /** Another width, height, depth, colour or interlacing, with a checksum that holds. */
    private static byte[] claiming(byte[] png, Keyed random) {
        byte[] other = png.clone();
        int at = PNG_HEADER + 8 + random.nextInt(13);
        other[at] = (byte) random.nextInt(256);
        if (random.nextInt(3) == 0) {
            Arrays.fill(other, PNG_HEADER + 8, PNG_HEADER + 16, (byte) random.nextInt(256));
        }
        return resealed(other);
    }

    /** Makes each chunk's checksum true again, so that what is spoiled is looked at. */
    private static byte[] resealed(byte[] png) {
        byte[] sealed = png.clone();
        int at = PNG_HEADER;
        while (at + 12 <= sealed.length) {
            int length = whole(sealed, at);
            if (length < 0 || at + 12L + length > sealed.length) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(sealed, at + 4, length + 4);
            put(sealed, at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
        return sealed;
    }

    /** A chunk's length that is not its own. */
    private static byte[] lengths(byte[] png, Keyed random) {
        byte[] other = png.clone();
        int[] odd = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1, png.length, random.nextInt(1 << 20)};
        put(other, PNG_HEADER + 25, odd[random.nextInt(odd.length)]);
        return other;
    }

    /** Much of nothing, which packs to a thousandth. */
    private static byte[] bomb(int side) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        byte[] header = new byte[13];
        put(header, 0, side);
        put(header, 4, side);
        header[8] = 8;
        chunk(png, "IHDR", header);
        chunk(png, "IDAT", deflated((side + 1) * side));
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    /** A compressed text that unpacks to some megabytes, before the picture's own data. */
    private static byte[] text(byte[] png, Keyed random) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {'a', 0, 0});
        body.writeBytes(deflated(random.nextInt(4 << 20)));
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk(chunk, random.nextInt(2) == 0 ? "zTXt" : "iCCP", body.toByteArray());
        return spliced(png, PNG_HEADER + 25, 0, chunk.toByteArray());
    }

    private static void chunk(ByteArrayOutputStream png, String name, byte[] body) {
        byte[] whole = new byte[body.length + 12];
        put(whole, 0, body.length);
        for (int i = 0; i < 4; i++) {
            whole[4 + i] = (byte) name.charAt(i);
        }
        System.arraycopy(body, 0, whole, 8, body.length);
        CRC32 crc = new CRC32();
        crc.update(whole, 4, body.length + 4);
        put(whole, body.length + 8, (int) crc.getValue());
        png.writeBytes(whole);
    }

    private static byte[] deflated(int zeros) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (DeflaterOutputStream packed = new DeflaterOutputStream(out, deflater)) {
            zeros(packed, zeros);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deflater.end();
        }
        return out.toByteArray();
    }

    /** @param zeros that it unpacks to */
    static byte[] gzip(int zeros) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
            zeros(packed, zeros);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void zeros(java.io.OutputStream out, int count) throws IOException {
        byte[] block = new byte[1 << 16];
        for (int left = count; left > 0; left -= block.length) {
            out.write(block, 0, Math.min(left, block.length));
        }
    }

    private static int whole(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 24
                | (bytes[at + 1] & 0xFF) << 16
                | (bytes[at + 2] & 0xFF) << 8
                | bytes[at + 3] & 0xFF;
    }

    private static void put(byte[] bytes, int at, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >>> (24 - 8 * i));
        }
    }
}
