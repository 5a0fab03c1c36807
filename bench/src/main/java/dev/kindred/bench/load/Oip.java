package dev.kindred.bench.load;

import com.google.protobuf.CodedOutputStream;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import dev.kindred.cli.load.Shot;
import dev.kindred.cli.load.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Texts as the Open Inference Protocol sends them over gRPC: one tensor of bytes, its contents raw. */
public final class Oip {
    private static final String INFER = "/inference.GRPCInferenceService/ModelInfer";
    private static final int MODEL_NAME = 1;
    private static final int INPUTS = 5;
    private static final int RAW_CONTENTS = 7;
    private static final int NAME = 1;
    private static final int DATATYPE = 2;
    private static final int SHAPE = 3;

    private Oip() {}

    /** Whether a server speaks it, and answers with a whole embedding for each text. */
    public static boolean isSpoken(Target http2, List<String> texts, int dimension) {
        AggregatedHttpResponse reply = http2.ask(shot(texts));
        String status = reply.trailers().get("grpc-status", reply.headers().get("grpc-status", ""));
        return reply.status().code() == 200
                && status.equals("0")
                && reply.content().length() >= (long) Float.BYTES * dimension * texts.size();
    }

    public static Shot shot(List<String> texts) {
        return Shot.grpc(INFER, framed(request(texts)));
    }

    private static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    private static byte[] request(List<String> texts) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        for (String text : texts) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            raw.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(utf8.length)
                    .array());
            raw.writeBytes(utf8);
        }
        return message(request -> {
            request.writeString(MODEL_NAME, "default");
            request.writeByteArray(INPUTS, message(input -> {
                input.writeString(NAME, "text");
                input.writeString(DATATYPE, "BYTES");
                input.writeInt64(SHAPE, texts.size());
            }));
            request.writeByteArray(RAW_CONTENTS, raw.toByteArray());
        });
    }

    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
