package dev.kindred.demo;

import dev.kindred.core.Workers;
import java.util.List;

/** Raw pixels as an embedding: each picture's 2,304 values less their mean, at unit length; a blank picture is all zeros. */
public final class PixelBaseline {
    private PixelBaseline() {}

    /** {@code [icons, 48 * 48]}, row after row. */
    public static float[] of(Workers workers, List<Icon> icons) {
        int d = Icons.SIDE * Icons.SIDE;
        float[] values = new float[Math.multiplyExact(icons.size(), d)];
        workers.blocks(icons.size(), 256, (from, to) -> {
            for (int i = from; i < to; i++) {
                System.arraycopy(row(icons.get(i)), 0, values, i * d, d);
            }
        });
        return values;
    }

    static float[] row(Icon icon) {
        byte[] values = icon.pixels().values();
        long sum = 0;
        for (byte value : values) {
            sum += value & 0xFF;
        }
        double mean = (double) sum / values.length;
        double squares = 0;
        for (byte value : values) {
            squares += ((value & 0xFF) - mean) * ((value & 0xFF) - mean);
        }
        double scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
        float[] row = new float[values.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) (((values[i] & 0xFF) - mean) * scale);
        }
        return row;
    }
}
