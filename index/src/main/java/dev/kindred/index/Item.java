package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be found.
 *
 * @param id 1 to 512 bytes of UTF-8, unique in its index
 * @param vector the space's dimension of finite numbers; not to be changed after construction
 * @param payload typed fields that filters read and answers carry; kept in the order of their names
 * @param source the bytes it was made from, or null where the collection does not keep them; not to be changed after construction
 */
public record Item(String id, float[] vector, Map<String, Value> payload, byte @Nullable [] source) {
    /** The longest id, in bytes of UTF-8. */
    public static final int MAX_ID_BYTES = 512;

    /** The largest source, as the largest file that is read as a sample. */
    public static final int MAX_SOURCE_BYTES = 64 << 20;

    public Item {
        requireId(id);
        payload = Collections.unmodifiableMap(new TreeMap<>(payload));
        if (source != null && source.length > MAX_SOURCE_BYTES) {
            throw new Refusal(
                    "has a source of " + source.length + " bytes", "item '" + id + "'", "a source has at most 64 MiB");
        }
    }

    /** An item that is only a vector. */
    public static Item of(String id, float... vector) {
        return new Item(id, vector, Map.of(), null);
    }

    /** An item without a source. */
    public static Item of(String id, float[] vector, Map<String, Value> payload) {
        return new Item(id, vector, payload, null);
    }

    /** Refuses what cannot be an id. */
    static void requireId(String id) {
        int bytes = id.length() > MAX_ID_BYTES ? id.length() : id.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > MAX_ID_BYTES) {
            String shown = id.length() > 40 ? id.substring(0, 40) + "…" : id;
            throw new Refusal(
                    bytes == 0 ? "an item's id is empty" : "an item's id is longer than 512 bytes",
                    "item '" + shown + "'",
                    "ids have 1 to 512 bytes of UTF-8");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(id)) {
            throw new Refusal(
                    "an item's id is no valid text (a lone surrogate)", "item '" + id + "'", "ids are Unicode text");
        }
    }
}
