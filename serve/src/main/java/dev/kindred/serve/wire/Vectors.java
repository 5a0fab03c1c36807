package dev.kindred.serve.wire;

import com.google.gson.stream.JsonWriter;
import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.serve.JsonText;
import dev.kindred.serve.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/** Embeddings as they go out: cut to fewer dimensions, as JSON numbers, as little-endian bytes. */
final class Vectors {
    private Vectors() {}

    /**
     * The first {@code dimensions} of each row, of unit length again where the space compares by cosine (Matryoshka representation
     * learning, Kusupati et al. 2022, section 3). They live in the space {@code <id>:<dimensions>}.
     *
     * @param dimensions at least 1; as many as the rows have leaves them as they are
     */
    static Embeddings first(Embeddings embeddings, int dimensions) {
        int d = embeddings.dimension();
        if (dimensions == d) {
            return embeddings;
        }
        Space whole = embeddings.space();
        float[] values = new float[embeddings.count() * dimensions];
        for (int row = 0; row < embeddings.count(); row++) {
            System.arraycopy(embeddings.values(), row * d, values, row * dimensions, dimensions);
            if (whole.distance() == Distance.COSINE) {
                normalise(values, row * dimensions, dimensions);
            }
        }
        return new Embeddings(
                new Space(whole.id() + ":" + dimensions, dimensions, whole.distance()), embeddings.count(), values);
    }

    /** @throws Problem where there are not so many */
    static void requireDimensions(int dimensions, Space space, String where) {
        if (dimensions > space.dimension()) {
            throw new Problem(
                    HttpStatus.BAD_REQUEST,
                    "dimensions",
                    dimensions + " dimensions of a space that has " + space.dimension(),
                    where,
                    "ask for " + space.dimension() + " or fewer");
        }
    }

    private static void normalise(float[] values, int from, int count) {
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            squares += (double) values[i] * values[i];
        }
        if (squares > 0) {
            double scale = 1 / Math.sqrt(squares);
            for (int i = from; i < from + count; i++) {
                values[i] = (float) (values[i] * scale);
            }
        }
    }

    /** One row as a list. */
    static void row(JsonWriter json, Embeddings embeddings, int row) throws IOException {
        int d = embeddings.dimension();
        JsonText.row(json, embeddings.values(), row * d, d);
    }

    /** Rows from one on, as bytes of float32. */
    static ByteBuffer bytes(Embeddings embeddings, int row, int rows) {
        int d = embeddings.dimension();
        ByteBuffer bytes = ByteBuffer.allocate(rows * d * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(embeddings.values(), row * d, rows * d);
        return bytes;
    }

    static String base64(Embeddings embeddings, int row) {
        return Base64.getEncoder().encodeToString(bytes(embeddings, row, 1).array());
    }
}
