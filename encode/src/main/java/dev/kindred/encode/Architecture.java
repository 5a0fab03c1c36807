package dev.kindred.encode;

import java.util.ArrayList;
import java.util.List;

/**
 * An encoder as a value: what comes in and the layers it passes. Tied weights means that there is one of these and one set of
 * {@link Weights}; pairs and triplets are the loss's affair and never enter a graph.
 *
 * @param name how people call it, e.g. {@code conv4}
 * @param input the extent of one prepared sample
 */
public record Architecture(String name, Extent input, List<Layer> layers) {
    public Architecture {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("an encoder without layers");
        }
        input.afterAll(layers);
    }

    /** Values an embedding. */
    public int dimension() {
        return input.afterAll(layers).size();
    }

    /**
     * Four blocks of 3×3 convolution, batch norm, ReLU and 2×2 max pooling, then a linear map to the embedding, of unit length: the
     * encoder of Matching Networks (Vinyals et al. 2016) and Prototypical Networks (Snell et al. 2017) with an embedding on top.
     *
     * @param channels 1 or 3
     * @param side height and width of the prepared picture, at least 16
     * @param filters width of every block
     * @param dimension values an embedding
     */
    public static Architecture conv4(int channels, int side, int filters, int dimension) {
        List<Layer> layers = new ArrayList<>();
        for (int block = 0; block < 4; block++) {
            layers.add(new Layer.Convolution(filters, 3, 1, 1, false));
            layers.add(new Layer.BatchNorm());
            layers.add(new Layer.Relu());
            layers.add(new Layer.MaxPool(2, 2));
        }
        layers.add(new Layer.Flatten());
        layers.add(new Layer.Linear(dimension, true));
        layers.add(new Layer.UnitLength());
        return new Architecture("conv4", new Extent(channels, side, side), layers);
    }

    /**
     * Texts by their characters: each byte is given a vector, convolutions of three neighbours look ever wider, at half the places after
     * each of three blocks, and the mean over the places is mapped to the embedding, of unit length (after Zhang, Zhao, LeCun 2015).
     *
     * @param input {@code [256, 1, bytes]}
     * @param filters width of every layer
     * @param dimension values an embedding
     */
    public static Architecture characters(Extent input, int filters, int dimension) {
        List<Layer> layers = new ArrayList<>();
        layers.add(new Layer.Convolution(filters, 1, 1, 0, true));
        for (int block = 0; block < 3; block++) {
            for (int stride = 1; stride <= 2; stride++) {
                layers.add(new Layer.Convolution(filters, 3, stride, 1, false));
                layers.add(new Layer.BatchNorm());
                layers.add(new Layer.Relu());
            }
        }
        layers.add(new Layer.GlobalAveragePool());
        layers.add(new Layer.Linear(dimension, true));
        layers.add(new Layer.UnitLength());
        return new Architecture("chars", input, layers);
    }

    /** The tensors this encoder learns or keeps, in the order in which the layers use them. */
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        collect("", input, layers, parameters);
        return List.copyOf(parameters);
    }

    private static Extent collect(String prefix, Extent extent, List<Layer> layers, List<Parameter> into) {
        for (int i = 0; i < layers.size(); i++) {
            String name = prefix + i;
            Layer layer = layers.get(i);
            switch (layer) {
                case Layer.Convolution c -> {
                    into.add(Parameter.weight(name, c.filters(), extent.channels(), c.kernel(), c.kernel()));
                    if (c.bias()) {
                        into.add(Parameter.of(name, Parameter.Role.BIAS, c.filters()));
                    }
                }
                case Layer.Linear l -> {
                    if (extent.height() != 1 || extent.width() != 1) {
                        throw new IllegalArgumentException("layer " + name + ": flatten before a linear layer");
                    }
                    into.add(Parameter.weight(name, l.units(), extent.channels()));
                    if (l.bias()) {
                        into.add(Parameter.of(name, Parameter.Role.BIAS, l.units()));
                    }
                }
                case Layer.BatchNorm b -> {
                    into.add(Parameter.of(name, Parameter.Role.GAMMA, extent.channels()));
                    into.add(Parameter.of(name, Parameter.Role.BETA, extent.channels()));
                    into.add(Parameter.of(name, Parameter.Role.MEAN, extent.channels()));
                    into.add(Parameter.of(name, Parameter.Role.VARIANCE, extent.channels()));
                }
                case Layer.Residual r -> {
                    collect(name + ".body.", extent, r.body(), into);
                    collect(name + ".shortcut.", extent, r.shortcut(), into);
                }
                case Layer.Relu r -> {}
                case Layer.MaxPool p -> {}
                case Layer.GlobalAveragePool g -> {}
                case Layer.Flatten f -> {}
                case Layer.UnitLength u -> {}
            }
            extent = extent.after(layer);
        }
        return extent;
    }
}
