package dev.kindred.encode;

import dev.kindred.core.Refusal;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;

/** Numbers of strangers in a shape, the last dimension running fastest; their count fits the shape. */
public sealed interface Tensor {

    /** Sizes, outermost first; none below 0. */
    List<Integer> shape();

    /** @param values float32; not to be changed while the tensor is used */
    record Floats(List<Integer> shape, FloatBuffer values) implements Tensor {
        /** @throws Refusal where the values do not fill the shape */
        public Floats {
            shape = List.copyOf(shape);
            requireFull(shape, values);
        }
    }

    /** @param values int64; not to be changed while the tensor is used */
    record Wholes(List<Integer> shape, LongBuffer values) implements Tensor {
        /** @throws Refusal where the values do not fill the shape */
        public Wholes {
            shape = List.copyOf(shape);
            requireFull(shape, values);
        }
    }

    private static void requireFull(List<Integer> shape, Buffer values) {
        long count = 1;
        for (int size : shape) {
            // Bounded at each step, so that no product of strangers' numbers runs over.
            count = size < 0 || count > Integer.MAX_VALUE ? -1 : count * size;
            if (count < 0) {
                break;
            }
        }
        if (count != values.remaining()) {
            throw new Refusal(
                    "has " + values.remaining() + " values, which do not fill its shape " + shape,
                    "",
                    "send as many values as the sizes of the shape multiply to");
        }
    }
}
