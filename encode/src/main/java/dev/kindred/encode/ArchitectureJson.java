package dev.kindred.encode;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import java.util.ArrayList;
import java.util.List;

/** An architecture as JSON and back. */
final class ArchitectureJson {
    private static final int WIDEST = 1 << 16;

    private ArchitectureJson() {}

    static JsonObject write(Architecture architecture) {
        JsonObject json = new JsonObject();
        json.addProperty("name", architecture.name());
        json.addProperty("channels", architecture.input().channels());
        json.addProperty("height", architecture.input().height());
        json.addProperty("width", architecture.input().width());
        json.add("layers", write(architecture.layers()));
        return json;
    }

    private static JsonArray write(List<Layer> layers) {
        JsonArray array = new JsonArray();
        for (Layer layer : layers) {
            JsonObject json = new JsonObject();
            switch (layer) {
                case Layer.Convolution c -> {
                    json.addProperty("layer", "convolution");
                    json.addProperty("filters", c.filters());
                    json.addProperty("kernel", c.kernel());
                    json.addProperty("stride", c.stride());
                    json.addProperty("padding", c.padding());
                    json.addProperty("bias", c.bias());
                }
                case Layer.BatchNorm b -> json.addProperty("layer", "batch-norm");
                case Layer.Relu r -> json.addProperty("layer", "relu");
                case Layer.MaxPool p -> {
                    json.addProperty("layer", "max-pool");
                    json.addProperty("size", p.size());
                    json.addProperty("stride", p.stride());
                }
                case Layer.GlobalAveragePool g -> json.addProperty("layer", "global-average-pool");
                case Layer.Flatten f -> json.addProperty("layer", "flatten");
                case Layer.Linear l -> {
                    json.addProperty("layer", "linear");
                    json.addProperty("units", l.units());
                    json.addProperty("bias", l.bias());
                }
                case Layer.Residual r -> {
                    json.addProperty("layer", "residual");
                    json.add("body", write(r.body()));
                    json.add("shortcut", write(r.shortcut()));
                }
                case Layer.UnitLength u -> json.addProperty("layer", "unit-length");
            }
            array.add(json);
        }
        return array;
    }

    /** @param most numbers that its weights may be, as many as its graph has room for: they are allocated when it is asked for untrained */
    static Architecture read(Fields json, long most) {
        Extent input = new Extent(
                json.integer("channels", 1, WIDEST),
                json.integer("height", 1, WIDEST),
                json.integer("width", 1, WIDEST));
        try {
            Architecture architecture = new Architecture(json.text("name"), input, layers(json.list("layers")));
            long numbers = 0;
            for (Parameter parameter : architecture.parameters()) {
                numbers += parameter.size();
            }
            if (numbers > most) {
                throw new IllegalArgumentException(
                        "it has %,d weights, its graph room for %,d at most".formatted(numbers, most));
            }
            return architecture;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new Refusal(
                    "is no architecture: " + e.getMessage(),
                    json.where(),
                    "fetch the bundle again, or seal it anew",
                    e);
        }
    }

    private static List<Layer> layers(List<Fields> list) {
        List<Layer> layers = new ArrayList<>();
        for (Fields f : list) {
            layers.add(
                    switch (f.text("layer")) {
                        case "convolution" ->
                            new Layer.Convolution(
                                    f.integer("filters", 1, WIDEST),
                                    f.integer("kernel", 1, 31),
                                    f.integer("stride", 1, 31),
                                    f.integer("padding", 0, 31),
                                    f.flag("bias"));
                        case "batch-norm" -> new Layer.BatchNorm();
                        case "relu" -> new Layer.Relu();
                        case "max-pool" -> new Layer.MaxPool(f.integer("size", 1, 31), f.integer("stride", 1, 31));
                        case "global-average-pool" -> new Layer.GlobalAveragePool();
                        case "flatten" -> new Layer.Flatten();
                        case "linear" -> new Layer.Linear(f.integer("units", 1, WIDEST), f.flag("bias"));
                        case "residual" -> new Layer.Residual(layers(f.list("body")), layers(f.list("shortcut")));
                        case "unit-length" -> new Layer.UnitLength();
                        default ->
                            throw new Refusal(
                                    "knows no layer '" + f.text("layer") + "'",
                                    f.where(),
                                    "open it with a newer Kindred");
                    });
        }
        return layers;
    }
}
