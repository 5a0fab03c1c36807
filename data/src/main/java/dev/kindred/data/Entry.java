package dev.kindred.data;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a sample before it is decoded.
 *
 * @param id unique in its set: the path relative to DATA, going into zips; with DATA's own name before it where
 *     several are read
 * @param label the class, or null
 */
public record Entry(String id, @Nullable String label, Map<String, String> attributes) {
    public Entry {
        attributes = Map.copyOf(attributes);
    }
}
