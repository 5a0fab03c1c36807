package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Kind;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.LearnedDistance;
import java.util.Optional;

/** What is measured: an encoder of ours, or vectors that people already have. */
public sealed interface Subject {

    /** Its name for a title. */
    String name();

    /** Of its vectors. */
    Space space();

    /** What was sealed of thresholds and probabilities. */
    Optional<Decision> decision();

    /** The learned distance, of which thresholds and probabilities then are; whoever asked closes it. */
    default Optional<LearnedDistance> comparator(int threads) {
        return Optional.empty();
    }

    /** The samples as it sees them. */
    Encoded encode(String role, Dataset data, EvaluationOptions options, Workers workers, Progress progress);

    /** Says in a result what was measured. */
    void describe(JsonObject json);

    /** The same for the foot of a page. */
    String colophon();

    /** Whether this is the very data set, by its fingerprint, that it was taught and chosen on. */
    boolean taughtOn(Dataset data);

    /** A bundle's encoder. */
    record OfBundle(Bundle bundle) implements Subject {
        @Override
        public String name() {
            return String.valueOf(bundle.path().getFileName());
        }

        @Override
        public Space space() {
            return bundle.space();
        }

        @Override
        public Optional<Decision> decision() {
            return bundle.decision();
        }

        @Override
        public Optional<LearnedDistance> comparator(int threads) {
            return bundle.comparator(threads);
        }

        @Override
        public Encoded encode(
                String role, Dataset data, EvaluationOptions options, Workers workers, Progress progress) {
            return Encoded.of(bundle, role, data, options.baselines(), options.strict(), workers, progress);
        }

        @Override
        public void describe(JsonObject json) {
            json.addProperty("bundle", bundle.id());
            json.addProperty("space", bundle.space().id());
        }

        @Override
        public String colophon() {
            return "Bundle " + bundle.id() + ", space " + bundle.space().id() + ". Made by Kindred.";
        }

        @Override
        public boolean taughtOn(Dataset data) {
            return bundle.manifest().get("provenance") instanceof JsonObject provenance
                    && provenance.get("data") instanceof JsonObject learned
                    && learned.get("fingerprint") instanceof JsonPrimitive fingerprint
                    && learned.get("samples") instanceof JsonPrimitive samples
                    // Counted first: the fingerprint reads every file.
                    && samples.getAsString().equals(String.valueOf(data.size()))
                    && fingerprint.getAsString().equals(data.fingerprint());
        }
    }

    /**
     * Vectors made elsewhere, in the space {@code external:<name>/<d>/<distance>}.
     *
     * @param space their dimension is its
     */
    record OfVectors(String name, Space space) implements Subject {

        /** @throws Refusal where DATA holds anything but vectors */
        public static OfVectors of(String name, Dataset data, Distance distance) {
            if (data.kind() != Kind.VECTOR || data.size() == 0) {
                throw new Refusal(
                        "holds " + data.kind().plural() + ", which only an encoder can compare",
                        name,
                        "name the bundle first: M.kindred DATA (of classes, --bundle M.kindred)");
            }
            int dimension = data.content(0) instanceof Content.Vector first ? first.values().length : 0;
            return new OfVectors(name, Space.external(name, dimension, distance));
        }

        @Override
        public Optional<Decision> decision() {
            return Optional.empty();
        }

        @Override
        public Encoded encode(
                String role, Dataset data, EvaluationOptions options, Workers workers, Progress progress) {
            return Encoded.vectors(data, space, options.strict(), workers, progress);
        }

        @Override
        public void describe(JsonObject json) {
            json.addProperty("space", space.id());
        }

        @Override
        public String colophon() {
            return "Vectors of space " + space.id() + ". Made by Kindred.";
        }

        @Override
        public boolean taughtOn(Dataset data) {
            return false;
        }
    }
}
