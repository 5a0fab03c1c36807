package dev.kindred.evaluate;

import dev.kindred.core.Embeddings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The same samples as seen by the encoder and by what it is compared with, row by row. The baselines show what was learned: raw pixels
 * need no encoder, the untrained encoder has the architecture alone, the untaught one is what a head was taught on.
 *
 * @param baselines by the name they have in JSON: {@code pixels}, {@code untrained}, {@code untaught}
 */
public record Views(Embeddings encoder, Map<String, Embeddings> baselines) {
    /** Pairs by the space's own score, beside what a comparator says of them. */
    static final String EMBEDDING = "embedding";

    /** What embeddings found, reordered by a comparator. */
    static final String RERANKED = "reranked";

    public Views {
        baselines = Collections.unmodifiableMap(new LinkedHashMap<>(baselines));
        for (Embeddings baseline : baselines.values()) {
            if (baseline.count() != encoder.count()) {
                throw new IllegalArgumentException("views of different samples");
            }
        }
    }

    /** The views of pictures; what is null is not there. */
    public Views(Embeddings encoder, @Nullable Embeddings pixels, @Nullable Embeddings untrained) {
        this(encoder, named(pixels, untrained));
    }

    private static Map<String, Embeddings> named(@Nullable Embeddings pixels, @Nullable Embeddings untrained) {
        Map<String, Embeddings> baselines = new LinkedHashMap<>();
        if (pixels != null) {
            baselines.put("pixels", pixels);
        }
        if (untrained != null) {
            baselines.put("untrained", untrained);
        }
        return baselines;
    }

    /** The encoder alone. */
    public static Views of(Embeddings encoder) {
        return new Views(encoder, Map.of());
    }

    /** The encoder first, then the baselines. */
    Map<String, Embeddings> all() {
        Map<String, Embeddings> all = new LinkedHashMap<>();
        all.put("encoder", encoder);
        all.putAll(baselines);
        return all;
    }

    /** The name of a view for people. */
    static String spoken(String view) {
        return switch (view) {
            case "pixels" -> "raw pixels";
            case "untrained" -> "untrained encoder";
            case "untaught" -> "untaught encoder";
            case "bm25" -> "words (BM25)";
            case EMBEDDING -> "embeddings alone";
            case RERANKED -> "reranked";
            case "hybrid" -> "encoder and words";
            default -> "this encoder";
        };
    }
}
