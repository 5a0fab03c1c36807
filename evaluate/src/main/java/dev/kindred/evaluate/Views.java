package dev.kindred.evaluate;

import dev.kindred.core.Embeddings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The same samples as seen by the encoder and by what it is compared with, row by row. The two baselines show what was learned: raw
 * pixels need no encoder, the untrained encoder has the architecture alone.
 */
public record Views(
        Embeddings encoder,
        @Nullable Embeddings pixels,
        @Nullable Embeddings untrained) {
    public Views {
        if ((pixels != null && pixels.count() != encoder.count())
                || (untrained != null && untrained.count() != encoder.count())) {
            throw new IllegalArgumentException("views of different samples");
        }
    }

    /** The encoder alone. */
    public static Views of(Embeddings encoder) {
        return new Views(encoder, null, null);
    }

    /** The baselines there are, by the name they have in JSON. */
    public Map<String, Embeddings> baselines() {
        Map<String, Embeddings> baselines = new LinkedHashMap<>();
        if (pixels != null) {
            baselines.put("pixels", pixels);
        }
        if (untrained != null) {
            baselines.put("untrained", untrained);
        }
        return baselines;
    }

    /** The name of a view for people. */
    static String spoken(String view) {
        return switch (view) {
            case "pixels" -> "raw pixels";
            case "untrained" -> "untrained encoder";
            default -> "this encoder";
        };
    }
}
