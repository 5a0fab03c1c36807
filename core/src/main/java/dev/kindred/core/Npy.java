package dev.kindred.core;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Matrices as NumPy keeps them: {@code .npy}, written as format 1.0, {@code float32}, C order; read in formats 1.0 to 3.0, also .gz, in
 * either order: {@code float16}, {@code float32} as they are, {@code float64} rounded to the nearest, {@code int8} and {@code uint8} as
 * numbers (numpy.lib.format). Objects are never unpickled.
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_HEADER = 64 << 10;
    private static final int CHUNK = 1 << 16;
    /** No deflated byte becomes more than so many (RFC 1951: 258 from two bits). */
    private static final long INFLATION = 1_100;

    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']{1,16})'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    /** Never goes back over spaces, of which a header may have 65,536. */
    private static final Pattern SHAPE =
            Pattern.compile("'shape'\\s*+:\\s*+\\(\\s*+(\\d{1,18}+)\\s*+,\\s*+(?:(\\d{1,18}+)\\s*+,?+\\s*+)?\\)");

    private Npy() {}

    /**
     * A matrix {@code [rows, columns]}, row after row.
     *
     * @param values {@code rows * columns} numbers; not to be changed after construction
     */
    public record Matrix(int rows, int columns, float[] values) {
        public Matrix {
            if (values.length != Math.multiplyExact(rows, columns)) {
                throw new IllegalArgumentException(values.length + " values for " + rows + " rows of " + columns);
            }
        }

        /** The rows as vectors of a space. */
        public Embeddings in(Space space, String where) {
            if (columns != space.dimension()) {
                throw new Refusal(
                        "holds vectors of %d values where the space has %d".formatted(columns, space.dimension()),
                        where,
                        space.isExternal() ? "give vectors of what made the others" : "embed with the same bundle");
            }
            return new Embeddings(space, rows, values);
        }
    }

    /** Writes {@code [count, d]} float32. */
    public static void write(Path path, Embeddings embeddings) {
        write(path, new Matrix(embeddings.count(), embeddings.dimension(), embeddings.values()));
    }

    /** Writes {@code [rows, columns]} float32. */
    public static void write(Path path, Matrix matrix) {
        NewFile.write(path, out -> {
            out.write(header(matrix.rows, matrix.columns));
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : matrix.values) {
                if (!chunk.hasRemaining()) {
                    out.write(chunk.array(), 0, chunk.position());
                    chunk.clear();
                }
                chunk.putFloat(value);
            }
            out.write(chunk.array(), 0, chunk.position());
        });
    }

    private static byte[] header(int rows, int columns) {
        String dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, columns);
        // The header ends with a line feed, and the data starts at a multiple of 64.
        int length = (10 + dict.length() + 1 + 63) / 64 * 64 - 10;
        byte[] padded = (dict + " ".repeat(length - dict.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(10 + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) length)
                .put(padded)
                .array();
    }

    /**
     * Reads a matrix; an array of one dimension is one row.
     *
     * @throws Refusal where it is no such file, is shorter or longer than its header says, or holds other things than numbers
     */
    public static Matrix read(Path path) {
        String where = path.toString();
        boolean packed = where.toLowerCase(Locale.ROOT).endsWith(".gz");
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
                InputStream raw = Channels.newInputStream(file);
                InputStream in = packed ? new GZIPInputStream(raw, CHUNK) : raw) {
            return read(in, file.size(), packed, where);
        } catch (NoSuchFileException e) {
            throw new Refusal("there is no such file", where, "check the path", e);
        } catch (EOFException e) {
            throw new Refusal("is cut short", where, "write it again with numpy.save", e);
        } catch (IOException e) {
            throw new Refusal(
                    "could not be read (" + e.getMessage() + ")", where, "check that it is a readable file", e);
        }
    }

    private static Matrix read(InputStream in, long fileSize, boolean packed, String where) throws IOException {
        byte[] start = exactly(in, 8);
        for (int i = 0; i < MAGIC.length; i++) {
            if (start[i] != MAGIC[i]) {
                throw refuse("is no .npy file", where);
            }
        }
        int major = start[6];
        if (major < 1 || major > 3) {
            throw refuse("is of .npy format " + major + ", which is not known here", where);
        }
        ByteBuffer lengthBytes =
                ByteBuffer.wrap(exactly(in, major == 1 ? 2 : 4)).order(ByteOrder.LITTLE_ENDIAN);
        long length =
                major == 1 ? Short.toUnsignedInt(lengthBytes.getShort()) : Integer.toUnsignedLong(lengthBytes.getInt());
        if (length > MAX_HEADER) {
            throw refuse("has a header of " + length + " bytes", where);
        }
        String header = new String(exactly(in, (int) length), StandardCharsets.UTF_8);
        Numbers numbers = numbers(header, where);
        long[] shape = shape(header, where);
        if (shape[0] > Integer.MAX_VALUE
                || shape[1] > Integer.MAX_VALUE
                || shape[0] * shape[1] > Integer.MAX_VALUE - 8) {
            throw refuse("holds more numbers than one array can", where);
        }
        int rows = (int) shape[0];
        int columns = (int) shape[1];
        long claimed = (long) rows * columns * numbers.width;
        long data = fileSize - 8 - lengthBytes.capacity() - length;
        if (packed ? claimed > fileSize * INFLATION : claimed != data) {
            throw refuse("holds %d bytes of numbers where its header says %d".formatted(data, claimed), where);
        }
        float[] values = values(in, rows * columns, numbers);
        if (packed && in.read() >= 0) {
            throw refuse("holds more numbers than its header says", where);
        }
        return new Matrix(rows, columns, numbers.byColumns ? transposed(values, rows, columns) : values);
    }

    /**
     * How the numbers stand in the file.
     *
     * @param kind {@code f}, {@code i} or {@code u}
     * @param width bytes
     * @param byColumns Fortran order
     */
    private record Numbers(char kind, int width, ByteOrder order, boolean byColumns) {
        float next(ByteBuffer bytes) {
            return switch (width) {
                case 1 -> kind == 'u' ? bytes.get() & 0xFF : bytes.get();
                case 2 -> Float.float16ToFloat(bytes.getShort());
                case 4 -> bytes.getFloat();
                default -> (float) bytes.getDouble();
            };
        }
    }

    private static Numbers numbers(String header, String where) {
        Matcher descr = DESCR.matcher(header);
        Matcher fortran = FORTRAN.matcher(header);
        if (!descr.find() || !fortran.find()) {
            throw refuse("has a header that cannot be understood", where);
        }
        String type = descr.group(1);
        if (type.contains("O")) {
            throw refuse("holds Python objects, which are never unpickled here", where);
        }
        return switch (type) {
            case "<f2", "<f4", "<f8", ">f2", ">f4", ">f8", "|u1", "|i1" ->
                new Numbers(
                        type.charAt(1),
                        type.charAt(2) - '0',
                        type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                        fortran.group(1).equals("True"));
            default -> throw refuse("holds numbers of type '" + type + "'", where);
        };
    }

    private static float[] transposed(float[] byColumns, int rows, int columns) {
        float[] values = new float[byColumns.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                values[row * columns + column] = byColumns[column * rows + row];
            }
        }
        return values;
    }

    private static long[] shape(String header, String where) {
        Matcher shape = SHAPE.matcher(header);
        if (!shape.find()) {
            throw refuse("is no array of one or two dimensions", where);
        }
        long first = Long.parseLong(shape.group(1));
        return shape.group(2) == null ? new long[] {1, first} : new long[] {first, Long.parseLong(shape.group(2))};
    }

    private static float[] values(InputStream in, int count, Numbers numbers) throws IOException {
        float[] values = new float[count];
        byte[] chunk = new byte[CHUNK];
        for (int done = 0; done < count; ) {
            int now = Math.min(count - done, CHUNK / numbers.width);
            if (in.readNBytes(chunk, 0, now * numbers.width) < now * numbers.width) {
                throw new EOFException();
            }
            ByteBuffer bytes = ByteBuffer.wrap(chunk).order(numbers.order);
            for (int i = 0; i < now; i++) {
                values[done + i] = numbers.next(bytes);
            }
            done += now;
        }
        return values;
    }

    private static byte[] exactly(InputStream in, int n) throws IOException {
        byte[] bytes = in.readNBytes(n);
        if (bytes.length < n) {
            throw new EOFException();
        }
        return bytes;
    }

    private static Refusal refuse(String what, String where) {
        return new Refusal(what, where, "save a float32 array [n, d] with numpy.save");
    }
}
