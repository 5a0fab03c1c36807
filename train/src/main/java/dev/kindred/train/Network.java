package dev.kindred.train;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.GradientCollector;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Extent;
import dev.kindred.encode.Layer;
import dev.kindred.encode.Parameter;
import dev.kindred.encode.Weights;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The training graph of an architecture on DJL's PyTorch engine. PyTorch does what it is best at, forward and backward through the
 * layers; the loss, its gradient with respect to the embeddings, and the optimiser are Kindred's own.
 *
 * <p>Pictures come as {@code [n, h, w, c]} and flow channels-last, which is several times faster on a CPU; features come and flow as
 * {@code [n, c]}. Not safe for several threads.
 */
final class Network implements AutoCloseable {
    /** Share of the newest batch in the moving statistics of batch norm. */
    private static final float NEWEST = 0.1f;

    private final Architecture architecture;
    private final NDManager manager;
    /** Learned values; the truth the graph is fed from at each step. */
    private final Map<String, float[]> learned = new LinkedHashMap<>();
    /** Moving statistics, kept inside the engine, which updates them in place. */
    private final Map<String, NDArray> moving = new LinkedHashMap<>();

    /** The gradient of the loss with respect to the embeddings, and the loss itself. */
    record Slope(double loss, float[] gradient) {}

    Network(Architecture architecture, Weights weights, Device device) {
        this.architecture = architecture;
        this.manager = Engine.getEngine("PyTorch").newBaseManager(device);
        for (Parameter parameter : architecture.parameters()) {
            float[] values = weights.copy(parameter.name());
            if (parameter.role().learned()) {
                learned.put(parameter.name(), values);
            } else {
                moving.put(parameter.name(), manager.create(values));
            }
        }
    }

    Architecture architecture() {
        return architecture;
    }

    /** The learned arrays themselves, by name: an optimiser writes into them between steps. */
    Map<String, float[]> learned() {
        return learned;
    }

    /**
     * One pass forward and back.
     *
     * @param batch {@code n·h·w·c} prepared values, {@code n·c} of features
     * @param loss takes the embeddings {@code [n, d]} and gives the loss and its gradient
     * @param gradients filled with the gradient of every learned parameter
     * @return the loss
     */
    double step(FloatBuffer batch, int n, Function<float[], Slope> loss, Map<String, float[]> gradients) {
        try (NDManager step = manager.newSubManager();
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            Map<String, NDArray> leaves = leaves(step, true);
            NDArray embeddings = forward(step, batch, n, leaves, true);
            Slope slope = loss.apply(embeddings.toFloatArray());
            NDArray direction = step.create(slope.gradient(), embeddings.getShape());
            collector.backward(embeddings.mul(direction).sum());
            for (Map.Entry<String, NDArray> leaf : leaves.entrySet()) {
                NDArray gradient = leaf.getValue().getGradient();
                gradient.attach(step);
                float[] values = gradient.toFloatArray();
                System.arraycopy(values, 0, gradients.get(leaf.getKey()), 0, values.length);
            }
            return slope.loss();
        }
    }

    /** Embeddings as the sealed encoder will give them: batch norm by its moving statistics. */
    float[] embed(FloatBuffer batch, int n) {
        try (NDManager step = manager.newSubManager()) {
            return forward(step, batch, n, leaves(step, false), false).toFloatArray();
        }
    }

    /** A copy of all weights as they are now. */
    Weights weights() {
        Map<String, float[]> values = new LinkedHashMap<>(learned);
        moving.forEach((name, array) -> values.put(name, array.toFloatArray()));
        return Weights.of(architecture, values);
    }

    /** Goes on from other weights of the same architecture. */
    void restore(Weights weights) {
        learned.forEach((name, array) -> System.arraycopy(weights.copy(name), 0, array, 0, array.length));
        // Made anew: setting values in place goes through a deprecated mode of the engine that warns of wrong results.
        moving.replaceAll((name, array) -> {
            array.close();
            return manager.create(weights.copy(name));
        });
    }

    private Map<String, NDArray> leaves(NDManager step, boolean gradient) {
        Map<String, NDArray> leaves = new LinkedHashMap<>();
        for (Parameter parameter : architecture.parameters()) {
            if (parameter.role().learned()) {
                long[] axes =
                        parameter.shape().stream().mapToLong(Integer::longValue).toArray();
                NDArray leaf = step.create(learned.get(parameter.name()), new Shape(axes));
                leaf.setRequiresGradient(gradient);
                leaves.put(parameter.name(), leaf);
            }
        }
        return leaves;
    }

    private NDArray forward(NDManager step, FloatBuffer batch, int n, Map<String, NDArray> leaves, boolean training) {
        Extent in = architecture.input();
        NDArray prepared = in.height() == 1 && in.width() == 1
                ? step.create(batch, new Shape(n, in.channels()))
                : step.create(batch, new Shape(n, in.height(), in.width(), in.channels()))
                        .transpose(0, 3, 1, 2);
        return layers("", prepared, architecture.layers(), leaves, training);
    }

    private NDArray layers(
            String prefix, NDArray flowing, List<Layer> layers, Map<String, NDArray> leaves, boolean training) {
        for (int i = 0; i < layers.size(); i++) {
            flowing = layer(prefix + i, flowing, layers.get(i), leaves, training);
        }
        return flowing;
    }

    private NDArray layer(String name, NDArray in, Layer layer, Map<String, NDArray> leaves, boolean training) {
        return switch (layer) {
            case Layer.Convolution c -> {
                // PyTorch 2.7.1 writes beyond its memory in strided 1×1 convolutions of channels-last pictures where
                // the processor has
                // AVX2 and no AVX-512, and the channels are no multiple of 8. What the stride skips can as well be left
                // out before.
                boolean skipping = c.kernel() == 1 && c.padding() == 0 && c.stride() > 1;
                NDArray seen =
                        skipping ? in.get(new NDIndex(":, :, ::%d, ::%d".formatted(c.stride(), c.stride()))) : in;
                int stride = skipping ? 1 : c.stride();
                yield one(Conv2d.conv2d(
                        seen,
                        leaf(leaves, name, "weight"),
                        c.bias() ? leaf(leaves, name, "bias") : null,
                        new Shape(stride, stride),
                        new Shape(c.padding(), c.padding()),
                        new Shape(1, 1),
                        1));
            }
            case Layer.BatchNorm b ->
                one(BatchNorm.batchNorm(
                        in,
                        moving(name, "mean"),
                        moving(name, "variance"),
                        leaf(leaves, name, "gamma"),
                        leaf(leaves, name, "beta"),
                        1,
                        NEWEST,
                        Layer.BatchNorm.EPSILON,
                        training));
            case Layer.Relu r -> Activation.relu(in);
            case Layer.MaxPool p ->
                Pool.maxPool2d(
                        in, new Shape(p.size(), p.size()), new Shape(p.stride(), p.stride()), new Shape(0, 0), false);
            case Layer.GlobalAveragePool g ->
                in.reshape(in.getShape().get(0), in.getShape().get(1), -1).mean(new int[] {2});
            case Layer.Flatten f -> in.reshape(in.getShape().get(0), -1);
            case Layer.Linear l ->
                one(Linear.linear(in, leaf(leaves, name, "weight"), l.bias() ? leaf(leaves, name, "bias") : null));
            case Layer.Residual r ->
                layers(name + ".body.", in, r.body(), leaves, training)
                        .add(layers(name + ".shortcut.", in, r.shortcut(), leaves, training));
            case Layer.UnitLength u -> in.normalize(2, 1, Layer.UnitLength.EPSILON);
        };
    }

    private static NDArray one(NDList list) {
        return list.singletonOrThrow();
    }

    private static NDArray leaf(Map<String, NDArray> leaves, String layer, String role) {
        return known(leaves, layer + "." + role);
    }

    private NDArray moving(String layer, String role) {
        return known(moving, layer + "." + role);
    }

    private static NDArray known(Map<String, NDArray> arrays, String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalStateException("the architecture has no " + name);
        }
        return array;
    }

    @Override
    public void close() {
        manager.close();
    }
}
