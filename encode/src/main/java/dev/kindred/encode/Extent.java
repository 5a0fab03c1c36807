package dev.kindred.encode;

/**
 * The size of one sample between two layers: a picture of {@code channels × height × width}, or a vector of {@code channels} with height
 * and width 1.
 */
public record Extent(int channels, int height, int width) {
    public Extent {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("no sample is " + channels + "×" + height + "×" + width);
        }
    }

    public int size() {
        return Math.multiplyExact(channels, Math.multiplyExact(height, width));
    }

    /** What {@code layer} makes of a sample of this extent. */
    Extent after(Layer layer) {
        return switch (layer) {
            case Layer.Convolution c ->
                new Extent(
                        c.filters(),
                        slots(height + 2 * c.padding(), c.kernel(), c.stride()),
                        slots(width + 2 * c.padding(), c.kernel(), c.stride()));
            case Layer.MaxPool p ->
                new Extent(channels, slots(height, p.size(), p.stride()), slots(width, p.size(), p.stride()));
            case Layer.GlobalAveragePool g -> new Extent(channels, 1, 1);
            case Layer.Flatten f -> new Extent(size(), 1, 1);
            case Layer.Linear l -> new Extent(l.units(), 1, 1);
            case Layer.Residual r -> {
                Extent body = afterAll(r.body());
                if (!body.equals(afterAll(r.shortcut()))) {
                    throw new IllegalArgumentException(
                            "a residual's body gives " + body + ", its shortcut " + afterAll(r.shortcut()));
                }
                yield body;
            }
            case Layer.BatchNorm b -> this;
            case Layer.Relu r -> this;
            case Layer.UnitLength u -> this;
        };
    }

    Extent afterAll(Iterable<Layer> layers) {
        Extent extent = this;
        for (Layer layer : layers) {
            extent = extent.after(layer);
        }
        return extent;
    }

    private static int slots(int length, int window, int stride) {
        if (length < window || stride < 1 || window < 1) {
            throw new IllegalArgumentException("a window of " + window + " does not fit into " + length);
        }
        return (length - window) / stride + 1;
    }
}
