package dev.kindred.media;

import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * PNG, third edition (W3C 2025): all colour types and depths, Adam7, tRNS. Gamma and colour profiles are left alone.
 * Rows are inflated as they are needed, so memory is bounded by the picture and not by what its data would inflate
 * to.
 */
final class PngDecoder implements Decoder {
    /** Deflate makes at most 1,032 bytes of one (RFC 1951: 258 bytes from 2 bits). */
    private static final int MOST_INFLATED = 1032;

    private static final int[] PASS_X = {0, 4, 0, 2, 0, 1, 0};
    private static final int[] PASS_Y = {0, 0, 4, 0, 2, 0, 1};
    private static final int[] PASS_DX = {8, 8, 4, 4, 2, 2, 1};
    private static final int[] PASS_DY = {8, 8, 8, 4, 4, 2, 2};

    private final Source in;
    private final CRC32 crc = new CRC32();
    private final List<int[]> data = new ArrayList<>();
    private int width;
    private int height;
    private int depth;
    private int type;
    private boolean interlaced;
    private byte @Nullable [] palette;
    private byte @Nullable [] transparency;

    PngDecoder(byte[] bytes, String where) {
        in = new Source(bytes, where);
    }

    @Override
    public Content.Pixels decode() {
        readChunks();
        PngRows rows = new PngRows(in, type, depth, palette, transparency);
        byte[] out = new byte[Math.multiplyExact(width * height, rows.channels())];
        Inflater inflater = new Inflater();
        try {
            Scanlines lines = new Scanlines(inflater);
            if (interlaced) {
                readInterlaced(lines, rows, out);
            } else {
                int stride = width * rows.channels();
                lines.begin(width);
                for (int y = 0; y < height; y++) {
                    rows.expand(lines.next(), width, out, y * stride);
                }
            }
        } finally {
            inflater.end();
        }
        return rows.channels() == 1 ? new Content.Pixels(width, height, 1, out) : Levels.reduced(width, height, out);
    }

    /** Of the first chunk; where that is another, decoding ends there. */
    @Override
    public long claimed() {
        in.seek(16);
        return Bounds.check(in.i32be() & 0xFFFF_FFFFL, in.i32be() & 0xFFFF_FFFFL, in.where);
    }

    private void readInterlaced(Scanlines lines, PngRows rows, byte[] out) {
        int channels = rows.channels();
        byte[] line = new byte[width * channels];
        for (int pass = 0; pass < 7; pass++) {
            int columns = (width - PASS_X[pass] + PASS_DX[pass] - 1) / PASS_DX[pass];
            if (columns == 0) {
                continue;
            }
            lines.begin(columns);
            for (int y = PASS_Y[pass]; y < height; y += PASS_DY[pass]) {
                rows.expand(lines.next(), columns, line, 0);
                for (int i = 0; i < columns; i++) {
                    int to = (y * width + PASS_X[pass] + i * PASS_DX[pass]) * channels;
                    System.arraycopy(line, i * channels, out, to, channels);
                }
            }
        }
    }

    private void readChunks() {
        byte[] signature = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
        in.need(8);
        if (Arrays.mismatch(in.bytes, 0, 8, signature, 0, 8) >= 0) {
            throw in.refuse("has a damaged PNG signature (was it copied as text?)");
        }
        in.skip(8);
        boolean ended = false;
        while (!ended) {
            long length = in.i32be() & 0xFFFF_FFFFL;
            int start = in.at;
            in.need(length + 8);
            String name = new String(in.bytes, start, 4, StandardCharsets.ISO_8859_1);
            int from = start + 4;
            boolean critical = (in.bytes[start] & 0x20) == 0;
            in.seek(from + length);
            int sum = in.i32be();
            if (critical || name.equals("tRNS")) {
                crc.reset();
                crc.update(in.bytes, start, (int) length + 4);
                if ((int) crc.getValue() != sum) {
                    throw in.refuse("is damaged: the checksum of its PNG chunk " + printable(name) + " is wrong");
                }
            }
            if (width == 0 && !name.equals("IHDR")) {
                throw in.refuse("does not begin with a PNG header");
            }
            ended = take(name, critical, from, (int) length);
        }
        long packed = data.stream().mapToLong(chunk -> chunk[1]).sum();
        if (packed == 0) {
            throw in.refuse("is a PNG without pixels");
        }
        long bits = (long) width * height * depth * (type == 2 ? 3 : type == 4 ? 2 : type == 6 ? 4 : 1);
        if (bits / 8 / MOST_INFLATED > packed) {
            throw in.refuse(
                    "claims %,d×%,d pixels, more than its %,d bytes of data can hold".formatted(width, height, packed));
        }
        if (type == 3 && palette == null) {
            throw in.refuse("is a palette PNG without its palette");
        }
    }

    /** @return whether that was the last chunk */
    private boolean take(String name, boolean critical, int from, int length) {
        switch (name) {
            case "IHDR" -> readHeader(from, length);
            case "PLTE" -> {
                if (length % 3 != 0 || length == 0 || length > 768) {
                    throw in.refuse("has a PNG palette of " + length + " bytes");
                }
                palette = Arrays.copyOfRange(in.bytes, from, from + length);
            }
            case "tRNS" -> {
                int expected = type == 0 ? 2 : type == 2 ? 6 : length;
                // One longer than the palette is common and harmless; one too short for its colour type is not.
                if (length < expected) {
                    throw in.refuse("has a PNG transparency of " + length + " bytes");
                }
                transparency = Arrays.copyOfRange(in.bytes, from, from + length);
            }
            case "IDAT" -> data.add(new int[] {from, length});
            case "IEND" -> {
                return true;
            }
            default -> {
                if (critical) {
                    throw in.refuse("has a PNG chunk " + printable(name) + " that is not known");
                }
            }
        }
        return false;
    }

    private void readHeader(int from, int length) {
        if (length != 13 || width != 0) {
            throw in.refuse("has a damaged PNG header");
        }
        Source header = new Source(in.bytes, in.where);
        header.seek(from);
        long w = header.i32be() & 0xFFFF_FFFFL;
        long h = header.i32be() & 0xFFFF_FFFFL;
        Bounds.check(w, h, in.where);
        depth = header.u8();
        type = header.u8();
        int compression = header.u8();
        int filter = header.u8();
        int interlace = header.u8();
        boolean known = switch (type) {
            case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case 2, 4, 6 -> depth == 8 || depth == 16;
            default -> false;
        };
        if (!known || compression != 0 || filter != 0 || interlace > 1) {
            throw in.refuse(
                    "is a PNG of type %d, depth %d, compression %d, filter %d, interlace %d: none of the standard's"
                            .formatted(type, depth, compression, filter, interlace));
        }
        interlaced = interlace == 1;
        width = (int) w;
        height = (int) h;
    }

    private static String printable(String name) {
        return name.chars().allMatch(c -> c > 32 && c < 127) ? name : "of unprintable name";
    }

    /** The inflated, unfiltered lines of one pass after another. */
    private final class Scanlines {
        private final Inflater inflater;
        private final int pixelBits = depth * (type == 2 ? 3 : type == 4 ? 2 : type == 6 ? 4 : 1);
        private final int step = Math.max(1, pixelBits / 8);
        private final byte[] buffer = new byte[1 << 13];
        private int from;
        private int to;
        private int nextChunk;
        private byte[] line = new byte[0];
        private byte[] above = new byte[0];

        Scanlines(Inflater inflater) {
            this.inflater = inflater;
        }

        void begin(int columns) {
            int length = (int) (((long) columns * pixelBits + 7) / 8);
            line = new byte[length];
            above = new byte[length];
        }

        /** The next line; valid until the call after next. */
        byte[] next() {
            byte[] current = above;
            above = line;
            line = current;
            int filter = fill(line);
            unfilter(filter, line, above);
            return line;
        }

        /** Reads the filter byte, then a whole line. */
        private int fill(byte[] target) {
            if (from == to) {
                inflate();
            }
            int filter = buffer[from++] & 0xFF;
            int done = 0;
            while (done < target.length) {
                if (from == to) {
                    inflate();
                }
                int n = Math.min(to - from, target.length - done);
                System.arraycopy(buffer, from, target, done, n);
                from += n;
                done += n;
            }
            return filter;
        }

        private void inflate() {
            try {
                from = 0;
                to = 0;
                while (to == 0) {
                    if (inflater.finished() || inflater.needsDictionary()) {
                        throw tooFew();
                    }
                    if (inflater.needsInput()) {
                        if (nextChunk == data.size()) {
                            throw tooFew();
                        }
                        int[] chunk = data.get(nextChunk++);
                        inflater.setInput(in.bytes, chunk[0], chunk[1]);
                    }
                    to = inflater.inflate(buffer);
                }
            } catch (DataFormatException e) {
                throw new Refusal(
                        "is damaged: its PNG data cannot be inflated",
                        in.where,
                        "replace the picture or take it out",
                        e);
            }
        }

        private Refusal tooFew() {
            return in.refuse("has fewer pixels than its header claims");
        }

        private void unfilter(int filter, byte[] x, byte[] b) {
            int n = x.length;
            switch (filter) {
                case 0 -> {}
                case 1 -> {
                    for (int i = step; i < n; i++) {
                        x[i] += x[i - step];
                    }
                }
                case 2 -> {
                    for (int i = 0; i < n; i++) {
                        x[i] += b[i];
                    }
                }
                case 3 -> {
                    for (int i = 0; i < n; i++) {
                        int left = i < step ? 0 : x[i - step] & 0xFF;
                        x[i] += (byte) ((left + (b[i] & 0xFF)) >> 1);
                    }
                }
                case 4 -> {
                    for (int i = 0; i < n; i++) {
                        int left = i < step ? 0 : x[i - step] & 0xFF;
                        int corner = i < step ? 0 : b[i - step] & 0xFF;
                        x[i] += (byte) paeth(left, b[i] & 0xFF, corner);
                    }
                }
                default -> throw in.refuse("is damaged: its PNG data uses a filter " + filter + " that is none");
            }
        }
    }

    static int paeth(int a, int b, int c) {
        int p = a + b - c;
        int pa = Math.abs(p - a);
        int pb = Math.abs(p - b);
        int pc = Math.abs(p - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
