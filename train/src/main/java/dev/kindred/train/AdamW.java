package dev.kindred.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Adam with decoupled weight decay (Loshchilov, Hutter 2019) and clipping of the global gradient norm (Pascanu et al. 2013). Its state is
 * visible, so that a run can be saved and gone on with exactly.
 */
public final class AdamW {
    private static final double FIRST_DECAY = 0.9;
    private static final double SECOND_DECAY = 0.999;
    private static final double EPSILON = 1e-8;

    private final double weightDecay;
    private final double clip;
    private final Map<String, Moments> moments;
    private long steps;

    /** Moving averages of one parameter's gradient and of its square. */
    public record Moments(float[] first, float[] second) {}

    /**
     * All that decides the next step besides parameters and gradients.
     *
     * @param steps taken so far
     */
    public record State(long steps, Map<String, Moments> moments) {}

    /**
     * @param weightDecay share of a weight lost per unit of learning rate; vectors (biases, batch norm) are spared
     * @param clip largest global norm of the gradient; longer ones are scaled down to it
     */
    public AdamW(Map<String, float[]> parameters, double weightDecay, double clip) {
        this.weightDecay = weightDecay;
        this.clip = clip;
        this.moments = new LinkedHashMap<>();
        parameters.forEach(
                (name, values) -> moments.put(name, new Moments(new float[values.length], new float[values.length])));
    }

    /**
     * Moves the parameters, in place.
     *
     * @param decayed the names that weight decay applies to
     * @return the gradient's global norm before clipping; not finite where the gradient was not, and then nothing has moved
     */
    public double step(
            Map<String, float[]> parameters,
            Map<String, float[]> gradients,
            double learningRate,
            java.util.Set<String> decayed) {
        double squares = 0;
        for (float[] gradient : gradients.values()) {
            for (float g : gradient) {
                squares += (double) g * g;
            }
        }
        double norm = Math.sqrt(squares);
        if (!Double.isFinite(norm)) {
            return norm;
        }
        steps++;
        double scale = norm > clip ? clip / norm : 1;
        double firstBias = 1 - Math.pow(FIRST_DECAY, steps);
        double secondBias = 1 - Math.pow(SECOND_DECAY, steps);
        for (Map.Entry<String, Moments> entry : moments.entrySet()) {
            String name = entry.getKey();
            move(
                    of(parameters, name),
                    of(gradients, name),
                    entry.getValue(),
                    scale,
                    learningRate,
                    firstBias,
                    secondBias,
                    decayed.contains(name) ? learningRate * weightDecay : 0);
        }
        return norm;
    }

    private static void move(
            float[] values,
            float[] gradient,
            Moments moments,
            double scale,
            double learningRate,
            double firstBias,
            double secondBias,
            double decay) {
        float[] first = moments.first();
        float[] second = moments.second();
        float b1 = (float) FIRST_DECAY;
        float b2 = (float) SECOND_DECAY;
        float s = (float) scale;
        float rate = (float) (learningRate / firstBias);
        float rootBias = (float) (1 / Math.sqrt(secondBias));
        float epsilon = (float) EPSILON;
        float kept = (float) (1 - decay);
        for (int i = 0; i < values.length; i++) {
            float g = gradient[i] * s;
            float m = b1 * first[i] + (1 - b1) * g;
            float v = b2 * second[i] + (1 - b2) * g * g;
            first[i] = m;
            second[i] = v;
            values[i] = values[i] * kept - rate * m / ((float) Math.sqrt(v) * rootBias + epsilon);
        }
    }

    private static float[] of(Map<String, float[]> arrays, String name) {
        float[] array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no array for parameter " + name);
        }
        return array;
    }

    /** A copy of the state. */
    public State state() {
        Map<String, Moments> copy = new LinkedHashMap<>();
        moments.forEach((name, m) ->
                copy.put(name, new Moments(m.first().clone(), m.second().clone())));
        return new State(steps, copy);
    }

    /** Goes on from a state of the same parameters. */
    public void restore(State state) {
        steps = state.steps();
        moments.forEach((name, own) -> {
            Moments from = state.moments().get(name);
            if (from == null || from.first().length != own.first().length) {
                throw new IllegalArgumentException("the saved state does not fit parameter " + name);
            }
            System.arraycopy(from.first(), 0, own.first(), 0, own.first().length);
            System.arraycopy(from.second(), 0, own.second(), 0, own.second().length);
        });
    }
}
