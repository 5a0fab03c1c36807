package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.index.Value;
import java.util.Map;

/** How much of items' payloads one reply carries: at most {@value #MOST} bytes, about. */
final class ReplySize {
    private static final long MOST = 16L << 20;
    /** Of a field's marks, a number or a moment. */
    private static final int FIELD = 32;
    /** A character that JSON has to escape takes so many. */
    private static final int ESCAPED = 6;

    private long bytes;

    /** Whether it holds these too. */
    boolean add(String id, Map<String, Value> payload) {
        bytes += FIELD + id.length();
        payload.forEach((name, value) -> bytes += FIELD + name.length() + of(value));
        return bytes <= MOST;
    }

    /** Bytes so far. */
    long bytes() {
        return bytes;
    }

    private static long of(Value value) {
        return switch (value) {
            case Value.Text text -> of(text.value());
            case Value.Words words ->
                words.value().stream().mapToLong(word -> FIELD + of(word)).sum();
            default -> 0;
        };
    }

    private static long of(String text) {
        long size = text.length();
        for (int i = 0; i < text.length(); i++) {
            size += text.charAt(i) < ' ' ? ESCAPED - 1 : 0;
        }
        return size;
    }

    /** A search whose answer would be larger. */
    static Problem tooLarge(String where) {
        return new Problem(
                HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                "too-large",
                "what was found carries more than " + (MOST >> 20) + " MiB of payloads",
                where,
                "ask for a smaller k or fewer searches at once, or say which fields are wanted: \"fields\":"
                        + " [\"title\"]");
    }
}
