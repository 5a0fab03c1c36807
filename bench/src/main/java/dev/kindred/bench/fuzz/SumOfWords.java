package dev.kindred.bench.fuzz;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import java.util.List;
import java.util.Locale;

/** An encoder of texts that costs next to nothing: each word is a direction of its own, a text the sum of its words'. */
final class SumOfWords implements Encoder {
    static final Space SPACE = new Space("5ca1ab1e".repeat(8), 32, Distance.COSINE);

    @Override
    public Space space() {
        return SPACE;
    }

    @Override
    public Embeddings encode(List<Content> batch) {
        int dimension = SPACE.dimension();
        float[] values = new float[batch.size() * dimension];
        for (int i = 0; i < batch.size(); i++) {
            if (!(batch.get(i) instanceof Content.Text(String text))) {
                throw new IllegalArgumentException("a text is wanted");
            }
            double[] sum = new double[dimension];
            for (String word : text.toLowerCase(Locale.ROOT).split("\\W+")) {
                Keyed direction = Keyed.of(word.hashCode());
                for (int d = 0; d < dimension; d++) {
                    sum[d] += direction.nextGaussian();
                }
            }
            double squares = 1e-12;
            for (double value : sum) {
                squares += value * value;
            }
            for (int d = 0; d < dimension; d++) {
                values[i * dimension + d] = (float) (sum[d] / Math.sqrt(squares));
            }
        }
        return new Embeddings(SPACE, batch.size(), values);
    }

    @Override
    public void close() {}
}
