package dev.kindred.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Vectors as sets keep them: float32, little-endian, row after row. */
public final class Vectors {
    private Vectors() {}

    public static float[][] read(Path file, int dimension) throws IOException {
        FloatBuffer values = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[][] rows = new float[values.remaining() / dimension][dimension];
        for (float[] row : rows) {
            values.get(row);
        }
        return rows;
    }
}
