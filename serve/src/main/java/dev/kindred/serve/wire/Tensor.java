package dev.kindred.serve.wire;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.serve.Problem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An input of an inference request. What it says of itself is not believed: reading its values holds type, shape and contents to one
 * another before anything of their size is made.
 *
 * @param datatype in the protocol's names: {@code BYTES}, {@code FP32}, {@code INT64} and others, which nothing here takes
 */
record Tensor(String name, String datatype, List<Long> shape, Contents contents) {
    static final String BYTES = "BYTES";
    static final String FP32 = "FP32";
    static final String INT64 = "INT64";

    /** No graph's input has as many. */
    private static final int MOST_DIMENSIONS = 8;

    /** Values in row-major order. */
    sealed interface Contents {
        /** Little-endian, each {@code BYTES} element after its length in four bytes. */
        record Raw(ByteBuffer bytes) implements Contents {}

        record Floats(float[] values) implements Contents {}

        record Longs(long[] values) implements Contents {}

        record Elements(List<byte[]> values) implements Contents {}
    }

    Tensor {
        shape = List.copyOf(shape);
        if (shape.isEmpty() || shape.size() > MOST_DIMENSIONS) {
            throw bad(name, "a shape of " + shape.size() + " sizes", "give 1 to " + MOST_DIMENSIONS);
        }
    }

    /** How many values its shape is of. */
    int size() {
        long product = 1;
        for (long size : shape) {
            if (size < 0) {
                throw bad(name, "a size of " + size, "sizes are 0 or more");
            }
            long high = Math.multiplyHigh(product, size);
            product *= size;
            if (high != 0 || product < 0 || product > Integer.MAX_VALUE) {
                throw new Problem(
                        HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                        "too-large",
                        "a shape of more values than a tensor holds",
                        name,
                        "send fewer at once");
            }
        }
        return (int) product;
    }

    float[] floats() {
        require(FP32);
        int size = size();
        return switch (contents) {
            case Contents.Raw(ByteBuffer bytes) -> {
                requireBytes(bytes, (long) size * Float.BYTES);
                float[] values = new float[size];
                bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
                yield values;
            }
            case Contents.Floats(float[] values) -> {
                requireCount(values.length, size);
                yield values;
            }
            case Contents.Longs longs -> throw otherContents();
            case Contents.Elements elements -> throw otherContents();
        };
    }

    long[] longs() {
        require(INT64);
        int size = size();
        return switch (contents) {
            case Contents.Raw(ByteBuffer bytes) -> {
                requireBytes(bytes, (long) size * Long.BYTES);
                long[] values = new long[size];
                bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
                yield values;
            }
            case Contents.Longs(long[] values) -> {
                requireCount(values.length, size);
                yield values;
            }
            case Contents.Floats floats -> throw otherContents();
            case Contents.Elements elements -> throw otherContents();
        };
    }

    List<byte[]> elements() {
        require(BYTES);
        int size = size();
        return switch (contents) {
            case Contents.Raw(ByteBuffer bytes) -> elements(bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN), size);
            case Contents.Elements(List<byte[]> values) -> {
                requireCount(values.size(), size);
                yield values;
            }
            case Contents.Floats floats -> throw otherContents();
            case Contents.Longs longs -> throw otherContents();
        };
    }

    private List<byte[]> elements(ByteBuffer bytes, int size) {
        if (bytes.remaining() < (long) size * Integer.BYTES) {
            throw bad(name, bytes.remaining() + " bytes for " + size + " elements", "each stands after its length");
        }
        List<byte[]> elements = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            int length = bytes.remaining() < Integer.BYTES ? -1 : bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                throw bad(name, "element " + i + " is longer than what was sent", "each stands after its length");
            }
            byte[] element = new byte[length];
            bytes.get(element);
            elements.add(element);
        }
        if (bytes.hasRemaining()) {
            throw bad(name, bytes.remaining() + " bytes stand after the last element", "");
        }
        return elements;
    }

    private void require(String wanted) {
        if (!datatype.equals(wanted)) {
            throw bad(name, "this input is of " + wanted + ", not " + Names.cut(datatype), "");
        }
    }

    private void requireBytes(ByteBuffer bytes, long wanted) {
        if (bytes.remaining() != wanted) {
            throw bad(
                    name,
                    bytes.remaining() + " bytes where a shape of " + shape + " has " + wanted,
                    "send them little-endian, row after row");
        }
    }

    private void requireCount(int given, int wanted) {
        if (given != wanted) {
            throw bad(name, given + " values where a shape of " + shape + " has " + wanted, "");
        }
    }

    private Problem otherContents() {
        return bad(name, "its contents are not of " + datatype, "");
    }

    static Problem bad(String name, String what, String hint) {
        return Problem.badRequest(what, name.isEmpty() ? "inputs" : Names.cut(name), hint);
    }
}
