package dev.kindred.media;

import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Pictures from strangers. What a file is, is told by its first bytes, never by its name; its size is checked on the
 * header before anything of that size is allocated: a file of at most 64 MiB, at most 16,384 pixels a side and
 * 67,108,864 in all.
 */
public final class Pictures {
    /** The largest picture file read, in bytes. */
    public static final int MAX_FILE_BYTES = Bounds.MAX_FILE_BYTES;

    /** The most pixels of one picture. */
    public static final long MAX_PIXELS = Bounds.MAX_PIXELS;

    private static final List<String> EXTENSIONS =
            List.of(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".dib", ".pgm", ".ppm", ".pbm", ".pnm");

    private Pictures() {}

    /** Whether a file of this name is taken for a picture that {@link #decode} reads. */
    public static boolean named(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        return EXTENSIONS.stream().anyMatch(lower::endsWith);
    }

    /**
     * Decodes a picture file, of which no more than {@link #MAX_FILE_BYTES} and one are ever read.
     *
     * @throws Refusal where there is no such file, and as {@link #decode} does
     */
    public static Content.Pixels read(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new Refusal(
                    Files.exists(path) ? "is not a file" : "does not exist", path.toString(), "name a picture");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return decode(in.readNBytes(MAX_FILE_BYTES + 1), path.toString());
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e + ")", path.toString(), "check who may read it", e);
        }
    }

    /**
     * Decodes PNG (every colour type and depth, interlaced too), JPEG, GIF (its first frame), BMP and PBM/PGM/PPM.
     * Transparency is laid on white, 16 bits are rounded to 8, no gamma or colour profile is applied. All but JPEG
     * are bit-exact on every platform.
     *
     * @param where names the file in refusals
     * @return one channel where every pixel is grey, else three
     * @throws Refusal where the bytes are no such picture, are damaged or beyond the bounds
     */
    public static Content.Pixels decode(byte[] bytes, String where) {
        if (bytes.length == 0) {
            throw new Refusal("is empty (0 bytes)", where, "replace the picture or take it out");
        }
        if (bytes.length > MAX_FILE_BYTES) {
            throw new Refusal(
                    "is a picture of %,d bytes, more than %,d".formatted(bytes.length, MAX_FILE_BYTES),
                    where,
                    "make the picture smaller or take it out");
        }
        return decoder(bytes, where).decode();
    }

    /**
     * How many pixels {@link #decode} would go through, by the file's header alone: a JPEG's as often as it has scans. So that the time
     * of it can be guessed, and its place chosen, before it is decoded.
     *
     * @return 0 where the file is no picture, its header is damaged or beyond the bounds: decoding ends at once then
     */
    public static long claimed(byte[] bytes) {
        if (bytes.length > MAX_FILE_BYTES) {
            return 0;
        }
        try {
            return decoder(bytes, "").claimed();
        } catch (Refusal refused) {
            return 0;
        }
    }

    private static Decoder decoder(byte[] bytes, String where) {
        if (starts(bytes, 0x89, 'P', 'N', 'G')) {
            return new PngDecoder(bytes, where);
        }
        if (starts(bytes, 0xFF, 0xD8, 0xFF)) {
            return new JpegDecoder(bytes, where);
        }
        if (starts(bytes, 'G', 'I', 'F', '8')) {
            return new GifDecoder(bytes, where);
        }
        if (starts(bytes, 'B', 'M')) {
            return new BmpDecoder(bytes, where);
        }
        if (bytes.length > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' && isSpace(bytes[2])) {
            return new PnmDecoder(bytes, where);
        }
        throw new Refusal(
                "is not a picture (" + looksLike(bytes) + ")", where, "PNG, JPEG, GIF, BMP, PGM and PPM are read");
    }

    /** A PNG of the picture: 8 bits, grey or RGB, without loss. */
    public static byte[] png(Content.Pixels picture) {
        return PngEncoder.encode(picture);
    }

    private static String looksLike(byte[] bytes) {
        if (starts(bytes, 'R', 'I', 'F', 'F') && bytes.length > 12 && bytes[8] == 'W' && bytes[9] == 'E') {
            return "WebP";
        }
        if (starts(bytes, 'I', 'I', 42, 0) || starts(bytes, 'M', 'M', 0, 42)) {
            return "TIFF";
        }
        if (starts(bytes, 'P', 'K', 3, 4)) {
            return "a zip";
        }
        if (bytes.length > 12 && bytes[4] == 'f' && bytes[5] == 't' && bytes[6] == 'y' && bytes[7] == 'p') {
            return "HEIF, AVIF or video";
        }
        int head = Math.min(bytes.length, 256);
        for (int i = 0; i < head; i++) {
            if (bytes[i] >= 0 && bytes[i] < 9) {
                return "unknown bytes";
            }
        }
        return "it reads like text";
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= 9 && b <= 13) || b == '#';
    }

    private static boolean starts(byte[] bytes, int... magic) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((bytes[i] & 0xFF) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
