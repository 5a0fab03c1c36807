package dev.kindred.data;

import dev.kindred.core.Npy;
import dev.kindred.core.Refusal;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * Matrices of vectors made elsewhere: {@code .npy} ({@link Npy}) and {@code .fvecs} (for each vector its length, int32,
 * then float32, little-endian; Jégou et al. 2011), each also {@code .gz}. Ids and labels stand beside ({@link RowLabels}), else a vector's id
 * is its row, from 0.
 */
final class Vectors {
    private static final int MOST_DIMENSIONS = 1 << 20;

    private Vectors() {}

    static boolean named(Path path) {
        String name = TextLines.withoutGz(path);
        return name.endsWith(".npy") || name.endsWith(".fvecs");
    }

    static void read(Path path, String prefix, Gathering gathering) {
        add(
                path,
                TextLines.withoutGz(path).endsWith(".npy") ? Npy.read(path) : fvecs(path),
                RowLabels.beside(path, gathering),
                prefix,
                gathering);
    }

    /** Every sound row becomes a sample; one with a NaN is a bad row. */
    static void add(Path path, Npy.Matrix matrix, RowLabels labels, String prefix, Gathering gathering) {
        labels.requireCount(matrix.rows(), path);
        int d = matrix.columns();
        for (int row = 0; row < matrix.rows(); row++) {
            Origin origin = new Origin.OfVector(path, "row", row, matrix.values(), row * d, d);
            String id = prefix + labels.id(row);
            String fault = gathering.vectorFault(matrix.values(), row * d, d);
            if (fault == null && gathering.holds(id)) {
                fault = "has the id '" + id + "', which stood before";
            }
            if (fault != null) {
                gathering.problem(new Problem(origin.where(), fault));
            } else {
                gathering.add(id, labels.label(row), labels.attributes(row), origin);
            }
        }
    }

    private static Npy.Matrix fvecs(Path path) {
        try (InputStream file = Files.newInputStream(path);
                DataInputStream in = new DataInputStream(new BufferedInputStream(unpacked(file, path), 1 << 16))) {
            long size = packed(path) ? -1 : Files.size(path);
            if (size == 0) {
                return new Npy.Matrix(0, 1, new float[0]);
            }
            int d = Integer.reverseBytes(in.readInt());
            if (d < 1 || d > MOST_DIMENSIONS) {
                throw new Refusal(
                        "says that its vectors have %,d values".formatted(d), path.toString(), "is it .fvecs?");
            }
            if (size >= 0 && size % (4L + 4L * d) != 0) {
                throw new Refusal(
                        "has %,d bytes, which is no whole number of vectors of %,d values".formatted(size, d),
                        path.toString(),
                        "write it again");
            }
            return fvecs(in, d, size < 0 ? 1 : size / (4L + 4L * d), path);
        } catch (EOFException e) {
            throw new Refusal("is cut short", path.toString(), "write it again", e);
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + Origin.reason(e) + ")", path.toString(), "check the file", e);
        }
    }

    /** @param rows how many to make room for; where the file is packed nobody knows before the end */
    private static Npy.Matrix fvecs(DataInputStream in, int d, long rows, Path path) throws IOException {
        float[] values = new float[size(rows, d, path)];
        byte[] vector = new byte[4 * d];
        int row = 0;
        do {
            if ((row + 1L) * d > values.length) {
                values = Arrays.copyOf(values, size(Math.max(row + 1L, row + row / 2), d, path));
            }
            in.readFully(vector);
            ByteBuffer.wrap(vector)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values, row * d, d);
            row++;
        } while (another(in, d, path, row));
        return new Npy.Matrix(row, d, row * d == values.length ? values : Arrays.copyOf(values, row * d));
    }

    private static int size(long rows, int d, Path path) {
        if (rows * d > Integer.MAX_VALUE - 8) {
            throw new Refusal("holds more numbers than one array can", path.toString(), "split it");
        }
        return (int) rows * d;
    }

    private static boolean another(DataInputStream in, int d, Path path, int row) throws IOException {
        byte[] head = in.readNBytes(4);
        if (head.length == 0) {
            return false;
        }
        if (head.length < 4) {
            throw new EOFException();
        }
        int length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (length != d) {
            throw new Refusal(
                    "has a vector of %,d values where the first has %,d".formatted(length, d),
                    path + " row " + row,
                    "write vectors of one length");
        }
        return true;
    }

    private static boolean packed(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".gz");
    }

    private static InputStream unpacked(InputStream in, Path path) throws IOException {
        return packed(path) ? new GZIPInputStream(in, 1 << 16) : in;
    }
}
