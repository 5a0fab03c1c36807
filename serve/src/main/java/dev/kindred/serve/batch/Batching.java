package dev.kindred.serve.batch;

import dev.kindred.encode.Encoder;
import java.time.Duration;

/**
 * Bounds of what waits, what is computed together and what is remembered.
 *
 * @param backlog the work that may wait, in computing time of all threads together; beyond it requests are answered with 429
 * @param tokens of one batch of texts, padding included, at least 1
 * @param pixels of one batch of pictures in the encoder's shape, at least 1; one picture may have more
 * @param cacheBytes of remembered embeddings; 0 remembers none
 */
public record Batching(Duration backlog, int tokens, int pixels, long cacheBytes) {
    /** Contents of one batch, where nothing says what they cost. */
    private static final int CONTENTS = 32;

    public Batching {
        if (backlog.isNegative() || backlog.isZero() || tokens < 1 || pixels < 1 || cacheBytes < 0) {
            throw new IllegalArgumentException("bounds of batches must be positive");
        }
    }

    /** Ten seconds, 1,024 tokens, 32 pictures of 32 × 32, 64 MiB. */
    public static Batching defaults() {
        return new Batching(Duration.ofSeconds(10), 1_024, 32 * 32 * 32, 64L << 20);
    }

    public Batching withBacklog(Duration stated) {
        return new Batching(stated, tokens, pixels, cacheBytes);
    }

    public Batching withBudget(int statedTokens, int statedPixels) {
        return new Batching(backlog, statedTokens, statedPixels, cacheBytes);
    }

    public Batching withCacheBytes(long stated) {
        return new Batching(backlog, tokens, pixels, stated);
    }

    /** The cost of what is computed together, at most. */
    int budget(Encoder.Unit unit) {
        return switch (unit) {
            case TOKENS -> tokens;
            case PIXELS -> pixels;
            case CONTENTS -> CONTENTS;
        };
    }
}
