package dev.kindred.serve;

import com.linecorp.armeria.common.HttpRequest;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the pieces that a body comes in: each takes memory and work many times its own size, so that a body well within its bound in bytes
 * could still be too much in chunks of one byte.
 */
final class Pieces {
    /** What any client may need. */
    private static final long FREE = 2_000;
    /** Beyond those, a piece must bring so many bytes on average. */
    private static final long LEAST_BYTES = 64;

    private Pieces() {}

    /** The same request, which fails with 400 once its body comes in too many too small pieces, and with 429 where no room is left for it. */
    static HttpRequest bounded(HttpRequest request, Held held) {
        AtomicLong left = new AtomicLong(FREE * LEAST_BYTES);
        return request.mapData(data -> {
            if (left.addAndGet(data.length() - LEAST_BYTES) < 0) {
                data.close();
                throw Problem.badRequest(
                        "the body comes in too many pieces", "body", "send it in pieces of some kilobytes");
            }
            try {
                held.arrived(data.length());
            } catch (Problem full) {
                data.close();
                throw full;
            }
            return data;
        });
    }
}
