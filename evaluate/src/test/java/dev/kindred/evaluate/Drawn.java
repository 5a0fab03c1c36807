package dev.kindred.evaluate;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Seeded samples in classes around random centres, with an attribute {@code hand} of two values. */
record Drawn(Samples samples, Embeddings embeddings) {

    static Drawn of(long seed, int classes, int each, double spread) {
        int d = 16;
        int n = classes * each;
        Keyed random = Keyed.of(seed, n);
        double[][] centres = new double[classes][d];
        for (double[] centre : centres) {
            for (int k = 0; k < d; k++) {
                centre[k] = random.nextGaussian();
            }
        }
        int[] labels = new int[n];
        float[] values = new float[n * d];
        List<String> ids = new ArrayList<>();
        List<Map<String, String>> attributes = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            labels[i] = i / each;
            double squares = 0;
            for (int k = 0; k < d; k++) {
                values[i * d + k] = (float) (centres[labels[i]][k] + spread * random.nextGaussian());
                squares += values[i * d + k] * values[i * d + k];
            }
            for (int k = 0; k < d; k++) {
                values[i * d + k] /= (float) Math.sqrt(squares);
            }
            ids.add("alphabet" + labels[i] % 3 + "/c" + labels[i] + "/" + i + ".png");
            attributes.add(Map.of("hand", i % 2 == 0 ? "left" : "right"));
        }
        List<String> names = IntStream.range(0, classes)
                .mapToObj(c -> "alphabet" + c % 3 + "/c" + c)
                .toList();
        return new Drawn(
                new Samples(ids, names, labels, attributes),
                new Embeddings(Space.external("drawn", d, Distance.COSINE), n, values));
    }

    /** Blurrier views stand for the baselines. */
    static Views views(long seed, int classes, int each, double spread) {
        return new Views(
                of(seed, classes, each, spread).embeddings(),
                of(seed, classes, each, 2 * spread).embeddings(),
                of(seed, classes, each, 3 * spread).embeddings());
    }
}
