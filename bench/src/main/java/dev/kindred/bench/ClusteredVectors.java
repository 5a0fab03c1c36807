package dev.kindred.bench;

import dev.kindred.core.Keyed;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Unit vectors in clusters that touch one another, made of a seed alone and so the same on every platform. A vector is its cluster's centre
 * plus {@code spread} times noise, both standard normal in {@code dimension} latent directions, of which direction j counts (j + 1)^-{@code
 * decay} as much as the first (spectra of learned embeddings fall like that); then it is mixed by one random matrix, so that no axis is
 * special, and brought to length 1.
 *
 * @param dimension of the vectors, at least 1
 * @param clusters at least 1
 * @param spread of a cluster; its centre has 1
 * @param decay 0 makes all directions alike: the harder, the nearer to it
 */
record ClusteredVectors(long seed, int dimension, int clusters, double spread, double decay) {
    private static final int CENTRES = 0;
    private static final int MIXING = 1;
    private static final int ROWS = 2;
    private static final int QUERIES = 3;

    /**
     * The shape that is hard enough to tell graphs apart: hnswlib 0.6.2 with M 16 and efConstruction 200 needs ef 300 for 0.99 of the ten
     * nearest. Measured with {@code bench/peers/hnswlib.cpp} on 100,000 rows of 128 values and 1,000 queries of seed 1; two buildings
     * differed by at most 0.002.
     *
     * <pre>
     * ef         10    20    40    60    80   100   150   200   250   300   400   600   800
     * Recall@10 .526  .669  .806  .875  .911  .934  .962  .978  .986  .991  .996  .999 1.000
     * </pre>
     */
    static ClusteredVectors hard(long seed, int dimension) {
        return new ClusteredVectors(seed, dimension, 1_000, 1.5, 0.35);
    }

    /** The vectors to be searched: n × dimension, row after row. The first ones of more are these. */
    float[] rows(int n) {
        return drawn(ROWS, n);
    }

    /** Drawn as the rows are, and none of them: q × dimension. */
    float[] queries(int q) {
        return drawn(QUERIES, q);
    }

    private float[] drawn(int stream, int count) {
        double[] scales = new double[dimension];
        Arrays.setAll(scales, j -> StrictMath.pow(j + 1.0, -decay));
        double[][] mixing = gaussians(MIXING, dimension);
        double[][] centres = gaussians(CENTRES, clusters);
        float[] vectors = new float[Math.multiplyExact(count, dimension)];
        IntStream.range(0, count).parallel().forEach(i -> {
            Keyed random = Keyed.of(seed, stream, i);
            double[] centre = centres[random.nextInt(clusters)];
            double[] mixed = new double[dimension];
            for (int j = 0; j < dimension; j++) {
                double latent = scales[j] * (centre[j] + spread * random.nextGaussian());
                double[] direction = mixing[j];
                for (int k = 0; k < dimension; k++) {
                    mixed[k] += latent * direction[k];
                }
            }
            double squares = 0;
            for (double value : mixed) {
                squares += value * value;
            }
            double length = Math.sqrt(squares);
            for (int k = 0; k < dimension; k++) {
                vectors[i * dimension + k] = (float) (mixed[k] / length);
            }
        });
        return vectors;
    }

    private double[][] gaussians(int stream, int count) {
        double[][] values = new double[count][dimension];
        for (int i = 0; i < count; i++) {
            Keyed random = Keyed.of(seed, stream, i);
            Arrays.setAll(values[i], j -> random.nextGaussian());
        }
        return values;
    }
}
