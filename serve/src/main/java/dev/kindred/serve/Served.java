package dev.kindred.serve;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Space;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.CharacterPreparation;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Preparation;
import dev.kindred.encode.TextPreparation;
import dev.kindred.index.VectorIndex;
import java.util.Optional;

/**
 * What one collection answers with. Whoever opened encoders and index closes them, after the server.
 *
 * @param collection its name in addresses
 * @param bundle the id of the bundle that the encoders come from; empty where there is none
 * @param takes what can be sent to be encoded
 * @param queries encodes what is looked for
 * @param documents encodes what is found, and what is compared; the same encoder where the bundle has but one
 * @param comparator the bundle's learned distance, whoever opened it closes it; empty where it has none
 * @param decision how scores become answers (the comparator's where there is one); without it there are scores alone
 * @param baseline the bundle's statistics of its validation scores, shown beside answers
 */
public record Served(
        String collection,
        String bundle,
        Takes takes,
        Encoder queries,
        Encoder documents,
        Optional<LearnedDistance> comparator,
        Optional<Decision> decision,
        Optional<JsonObject> baseline,
        VectorIndex index) {

    /** The collection that {@code /v1/embed} and the like mean. */
    public static final String DEFAULT_COLLECTION = "default";

    /** What encoders take. */
    public enum Takes {
        PICTURES("pictures", "image"),
        TEXTS("texts", "text"),
        /** Nothing is encoded: vectors are made elsewhere. */
        VECTORS("vectors", "vector"),
        /** What it was made of cannot be told: its bundle cannot be opened. */
        UNKNOWN("nothing for now", "vector");

        private final String words;
        private final String field;

        Takes(String words, String field) {
            this.words = words;
            this.field = field;
        }

        static Takes of(Preparation preparation) {
            return switch (preparation) {
                case PicturePreparation pictures -> PICTURES;
                case TextPreparation texts -> TEXTS;
                case CharacterPreparation texts -> TEXTS;
            };
        }

        /** Whether such a thing may be sent. */
        boolean take(Takes given) {
            return this == given || this == UNKNOWN;
        }

        /** As replies and messages name it. */
        public String words() {
            return words;
        }

        /** The field of a request that holds one. */
        public String field() {
            return field;
        }
    }

    /** Refuses encoders and an index of different spaces. */
    public Served {
        queries.space().require(documents.space(), "the encoder of what is found in collection '" + collection + "'");
        comparator.ifPresent(
                c -> c.space().require(queries.space(), "the comparator of collection '" + collection + "'"));
        index.info().space().require(queries.space(), "the index of collection '" + collection + "'");
    }

    /** Without a comparator. */
    public Served(
            String collection,
            String bundle,
            Takes takes,
            Encoder queries,
            Encoder documents,
            Optional<Decision> decision,
            Optional<JsonObject> baseline,
            VectorIndex index) {
        this(collection, bundle, takes, queries, documents, Optional.empty(), decision, baseline, index);
    }

    /** The collection {@code default}: the only encoder of a bundle without a comparator, already opened, over an index of its space. */
    public static Served of(Bundle bundle, Encoder encoder, VectorIndex index) {
        return of(bundle, encoder, encoder, Optional.empty(), index);
    }

    /**
     * The collection {@code default}: a bundle's encoders of queries and of documents, already opened.
     *
     * @param comparator the bundle's own, already opened
     */
    public static Served of(
            Bundle bundle,
            Encoder queries,
            Encoder documents,
            Optional<LearnedDistance> comparator,
            VectorIndex index) {
        if (comparator.isPresent() != bundle.hasComparator()) {
            throw new IllegalArgumentException("thresholds of a comparator would meet other scores");
        }
        return new Served(
                DEFAULT_COLLECTION,
                bundle.id(),
                Takes.of(bundle.preparation()),
                queries,
                documents,
                comparator,
                bundle.decision(),
                bundle.baseline(),
                index);
    }

    /** The same under another collection's name. */
    public Served named(String name) {
        return new Served(name, bundle, takes, queries, documents, comparator, decision, baseline, index);
    }

    /** The same over another index. */
    public Served over(VectorIndex other) {
        return new Served(collection, bundle, takes, queries, documents, comparator, decision, baseline, other);
    }

    /** The same by another encoder, of both sides. */
    public Served encodedBy(Encoder encoder) {
        return new Served(collection, bundle, takes, encoder, encoder, comparator, decision, baseline, index);
    }

    public Space space() {
        return queries.space();
    }
}
