package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.kindred.core.Refusal;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A stranger's graph, loaded by the runtime to see what it is and what it does. */
final class Trial implements AutoCloseable {

    /**
     * An input or output.
     *
     * @param type as the runtime infers it
     * @param shape negative where it may be of any size; empty where nothing is known of it
     */
    record Port(String name, OnnxMl.TensorProto.DataType type, long[] shape) {
        boolean isReal() {
            return switch (type) {
                case FLOAT, FLOAT16, DOUBLE -> true;
                default -> false;
            };
        }

        /** {@code last_hidden_state [n, t, 384]}. */
        String told() {
            List<String> sizes = new ArrayList<>();
            for (int i = 0; i < shape.length; i++) {
                sizes.add(shape[i] >= 0 ? Long.toString(shape[i]) : i == 0 ? "n" : "t");
            }
            return "'" + name + "' [" + String.join(", ", sizes) + "]";
        }
    }

    private static final int LONGEST = 300;

    private final OrtSession session;
    private final String where;

    private Trial(OrtSession session, String where) {
        this.session = session;
        this.where = where;
    }

    static Trial of(byte[] model, String where) {
        try {
            return new Trial(LoadedModel.session(model, OrtSession.SessionOptions.OptLevel.BASIC_OPT), where);
        } catch (OrtException e) {
            throw new Refusal(
                    "the runtime cannot load it: " + reason(e),
                    where,
                    "export the model with standard operators of opset 11 or later",
                    e);
        }
    }

    /** The runtime's words, which may hold its own source line and a whole graph. */
    private static String reason(OrtException e) {
        String words = String.valueOf(e.getMessage())
                .replaceFirst("^Error code - \\S+ - message: ", "")
                .replaceAll("\\s+", " ")
                .strip();
        return words.length() > LONGEST ? words.substring(0, LONGEST) + "…" : words;
    }

    List<Port> inputs() {
        try {
            return ports(session.getInputInfo());
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    List<Port> outputs() {
        try {
            return ports(session.getOutputInfo());
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Port> ports(Map<String, NodeInfo> infos) {
        List<Port> ports = new ArrayList<>();
        infos.forEach((name, info) -> {
            if (info.getInfo() instanceof TensorInfo tensor) {
                ports.add(new Port(name, type(tensor), tensor.getShape()));
            } else {
                ports.add(new Port(name, OnnxMl.TensorProto.DataType.UNDEFINED, new long[0]));
            }
        });
        return ports;
    }

    private static OnnxMl.TensorProto.DataType type(TensorInfo info) {
        // Both keep ONNX's own numbers.
        OnnxMl.TensorProto.DataType type = OnnxMl.TensorProto.DataType.forNumber(info.onnxType.value);
        return type == null ? OnnxMl.TensorProto.DataType.UNDEFINED : type;
    }

    /**
     * What a text encoder gives for tokens.
     *
     * @param ids {@code [n][t]}; what is beyond {@code lengths} is padding
     */
    float[][] texts(long[][] ids, int... lengths) {
        int n = ids.length;
        int t = ids[0].length;
        LongBuffer tokens = LongBuffer.allocate(n * t);
        LongBuffer mask = LongBuffer.allocate(n * t);
        for (int row = 0; row < n; row++) {
            for (int column = 0; column < t; column++) {
                tokens.put(ids[row][column]);
                mask.put(column < lengths[row] ? 1 : 0);
            }
        }
        Map<String, LongBuffer> all = Map.of(
                TextGraph.IDS, tokens.flip(), TextGraph.MASK, mask.flip(), TextGraph.TYPES, LongBuffer.allocate(n * t));
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (String name : session.getInputNames()) {
                inputs.put(name, OnnxTensor.createTensor(LoadedModel.runtime(), all.get(name), new long[] {n, t}));
            }
            return run(inputs, n + " texts of " + t + " tokens");
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    /** What a picture encoder gives for {@code n} pictures. */
    float[][] pictures(FloatBuffer values, long... shape) {
        try (OnnxTensor input = OnnxTensor.createTensor(LoadedModel.runtime(), values, shape)) {
            return run(Map.of(OnnxGraph.INPUT, input), shape[0] + " pictures");
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private float[][] run(Map<String, OnnxTensor> inputs, String what) {
        try (OrtSession.Result result = session.run(inputs)) {
            if (result.get(0).getValue() instanceof float[][] rows) {
                return rows;
            }
            throw new Refusal(
                    "gives " + result.get(0).getInfo() + " for " + what + ", no row of numbers each",
                    where,
                    "name another output by --output");
        } catch (OrtException e) {
            throw new Refusal(
                    "does not run on " + what + ": " + reason(e),
                    where,
                    "export the model for any number of samples and any length (dynamic axes)",
                    e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("the runtime could not be closed", e);
        }
    }
}
