package dev.kindred.serve;

import java.util.HashMap;
import java.util.Map;

/**
 * The bytes that requests and their replies may keep in memory: so many in all, and a quarter of those of one key. What is the only request
 * of its key may take more than a key's share, and the only one at all more than there is: each is bounded by itself, and none is refused
 * for ever. Safe for many threads.
 */
final class Room {
    /** So many keys may have all that is theirs. */
    private static final int KEYS_AT_ONCE = 4;

    private final long inAll;
    private final long ofKey;
    private final Map<String, Long> byKey = new HashMap<>();
    private long held;

    /** @param inAll bytes, at least 1 */
    Room(long inAll) {
        this.inAll = inAll;
        this.ofKey = Math.max(1, inAll / KEYS_AT_ONCE);
    }

    /**
     * Takes so many bytes more.
     *
     * @param own what the same request has taken already
     * @throws Problem 429 where there is no room
     */
    synchronized void take(String key, long own, long bytes) {
        long keys = byKey.getOrDefault(key, 0L);
        boolean fits = (held + bytes <= inAll || held == own) && (keys + bytes <= ofKey || keys == own);
        if (!fits) {
            throw Problem.busy(0);
        }
        held += bytes;
        byKey.merge(key, bytes, Long::sum);
    }

    synchronized void give(String key, long bytes) {
        held -= bytes;
        byKey.computeIfPresent(key, (_, all) -> all == bytes ? null : all - bytes);
    }

    /** Bytes that are taken now. */
    synchronized long held() {
        return held;
    }
}
