package dev.kindred.encode;

import dev.kindred.core.Refusal;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tensors of strangers, held to what an encoder's graph takes before any of it is run. Refusals name the tensor. */
final class ReadyTensors {
    private final Map<String, Tensor> tensors;

    /** @throws Refusal where one is there that the graph does not take */
    ReadyTensors(Map<String, Tensor> tensors, Set<String> known) {
        for (String name : tensors.keySet()) {
            if (!known.contains(name)) {
                throw new Refusal(
                        "is no input of this encoder",
                        name,
                        "its inputs are "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
        this.tensors = tensors;
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** @param shape of one sample, or {@link TensorInput#ANY} where the size is free */
    Tensor.Floats floats(String name, int... shape) {
        if (require(name, shape) instanceof Tensor.Floats floats) {
            return floats;
        }
        throw new Refusal("is of int64", name, "send float32");
    }

    /** @param shape of one sample, or {@link TensorInput#ANY} where the size is free */
    Tensor.Wholes wholes(String name, int... shape) {
        if (require(name, shape) instanceof Tensor.Wholes wholes) {
            return wholes;
        }
        throw new Refusal("is of float32", name, "send int64");
    }

    private Tensor require(String name, int... shape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new Refusal("is missing", name, "send it: " + shape(shape));
        }
        List<Integer> given = tensor.shape();
        boolean fits = given.size() == shape.length + 1 && given.getFirst() >= 1;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = shape[i] == TensorInput.ANY ? given.get(i + 1) >= 1 : given.get(i + 1) == shape[i];
        }
        if (!fits) {
            throw new Refusal("is of shape " + given, name, "send " + shape(shape));
        }
        return tensor;
    }

    private static String shape(int... sample) {
        StringBuilder text = new StringBuilder("[n");
        for (int size : sample) {
            text.append(", ").append(size == TensorInput.ANY ? "t" : Integer.toString(size));
        }
        return text.append(']').toString();
    }

    /**
     * Samples of values that are finite and within their channel's range.
     *
     * @param lows least value by channel
     * @param highs greatest value by channel
     * @param cost of one sample
     */
    static List<Prepared> samples(
            String name, Tensor.Floats tensor, float[] lows, float[] highs, String hint, int cost) {
        FloatBuffer values = tensor.values();
        int n = tensor.shape().getFirst();
        int start = values.position();
        int size = values.remaining() / n;
        int area = size / lows.length;
        List<Prepared> samples = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < lows.length; c++) {
                int from = start + i * size + c * area;
                for (int at = from; at < from + area; at++) {
                    float value = values.get(at);
                    // Not a number is within no range.
                    if (!(value >= lows[c] && value <= highs[c])) {
                        throw new Refusal(
                                "has the value " + value + " at " + (at - start)
                                        + ", outside of what its preprocessing gives",
                                name,
                                hint);
                    }
                }
            }
            samples.add(new ReadyValues(values, start + i * size, cost));
        }
        return samples;
    }

    /**
     * Rows of tokens, without their padding.
     *
     * @param ids {@code [n, t]}, each from 0 to {@code largest}
     * @param mask {@code [n, t]}: ones, then zeros where a row is padded
     */
    static List<Prepared> tokens(Tensor.Wholes ids, Tensor.Wholes mask, long largest) {
        if (!ids.shape().equals(mask.shape())) {
            throw new Refusal(
                    "is of shape " + mask.shape(),
                    TextEncoder.MASK,
                    "send the shape of " + TextEncoder.IDS + ", " + ids.shape());
        }
        int n = ids.shape().get(0);
        int width = ids.shape().get(1);
        LongBuffer numbers = ids.values();
        LongBuffer marks = mask.values();
        List<Prepared> rows = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            int length = length(marks, marks.position() + i * width, width, i);
            int[] row = new int[length];
            for (int t = 0; t < length; t++) {
                long id = numbers.get(numbers.position() + i * width + t);
                if (id < 0 || id > largest) {
                    throw new Refusal(
                            "has " + id + " in row " + i, TextEncoder.IDS, "tokens are numbered from 0 to " + largest);
                }
                row[t] = (int) id;
            }
            rows.add(new TokenIds(row));
        }
        return rows;
    }

    private static int length(LongBuffer marks, int from, int width, int row) {
        int length = 0;
        while (length < width && marks.get(from + length) == 1) {
            length++;
        }
        boolean padded = true;
        for (int t = length; t < width; t++) {
            padded &= marks.get(from + t) == 0;
        }
        if (length == 0 || !padded) {
            throw new Refusal(
                    "is not ones and then zeros in row " + row,
                    TextEncoder.MASK,
                    "put tokens at the left and padding at the right, at least one token a row");
        }
        return length;
    }

    /** @throws Refusal where any value is not 0: texts here are never pairs */
    static void requireZeros(String name, Tensor.Wholes tensor) {
        LongBuffer values = tensor.values();
        for (int at = values.position(); at < values.limit(); at++) {
            if (values.get(at) != 0) {
                throw new Refusal("has a value other than 0", name, "send zeros, or leave it out");
            }
        }
    }

    /** The same bound for every channel. */
    static float[] same(int channels, float bound) {
        float[] bounds = new float[channels];
        Arrays.fill(bounds, bound);
        return bounds;
    }
}
