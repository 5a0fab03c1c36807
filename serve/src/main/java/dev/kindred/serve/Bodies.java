package dev.kindred.serve;

import com.linecorp.armeria.common.HttpRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests whose bodies are in memory: so many of one key, so many in all, and no more bytes than there is room for. */
final class Bodies {
    /** So many keys may have all their bodies in memory. */
    private static final int KEYS_AT_ONCE = 4;

    private final int mostOfKey;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<String, Integer> byKey = new ConcurrentHashMap<>();

    Bodies(int mostOfKey) {
        this.mostOfKey = mostOfKey;
    }

    /**
     * Counts a request whose body is to be read, and takes room for that.
     *
     * @param times so many times its size, once it is understood
     * @throws Problem 429 where there is no room
     */
    Held begin(Call call, HttpRequest request, int times) {
        Held held = Held.of(call);
        String key = call.principal().key();
        count(key);
        try {
            // One that says it is larger than may be is refused as such.
            held.announce(
                    Math.min(request.headers().contentLength(), call.context().maxRequestLength()), times);
            return held;
        } catch (Problem full) {
            forget(key);
            throw full;
        }
    }

    /** Its body is not in memory any more. */
    void end(Call call) {
        Held.of(call).answered();
        forget(call.principal().key());
    }

    private void count(String key) {
        boolean full = all.incrementAndGet() > KEYS_AT_ONCE * mostOfKey;
        if (byKey.merge(key, 1, Integer::sum) > mostOfKey || full) {
            forget(key);
            throw Problem.busy(0);
        }
    }

    private void forget(String key) {
        all.decrementAndGet();
        byKey.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }
}
