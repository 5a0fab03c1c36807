package dev.kindred.bench;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Kind;
import dev.kindred.data.ReadOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Vectors, queries and what an exact search finds.
 *
 * @param distance {@code L2}, or {@code COSINE} of unit vectors
 * @param rows n × dimension, row after row
 * @param queries q × dimension
 * @param truth q × 10 positions of rows, the nearest first
 */
@SuppressWarnings("ArrayRecordComponent") // handed on whole, compared never
record SearchSet(String name, Distance distance, int dimension, float[] rows, float[] queries, int[] truth) {
    static SearchSet of(String name, Distance distance, int dimension, float[] rows, float[] queries, Workers workers) {
        int[] truth = ExactNeighbors.ten(rows, queries, dimension, distance, workers);
        return new SearchSet(name, distance, dimension, rows, queries, truth);
    }

    static SearchSet clustered(ClusteredVectors vectors, int n, int q, Workers workers) {
        return of("clustered", Distance.COSINE, vectors.dimension(), vectors.rows(n), vectors.queries(q), workers);
    }

    /**
     * The 60,000 pictures to learn from as rows of 784 levels, 0 to 255, and the first of the 10,000 to test with as queries.
     *
     * @param folder that of {@code train-images-idx3-ubyte.gz} and {@code t10k-images-idx3-ubyte.gz}
     * @param q at most 10,000
     */
    static SearchSet fashionMnist(Path folder, int q, Workers workers) {
        float[] rows = levels(folder.resolve("train-images-idx3-ubyte.gz"), Integer.MAX_VALUE);
        float[] queries = levels(folder.resolve("t10k-images-idx3-ubyte.gz"), q);
        return of("fashion-mnist", Distance.L2, 28 * 28, rows, queries, workers);
    }

    private static float[] levels(Path file, int most) {
        Dataset set = Dataset.read(List.of(file), ReadOptions.defaults().withKind(Kind.VECTOR), Progress.SILENT);
        int count = Math.min(set.size(), most);
        float[] all = new float[count * 28 * 28];
        for (int row = 0; row < count; row++) {
            if (!(set.content(row) instanceof Content.Vector(float[] values)) || values.length != 28 * 28) {
                throw new IllegalStateException(file + " is not of 28 × 28 pictures");
            }
            System.arraycopy(values, 0, all, row * values.length, values.length);
        }
        return all;
    }

    int n() {
        return rows.length / dimension;
    }

    int q() {
        return queries.length / dimension;
    }

    /** Writes {@code rows.f32}, {@code queries.f32} and {@code truth.i32} for the peers, little-endian. */
    void write(Path folder) {
        try {
            Files.createDirectories(folder);
            write(folder.resolve("rows.f32"), rows);
            write(folder.resolve("queries.f32"), queries);
            ByteBuffer bytes = ByteBuffer.allocate(truth.length * 4).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asIntBuffer().put(truth);
            Files.write(folder.resolve("truth.i32"), bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Path file, float[] vectors) throws IOException {
        int chunk = 1024 * dimension;
        ByteBuffer bytes = ByteBuffer.allocateDirect(chunk * 4).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int from = 0; from < vectors.length; from += chunk) {
                int count = Math.min(chunk, vectors.length - from);
                bytes.clear().limit(count * 4);
                bytes.asFloatBuffer().put(vectors, from, count);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        }
    }
}
