package dev.kindred.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing to learn from or to find.
 *
 * @param id unique in its set; for files, the path relative to DATA, going into zips ({@code a.zip/dir/x.png})
 * @param label the class, or null where there is none
 * @param attributes drawer, session, camera, language …: splits, cohorts, thresholds and filters read them
 */
public record Sample(String id, Content content, @Nullable String label, Map<String, String> attributes) {
    public Sample {
        attributes = Map.copyOf(attributes);
    }
}
