package dev.kindred.serve;

import dev.kindred.encode.Encoder;
import dev.kindred.serve.access.Said;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.seen.Meters;
import java.util.List;

/** What the bundle answers: embed, verify and search, each from a request's body to the reply's JSON. */
final class Answers {
    /**
     * A reply with scores that somebody could speak of.
     *
     * @param json its body
     */
    record Scored(String json, Said said) {}

    private final Served served;
    private final Inputs inputs;
    private final Verifying verifying;
    private final Searching searching;

    Answers(Hosted hosted, Compute compute, Meters.OfCollection meters, Inputs inputs) {
        this.served = hosted.served();
        this.inputs = inputs;
        this.verifying = new Verifying(hosted, new PairScores(served, compute, meters), inputs);
        this.searching = new Searching(hosted, compute, meters, inputs);
    }

    /**
     * {@code {"bundle", "space", "dimension", "distance", "embeddings": [[…]]}}, one row an input, in the order given. They are encoded
     * as what is found, or with {@code "role": "query"} as what is looked for.
     */
    String embed(Body body) {
        body.fields().only("image", "images", "text", "texts", "id", "vector", "role");
        List<float[]> vectors = inputs.vectors(inputs.several(body), encoder(body), Lane.EMBED);
        return JsonText.of(json -> {
            json.beginObject().name("bundle").value(served.bundle());
            json.name("space").value(served.space().id());
            json.name("dimension").value(served.space().dimension());
            json.name("distance").value(served.space().distance().wireName());
            json.name("embeddings").beginArray();
            for (float[] vector : vectors) {
                JsonText.row(json, vector, 0, vector.length);
            }
            json.endArray().endObject();
        });
    }

    private Encoder encoder(Body body) {
        String role = body.fields().text("role").orElse("document");
        return switch (role) {
            case "document" -> served.documents();
            case "query" -> served.queries();
            default -> throw Problem.badRequest("there is no role '" + role + "'", "role", "say query or document");
        };
    }

    /**
     * {@code {"bundle", "space", "same", "score", "probability", "threshold", "fmr"}}; null what no calibration says. Where the bundle has a
     * comparator the score is its, and {@code "embeddingScore"} the space's own. See {@link Verifying}.
     */
    Scored verify(Body body) {
        return verifying.verify(body);
    }

    /**
     * {@code {"bundle", "space", "neighbors": [{"id", "score", "probability", "same", "payload"}], "threshold", "fmr", "next"}}. An item
     * searched by its id is not among its own neighbours. With {@code "rerank": true} the first that are found stand in the order of the
     * bundle's comparator, with its scores. With {@code "distinct": "field"} each of its values has at most {@code "per"} neighbours. Where
     * there is a comparator, only its scores are judged by thresholds and probabilities. See {@link Searching}.
     */
    Scored search(Body body) {
        return searching.search(body);
    }
}
