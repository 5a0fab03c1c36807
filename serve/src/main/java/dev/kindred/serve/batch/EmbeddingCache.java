package dev.kindred.serve.batch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

/** Embeddings by what they were made of, those that are asked for most, up to a bound in bytes. Safe for many threads. */
final class EmbeddingCache {
    /** Bytes of an entry beside its numbers: digest, node and their headers. */
    private static final int ENTRY = 160;

    private final @Nullable Cache<Digest, float[]> cache;

    /** @param most bytes; 0 remembers nothing */
    EmbeddingCache(long most) {
        this.cache = most == 0
                ? null
                : Caffeine.newBuilder()
                        .maximumWeight(most)
                        .weigher((Digest _, float[] vector) -> ENTRY + Float.BYTES * vector.length)
                        // On the thread that writes: the bound then holds as soon as that is done.
                        .executor(Runnable::run)
                        .build();
    }

    boolean remembers() {
        return cache != null;
    }

    /** Not to be changed, nor given away: copy it. */
    float @Nullable [] get(Digest digest) {
        return cache == null ? null : cache.getIfPresent(digest);
    }

    /** @param vector nobody else's */
    void put(Digest digest, float[] vector) {
        if (cache != null) {
            cache.put(digest, vector);
        }
    }

    /** Forgets everything. */
    void clear() {
        if (cache != null) {
            cache.invalidateAll();
        }
    }

    /** Bytes of all that is remembered. */
    long bytes() {
        return cache == null
                ? 0
                : cache.policy()
                        .eviction()
                        .map(eviction -> eviction.weightedSize().orElse(0))
                        .orElse(0L);
    }
}
