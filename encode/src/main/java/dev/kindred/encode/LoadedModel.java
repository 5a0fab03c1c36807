package dev.kindred.encode;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.kindred.core.Refusal;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An encoder's graph on ONNX Runtime. Each run is whole on the thread that asks for it; many threads may ask at once. */
final class LoadedModel implements AutoCloseable {

    /** The runtime or its graph does not do what an encoder does. */
    static final class Failed extends IllegalStateException {
        private static final long serialVersionUID = 1;

        Failed(String what, @Nullable Throwable cause) {
            super(what, cause);
        }

        /** The refusal that it is to whoever sent tensors of their own; itself where those are not the reason. */
        RuntimeException ofForeignTensors() {
            return switch (getCause()) {
                case null -> new Refusal("the graph makes no embedding of them: " + getMessage(), "", "", this);
                case OrtException e
                when e.getCode() == OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT ->
                    new Refusal(
                            "the graph does not take them", "", "ids must be of the encoder's own vocabulary", this);
                default -> this;
            };
        }
    }

    private final OrtSession session;
    private final int dimension;

    private LoadedModel(OrtSession session, int dimension) {
        this.session = session;
        this.dimension = dimension;
    }

    /**
     * @param model ONNX bytes, checked by {@link ModelGuard}
     * @param dimension values of one embedding
     * @param where the bundle and entry, for errors
     */
    static LoadedModel open(byte[] model, int dimension, String where) {
        try {
            return new LoadedModel(session(model, OrtSession.SessionOptions.OptLevel.ALL_OPT), dimension);
        } catch (OrtException e) {
            throw new Refusal("the runtime cannot load the model: " + e.getMessage(), where, "seal the bundle anew", e);
        }
    }

    /** The one place where a graph is given to the runtime: on one thread, and read as ONNX whatever its bytes resemble. */
    static OrtSession session(byte[] model, OrtSession.SessionOptions.OptLevel level) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(level);
            // Left to itself it looks for the mark of its own format, which ModelGuard does not read.
            options.addConfigEntry("session.load_model_format", "ONNX");
            return runtime().createSession(model, options);
        }
    }

    /** What goes wrong is thrown and told in one line; the runtime's own lines would stand between. */
    static OrtEnvironment runtime() {
        return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    }

    OrtEnvironment environment() {
        return runtime();
    }

    Set<String> inputs() {
        return session.getInputNames();
    }

    /**
     * Runs {@code n} samples.
     *
     * @param into where the {@code n · d} values go, from row {@code row} on
     * @throws Failed where the graph gives anything else, or a value that is no finite number
     */
    void embed(Map<String, OnnxTensor> inputs, int n, float[] into, int row) {
        try (OrtSession.Result result = session.run(inputs)) {
            if (!(result.get(0) instanceof OnnxTensor output)) {
                throw new Failed("it gives no tensor", null);
            }
            FloatBuffer values = output.getFloatBuffer();
            if (values == null || values.remaining() != n * dimension) {
                throw new Failed(
                        "for %d samples it gives %s, not %d × %d floats".formatted(n, output.getInfo(), n, dimension),
                        null);
            }
            values.get(into, row * dimension, n * dimension);
            for (int at = row * dimension; at < (row + n) * dimension; at++) {
                if (!Float.isFinite(into[at])) {
                    throw new Failed("it gives %s as a value of one of %d samples".formatted(into[at], n), null);
                }
            }
        } catch (OrtException e) {
            throw new Failed("the runtime failed on a batch of " + n + " (" + e.getMessage() + ")", e);
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
