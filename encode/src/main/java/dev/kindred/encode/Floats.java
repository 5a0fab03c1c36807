package dev.kindred.encode;

import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/** Many numbers in JSON: base64 of little-endian float32. */
final class Floats {
    private Floats() {}

    static String base64(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /** @throws Refusal where the field holds no such numbers */
    static float[] ofBase64(Fields json, String field) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(json.text(field));
        } catch (IllegalArgumentException e) {
            throw new Refusal("field '" + field + "' is not base64", json.where(), "", e);
        }
        if (bytes.length % Float.BYTES != 0) {
            throw new Refusal("field '" + field + "' ends within a number", json.where(), "");
        }
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }
}
