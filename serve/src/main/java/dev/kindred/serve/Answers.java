package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.index.After;
import dev.kindred.index.Distinct;
import dev.kindred.index.Effort;
import dev.kindred.index.Filter;
import dev.kindred.index.FilterJson;
import dev.kindred.index.Found;
import dev.kindred.index.Neighbor;
import dev.kindred.index.PayloadJson;
import dev.kindred.index.Query;
import dev.kindred.index.Reordering;
import dev.kindred.serve.seen.Meters;
import dev.kindred.serve.seen.Trail;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the bundle answers: embed, verify and search, each from a request's body to the reply's JSON. */
final class Answers {
    private static final int MAX_K = 1000;

    private final Served served;
    private final Compute compute;
    private final Meters.OfCollection meters;
    private final Inputs inputs;

    Answers(Served served, Compute compute, Meters.OfCollection meters) {
        this.served = served;
        this.compute = compute;
        this.meters = meters;
        this.inputs = new Inputs(served, compute, meters);
    }

    /**
     * {@code {"bundle", "space", "dimension", "distance", "embeddings": [[…]]}}, one row an input, in the order given. They are encoded
     * as what is found, or with {@code "role": "query"} as what is looked for.
     */
    JsonObject embed(Body body) {
        body.fields().only("image", "images", "text", "texts", "id", "vector", "role");
        JsonArray rows = new JsonArray();
        for (float[] vector : inputs.vectors(inputs.several(body), encoder(body))) {
            rows.add(numbers(vector));
        }
        meters.queries(rows.size());
        JsonObject reply = reply();
        reply.addProperty("dimension", served.space().dimension());
        reply.addProperty("distance", served.space().distance().wireName());
        reply.add("embeddings", rows);
        return reply;
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
     * comparator the score is its, and {@code "embeddingScore"} the space's own.
     */
    JsonObject verify(Body body) {
        body.fields().only("left", "right", "fmr");
        List<float[]> pair =
                inputs.vectors(List.of(inputs.named(body, "left"), inputs.named(body, "right")), served.documents());
        double plain = served.space()
                .distance()
                .score(pair.get(0), 0, pair.get(1), 0, served.space().dimension());
        double score = served.comparator()
                .map(comparator -> (double)
                        compute.run(meters.compare(), () -> comparator.scores(pair.get(0), pair.subList(1, 2)))[0])
                .orElse(plain);
        meters.queries(1);
        meters.score(served.comparator().isPresent() ? "compare" : "verify", score);
        Optional<Decision.Answer> answer = served.decision()
                .map(decision -> body.fields()
                        .rate("fmr")
                        .map(fmr -> decision.decide(score, fmr))
                        .orElseGet(() -> decision.decide(score)));
        JsonObject reply = reply();
        reply.add("same", JsonNull.INSTANCE);
        reply.addProperty("score", score);
        if (served.comparator().isPresent()) {
            reply.addProperty("embeddingScore", plain);
        }
        reply.add("probability", JsonNull.INSTANCE);
        reply.add("threshold", JsonNull.INSTANCE);
        reply.add("fmr", JsonNull.INSTANCE);
        answer.ifPresent(decided -> {
            reply.addProperty("same", decided.same());
            reply.addProperty("probability", decided.probability());
            addThreshold(reply, Optional.ofNullable(decided.threshold()));
        });
        return reply;
    }

    /**
     * {@code {"bundle", "space", "neighbors": [{"id", "score", "probability", "same", "payload"}], "threshold", "fmr", "next"}}. An item
     * searched by its id is not among its own neighbours. With {@code "rerank": true} the first that are found stand in the order of the
     * bundle's comparator, with its scores. With {@code "distinct": "field"} each of its values has at most {@code "per"} neighbours. Where there is a comparator, only its scores are judged by thresholds and probabilities.
     */
    JsonObject search(Body body) {
        Fields fields = body.fields()
                .only("image", "text", "id", "vector", "k", "filter", "fmr", "after", "rerank", "distinct", "per");
        int k = fields.whole("k", 1, MAX_K, 10);
        Filter filter =
                fields.has("filter") ? FilterJson.read(fields.object().get("filter"), "filter") : Filter.everything();
        Optional<LearnedDistance> reranking = reranking(fields);
        Optional<Distinct> distinct = distinct(fields);
        if (distinct.isPresent() && reranking.isPresent()) {
            throw Problem.badRequest("cannot be had together with rerank", "distinct", "leave one of them out");
        }
        boolean judged = served.comparator().isEmpty() || reranking.isPresent();
        if (!judged && fields.has("fmr")) {
            throw Problem.badRequest(
                    "the thresholds here are of the comparator's scores", "fmr", "say \"rerank\": true with it");
        }
        Optional<Decision> decided = judged ? served.decision() : Optional.empty();
        Optional<Threshold> threshold = decided.flatMap(
                decision -> fields.rate("fmr").map(decision::threshold).or(decision::usualThreshold));
        After after = fields.text("after").map(After::ofToken).orElse(null);
        Inputs.Input input = inputs.single(body);
        float[] vector = inputs.vectors(List.of(input), served.queries()).getFirst();
        Filter wanted = input instanceof Inputs.Input.Known(var item)
                ? new Filter.And(List.of(filter, new Filter.Not(new Filter.Ids(Set.of(item.id())))))
                : filter;
        Query query = new Query(vector, served.space(), k, wanted, Effort.usual(), after);
        Found found = compute.run(
                meters.search(),
                () -> reranking
                        .map(comparator -> Reordering.search(served.index(), query, comparator::scores))
                        .or(() -> distinct.map(each -> each.search(served.index(), query)))
                        .orElseGet(() -> served.index().search(query)));

        meters.queries(1);
        if (!found.neighbors().isEmpty()) {
            meters.score(
                    reranking.isPresent() ? "rerank" : "search",
                    found.neighbors().getFirst().score());
        }
        if (found.degraded()) {
            meters.degraded("index");
            Trail.current().degraded();
        }
        JsonArray neighbors = new JsonArray();
        for (Neighbor neighbor : found.neighbors()) {
            neighbors.add(neighbor(neighbor, decided, threshold));
        }
        JsonObject reply = reply();
        reply.add("neighbors", neighbors);
        reply.addProperty("exact", found.exact());
        if (reranking.isPresent()) {
            reply.addProperty("reranked", true);
        }
        addThreshold(reply, threshold);
        After next = found.next();
        if (next != null) {
            reply.addProperty("next", next.token());
        }
        return reply;
    }

    private static Optional<Distinct> distinct(Fields fields) {
        if (fields.has("per") && !fields.has("distinct")) {
            throw Problem.badRequest("there is no field", "per", "say \"distinct\": \"field\" with it");
        }
        return fields.text("distinct").map(field -> new Distinct(field, fields.whole("per", 1, MAX_K, 1)));
    }

    private Optional<LearnedDistance> reranking(Fields fields) {
        if (!fields.flag("rerank")) {
            return Optional.empty();
        }
        if (served.comparator().isEmpty()) {
            throw Problem.badRequest(
                    "this collection's bundle has no comparator", "rerank", "leave it out, or teach one: --comparator");
        }
        if (fields.has("after")) {
            throw Problem.badRequest("what is reranked is one page", "after", "ask for a greater k instead");
        }
        return served.comparator();
    }

    private static JsonObject neighbor(Neighbor neighbor, Optional<Decision> decided, Optional<Threshold> threshold) {
        JsonObject json = new JsonObject();
        json.addProperty("id", neighbor.id());
        json.addProperty("score", neighbor.score());
        decided.ifPresent(decision -> json.addProperty("probability", decision.probability(neighbor.score())));
        threshold.ifPresent(line -> json.addProperty("same", neighbor.score() >= line.threshold()));
        json.add("payload", PayloadJson.write(neighbor.payload()));
        return json;
    }

    private static void addThreshold(JsonObject reply, Optional<Threshold> threshold) {
        threshold.ifPresent(line -> {
            reply.addProperty("threshold", line.threshold());
            reply.addProperty("fmr", line.targetFmr());
        });
    }

    private JsonObject reply() {
        JsonObject reply = new JsonObject();
        reply.addProperty("bundle", served.bundle());
        reply.addProperty("space", served.space().id());
        return reply;
    }

    private static JsonArray numbers(float[] vector) {
        JsonArray numbers = new JsonArray(vector.length);
        for (float value : vector) {
            numbers.add(value);
        }
        return numbers;
    }
}
