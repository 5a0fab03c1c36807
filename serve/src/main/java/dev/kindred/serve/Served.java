package dev.kindred.serve;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Space;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.index.VectorIndex;
import java.util.Optional;

/**
 * What one collection answers with. Whoever opened encoder and index closes them, after the server.
 *
 * @param collection its name in addresses
 * @param bundle the id of the bundle that the encoder comes from
 * @param decision how scores become answers; without it there are scores alone
 * @param baseline the bundle's statistics of its validation scores, shown beside answers
 */
public record Served(
        String collection,
        String bundle,
        Encoder encoder,
        Optional<Decision> decision,
        Optional<JsonObject> baseline,
        VectorIndex index) {

    /** The collection that {@code /v1/embed} and the like mean. */
    public static final String DEFAULT_COLLECTION = "default";

    /** Refuses an index whose vectors are of another space than the encoder's. */
    public Served {
        index.info().space().require(encoder.space(), "the index of collection '" + collection + "'");
    }

    /** The collection {@code default}: a bundle's encoder, already opened, over an index of its space. */
    public static Served of(Bundle bundle, Encoder encoder, VectorIndex index) {
        return new Served(DEFAULT_COLLECTION, bundle.id(), encoder, bundle.decision(), bundle.baseline(), index);
    }

    public Space space() {
        return encoder.space();
    }
}
