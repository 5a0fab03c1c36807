package dev.kindred.encode;

import java.util.List;

/** An architecture by plain double loops, one sample at a time: what every engine is checked against. */
final class ReferenceNetwork {
    private final Weights weights;

    ReferenceNetwork(Weights weights) {
        this.weights = weights;
    }

    private record Flow(Extent extent, double[] values) {
        double at(int c, int y, int x) {
            boolean inside = y >= 0 && y < extent.height() && x >= 0 && x < extent.width();
            return inside ? values[(c * extent.height() + y) * extent.width() + x] : 0;
        }
    }

    /** @param planar {@code [c, h, w]} prepared values */
    double[] embed(Architecture architecture, float[] planar) {
        double[] values = new double[planar.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = planar[i];
        }
        return layers("", new Flow(architecture.input(), values), architecture.layers())
                .values();
    }

    private Flow layers(String prefix, Flow flow, List<Layer> layers) {
        for (int i = 0; i < layers.size(); i++) {
            flow = layer(prefix + i, flow, layers.get(i));
        }
        return flow;
    }

    private Flow layer(String name, Flow in, Layer layer) {
        Extent out = in.extent().after(layer);
        double[] values = new double[out.size()];
        switch (layer) {
            case Layer.Convolution c -> {
                float[] w = weights.values(name + ".weight");
                for (int f = 0; f < out.channels(); f++) {
                    for (int y = 0; y < out.height(); y++) {
                        for (int x = 0; x < out.width(); x++) {
                            double sum = c.bias() ? weights.values(name + ".bias")[f] : 0;
                            for (int ch = 0; ch < in.extent().channels(); ch++) {
                                for (int ky = 0; ky < c.kernel(); ky++) {
                                    for (int kx = 0; kx < c.kernel(); kx++) {
                                        sum += w[
                                                        ((f * in.extent().channels() + ch) * c.kernel() + ky)
                                                                        * c.kernel()
                                                                + kx]
                                                * in.at(
                                                        ch,
                                                        y * c.stride() + ky - c.padding(),
                                                        x * c.stride() + kx - c.padding());
                                    }
                                }
                            }
                            values[(f * out.height() + y) * out.width() + x] = sum;
                        }
                    }
                }
            }
            case Layer.BatchNorm b -> {
                int area = out.height() * out.width();
                for (int i = 0; i < values.length; i++) {
                    int c = i / area;
                    values[i] = (in.values()[i] - weights.values(name + ".mean")[c])
                                    / Math.sqrt(weights.values(name + ".variance")[c] + 1e-5)
                                    * weights.values(name + ".gamma")[c]
                            + weights.values(name + ".beta")[c];
                }
            }
            case Layer.Relu r -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Math.max(0, in.values()[i]);
                }
            }
            case Layer.MaxPool p -> {
                for (int c = 0; c < out.channels(); c++) {
                    for (int y = 0; y < out.height(); y++) {
                        for (int x = 0; x < out.width(); x++) {
                            double most = Double.NEGATIVE_INFINITY;
                            for (int dy = 0; dy < p.size(); dy++) {
                                for (int dx = 0; dx < p.size(); dx++) {
                                    most = Math.max(most, in.at(c, y * p.stride() + dy, x * p.stride() + dx));
                                }
                            }
                            values[(c * out.height() + y) * out.width() + x] = most;
                        }
                    }
                }
            }
            case Layer.GlobalAveragePool g -> {
                int area = in.extent().height() * in.extent().width();
                for (int i = 0; i < in.values().length; i++) {
                    values[i / area] += in.values()[i] / area;
                }
            }
            case Layer.Flatten f -> values = in.values();
            case Layer.Linear l -> {
                float[] w = weights.values(name + ".weight");
                for (int u = 0; u < values.length; u++) {
                    values[u] = l.bias() ? weights.values(name + ".bias")[u] : 0;
                    for (int i = 0; i < in.values().length; i++) {
                        values[u] += w[u * in.values().length + i] * in.values()[i];
                    }
                }
            }
            case Layer.Residual r -> {
                double[] body = layers(name + ".body.", in, r.body()).values();
                double[] shortcut =
                        layers(name + ".shortcut.", in, r.shortcut()).values();
                for (int i = 0; i < values.length; i++) {
                    values[i] = body[i] + shortcut[i];
                }
            }
            case Layer.UnitLength u -> {
                double squares = 0;
                for (double v : in.values()) {
                    squares += v * v;
                }
                for (int i = 0; i < values.length; i++) {
                    values[i] = in.values()[i] / Math.max(1e-12, Math.sqrt(squares));
                }
            }
        }
        return new Flow(out, values);
    }
}
