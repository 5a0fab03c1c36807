package dev.kindred.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The peer of {@code embed}: ONNX Runtime alone, on tensors that are ready before the clock starts.
 *
 * @param callers threads that call the session side by side, each with whole tensors
 */
record BareSession(OrtEnvironment environment, OrtSession session, List<OnnxTensor> tensors, int callers, String how)
        implements AutoCloseable {

    /**
     * @param prepared {@code [n, c, h, w]} values
     * @param shape of one sample: {@code c, h, w}
     * @param batch samples a tensor
     * @param callers side by side, each with {@code threads / callers} threads of the runtime's
     */
    static BareSession open(byte[] model, float[] prepared, int[] shape, int batch, int threads, int callers) {
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            OrtSession session;
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(threads / callers);
                session = environment.createSession(model, options);
            }
            int size = shape[0] * shape[1] * shape[2];
            int n = prepared.length / size;
            List<OnnxTensor> tensors = new ArrayList<>();
            for (int from = 0; from < n; from += batch) {
                int count = Math.min(batch, n - from);
                FloatBuffer values = ByteBuffer.allocateDirect(count * size * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
                values.put(prepared, from * size, count * size).flip();
                tensors.add(
                        OnnxTensor.createTensor(environment, values, new long[] {count, shape[0], shape[1], shape[2]}));
            }
            String how = callers + " callers × " + threads / callers + " threads, batches of " + batch;
            return new BareSession(environment, session, tensors, callers, how);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All tensors once; embeddings row after row. */
    float[] run() {
        float[][] parts = new float[tensors.size()][];
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int c = 1; c < callers; c++) {
            threads.add(Thread.ofPlatform().start(() -> work(parts, next)));
        }
        work(parts, next);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        int total = 0;
        for (float[] part : parts) {
            total += part.length;
        }
        float[] all = new float[total];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private void work(float[][] parts, AtomicInteger next) {
        for (int i = next.getAndIncrement(); i < parts.length; i = next.getAndIncrement()) {
            try (OrtSession.Result result = session.run(Map.of("input", tensors.get(i)))) {
                if (!(result.get(0) instanceof OnnxTensor output)) {
                    throw new IllegalStateException("no tensor came out");
                }
                FloatBuffer values = output.getFloatBuffer();
                parts[i] = new float[values.remaining()];
                values.get(parts[i]);
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        tensors.forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
