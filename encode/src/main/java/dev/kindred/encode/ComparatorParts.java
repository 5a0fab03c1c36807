package dev.kindred.encode;

import dev.kindred.core.Space;

/**
 * A learned distance on two embeddings of a bundle's space, as the bytes that are sealed beside the encoders. It changes no vector, so no
 * space.
 *
 * @param model takes {@code left} and {@code right} {@code [n, d]}, gives {@code score} {@code [n]}
 * @param probes what it must give of the encoder's own probes
 */
public record ComparatorParts(byte[] model, PairProbes probes) {
    static final String MODEL = "comparator.onnx";
    static final String PROBES = "comparator.json";

    /** One that Kindred teaches, and what its trainer makes of the probes. */
    public static ComparatorParts of(PairFeatures features, Architecture network, Weights weights, PairProbes probes) {
        return new ComparatorParts(ComparatorGraph.write(features, network, weights), probes);
    }

    /** Opens it on ONNX Runtime. */
    public LearnedDistance open(Space space, int threads) {
        return open(space, threads, MODEL);
    }

    LearnedDistance open(Space space, int threads, String where) {
        ComparatorGraph.check(model, space.dimension(), where);
        return LearnedDistance.open(model, space, threads, where);
    }
}
