package dev.kindred.bench.load;

import com.google.gson.JsonObject;
import dev.kindred.core.Calibration;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Probes;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.media.PictureShape;
import dev.kindred.media.Pictures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A sealed conv-4 that was never taught, and pictures for it: as dear to compute as a taught one. */
public final class SmallBundle {
    private static final int SIDE = 32;
    private static final int DRAWN = 105;

    private SmallBundle() {}

    /** @param channels of its layers, e.g. 64 as the papers have it */
    public static Bundle seal(Path file, int channels, int dimension) {
        Architecture architecture = Architecture.conv4(1, SIDE, channels, dimension);
        PictureShape shape = new PictureShape(SIDE, SIDE, 1, PictureShape.Fit.PAD);
        PicturePreparation preparation = new PicturePreparation(shape, List.of(0.9f), List.of(0.2f));
        EncoderParts parts =
                EncoderParts.of(architecture, Weights.untrained(architecture, 1), preparation, Distance.COSINE);
        Probes probes;
        try (Encoder encoder = parts.open(1)) {
            probes = Sealing.probe(
                    preparation, rasters -> encoder.encode(pixels(rasters)).values());
        }
        Decision decision = new Decision(
                new Calibration(List.of(0.0, 1.0), List.of(-4.0, 4.0)),
                List.of(new Threshold(0.01, 0.9, 0.009, 0.2, null)));
        return new Sealing(parts, probes, decision, null, new JsonObject(), "# Never taught, for timing\n").write(file);
    }

    private static List<Content> pixels(List<byte[]> rasters) {
        List<Content> pictures = new ArrayList<>();
        rasters.forEach(raster -> pictures.add(new Content.Pixels(SIDE, SIDE, 1, raster)));
        return pictures;
    }

    /** Strokes on paper, 105 × 105 as Omniglot's are, as PNG. */
    public static List<byte[]> drawings(int count) {
        List<byte[]> drawings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Keyed random = Keyed.of(11, i);
            byte[] levels = new byte[DRAWN * DRAWN];
            Arrays.fill(levels, (byte) 255);
            for (int stroke = 0; stroke < 3; stroke++) {
                double x = random.uniform(10, DRAWN - 10.0);
                double y = random.uniform(10, DRAWN - 10.0);
                double angle = random.uniform(0, 2 * Math.PI);
                for (int step = 0; step < 70; step++) {
                    angle += random.uniform(-0.2, 0.2);
                    x = Math.clamp(x + Math.cos(angle), 2, DRAWN - 3.0);
                    y = Math.clamp(y + Math.sin(angle), 2, DRAWN - 3.0);
                    for (int dy = -1; dy <= 1; dy++) {
                        for (int dx = -1; dx <= 1; dx++) {
                            levels[((int) y + dy) * DRAWN + (int) x + dx] = 0;
                        }
                    }
                }
            }
            drawings.add(Pictures.png(new Content.Pixels(DRAWN, DRAWN, 1, levels)));
        }
        return drawings;
    }
}
