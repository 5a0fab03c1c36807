package dev.kindred.data;

import dev.kindred.core.Npy;
import dev.kindred.core.Refusal;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Matrices of vectors made elsewhere: {@code .npy} ({@link Npy}) and {@code .fvecs} (for each vector its length, int32,
 * then float32, little-endian; Jégou et al. 2011). Ids and labels stand beside ({@link RowLabels}), else a vector's id
 * is its row, from 0.
 */
final class Vectors {
    private static final int MOST_DIMENSIONS = 1 << 20;

    private Vectors() {}

    static boolean named(Path path) {
        String name = TextLines.withoutGz(path);
        return name.endsWith(".npy") || String.valueOf(path.getFileName()).endsWith(".fvecs");
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
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16))) {
            long size = Files.size(path);
            if (size == 0) {
                return new Npy.Matrix(0, 1, new float[0]);
            }
            int d = Integer.reverseBytes(in.readInt());
            if (d < 1 || d > MOST_DIMENSIONS) {
                throw new Refusal(
                        "says that its vectors have %,d values".formatted(d), path.toString(), "is it .fvecs?");
            }
            long rows = size / (4L + 4L * d);
            if (size % (4L + 4L * d) != 0 || rows * d > Integer.MAX_VALUE - 8) {
                throw new Refusal(
                        rows * d > Integer.MAX_VALUE - 8
                                ? "holds more numbers than one array can"
                                : "has %,d bytes, which is no whole number of vectors of %,d values".formatted(size, d),
                        path.toString(),
                        "write it again");
            }
            float[] values = new float[(int) rows * d];
            byte[] vector = new byte[4 * d];
            for (int row = 0; row < rows; row++) {
                int length = row == 0 ? d : Integer.reverseBytes(in.readInt());
                if (length != d) {
                    throw new Refusal(
                            "has a vector of %,d values where the first has %,d".formatted(length, d),
                            path + " row " + row,
                            "write vectors of one length");
                }
                in.readFully(vector);
                ByteBuffer.wrap(vector)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(values, row * d, d);
            }
            return new Npy.Matrix((int) rows, d, values);
        } catch (EOFException e) {
            throw new Refusal("is cut short", path.toString(), "write it again", e);
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + Origin.reason(e) + ")", path.toString(), "check the file", e);
        }
    }
}
