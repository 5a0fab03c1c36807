package dev.kindred.encode;

import dev.kindred.core.Keyed;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of an encoder, one float32 array a {@link Parameter}, row-major, in the architecture's order.
 */
public final class Weights {
    private final List<Parameter> parameters;
    private final Map<String, float[]> values;

    private Weights(List<Parameter> parameters, Map<String, float[]> values) {
        this.parameters = parameters;
        this.values = values;
    }

    /** @param values one array for each parameter of the architecture, of its size */
    public static Weights of(Architecture architecture, Map<String, float[]> values) {
        Map<String, float[]> ordered = new LinkedHashMap<>();
        for (Parameter parameter : architecture.parameters()) {
            float[] array = values.get(parameter.name());
            if (array == null || array.length != parameter.size()) {
                throw new IllegalArgumentException("parameter " + parameter.name() + " needs " + parameter.size()
                        + " values, there are " + (array == null ? 0 : array.length));
            }
            ordered.put(parameter.name(), array.clone());
        }
        return new Weights(architecture.parameters(), ordered);
    }

    /**
     * Weights before any teaching: He's normal initialisation for weights (He et al. 2015), 1 for gamma and variance, 0 for the rest.
     * The same seed gives the same numbers everywhere.
     */
    public static Weights untrained(Architecture architecture, long seed) {
        Map<String, float[]> values = new LinkedHashMap<>();
        List<Parameter> parameters = architecture.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            float[] array = new float[parameter.size()];
            switch (parameter.role()) {
                case WEIGHT -> {
                    Keyed draws = Keyed.of(seed, i);
                    double deviation = Math.sqrt(2.0 / parameter.fanIn());
                    for (int j = 0; j < array.length; j++) {
                        array[j] = (float) (deviation * draws.nextGaussian());
                    }
                }
                case GAMMA, VARIANCE -> Arrays.fill(array, 1);
                case BIAS, BETA, MEAN -> {}
            }
            values.put(parameter.name(), array);
        }
        return new Weights(parameters, values);
    }

    public List<Parameter> parameters() {
        return parameters;
    }

    /** A copy of one parameter's values. */
    public float[] copy(String parameter) {
        return values(parameter).clone();
    }

    float[] values(String parameter) {
        float[] array = values.get(parameter);
        if (array == null) {
            throw new IllegalArgumentException("no parameter " + parameter);
        }
        return array;
    }
}
