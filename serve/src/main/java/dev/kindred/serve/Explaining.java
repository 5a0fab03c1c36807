package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Encoder;
import dev.kindred.index.Effort;
import dev.kindred.index.Filter;
import dev.kindred.index.Found;
import dev.kindred.index.Item;
import dev.kindred.index.Neighbor;
import dev.kindred.index.PayloadJson;
import dev.kindred.index.Query;
import dev.kindred.index.Value;
import dev.kindred.index.WordQuery;
import dev.kindred.media.Pictures;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.seen.Meters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Why two things score as they do: which parts of a picture or which words of a text carried the score, measured by covering or leaving
 * them out one at a time and encoding again; the nearest items; and where the score stands among those that validation saw.
 */
final class Explaining {
    private static final int USUAL_NEAREST = 3;
    private static final int MOST_NEAREST = 50;
    private static final int USUAL_CELLS = 7;
    /** Of the changed texts or pictures so many are in memory at once, before the pool looks again who is next. */
    private static final int PORTION = 16;

    private final Hosted hosted;
    private final Served served;
    private final Compute compute;
    private final Meters.OfCollection meters;
    private final Inputs inputs;
    private final PairScores scores;

    Explaining(Hosted hosted, Compute compute, Meters.OfCollection meters, Inputs inputs) {
        this.hosted = hosted;
        this.served = hosted.served();
        this.compute = compute;
        this.meters = meters;
        this.inputs = inputs;
        this.scores = new PairScores(served, compute, meters);
    }

    /**
     * One of the two.
     *
     * @param name as the request has it
     * @param encoder of the role it plays
     */
    private record Side(String name, Inputs.Input input, Encoder encoder) {}

    /** How parts are told: cells on the longer side of a picture, what covers them, of which sides. */
    private record Asked(Side one, Side other, int k, int cells, Occlusion.Cover cover, Set<String> of) {}

    /**
     * The reply to {@code {"left", "right"}} or {@code {"query", "item"}}, with {@code "k"}, {@code "grid"}, {@code "cover"} and
     * {@code "of"}. What is encoded for the parts is counted as inputs before it is.
     */
    JsonObject explain(Call call, Body body) {
        Asked asked = asked(body);
        float[] one = vector(asked.one());
        float[] other = vector(asked.other());
        double score = scores.of(one, List.of(other))[0];
        JsonObject reply = new JsonObject();
        reply.addProperty("bundle", served.bundle());
        reply.addProperty("space", served.space().id());
        reply.addProperty("score", score);
        judge(reply, score);
        reply.add(
                "place",
                BaselinePlace.of(served.baseline(), score)
                        .<JsonElement>map(p -> p)
                        .orElse(JsonNull.INSTANCE));
        JsonObject parts = new JsonObject();
        if (asked.of().contains(asked.one().name())) {
            parts.add(asked.one().name(), parts(call, asked.one(), other, asked));
        }
        if (asked.of().contains(asked.other().name())) {
            parts.add(asked.other().name(), parts(call, asked.other(), one, asked));
        }
        reply.add("parts", parts);
        Found nearest = nearest(asked, one);
        reply.add("nearest", neighbors(nearest));
        hosted.degradation().mark(nearest, false).on(reply);
        meters.queries(1);
        return reply;
    }

    private Asked asked(Body body) {
        Fields fields = body.fields().only("left", "right", "query", "item", "k", "grid", "cover", "of");
        boolean search =
                fields.has("query") || fields.has("item") || body.files().containsKey("query");
        Side one = search
                ? new Side("query", inputs.named(body, "query"), served.queries())
                : new Side("left", inputs.named(body, "left"), served.documents());
        Side other = search
                ? new Side(
                        "item", new Inputs.Input.Known(Inputs.item(served.index(), itemId(fields))), served.documents())
                : new Side("right", inputs.named(body, "right"), served.documents());
        String of = fields.text("of").orElse(one.name());
        if (!Set.of(one.name(), other.name(), "both").contains(of)) {
            throw Problem.badRequest(
                    "there is no such side", "of", "say " + one.name() + ", " + other.name() + " or both");
        }
        Occlusion.Cover cover = switch (fields.text("cover").orElse("blur")) {
            case "blur" -> Occlusion.Cover.BLUR;
            case "mean" -> Occlusion.Cover.MEAN;
            default -> throw Problem.badRequest("nothing covers so", "cover", "say blur or mean");
        };
        return new Asked(
                one,
                other,
                fields.whole("k", 0, MOST_NEAREST, USUAL_NEAREST),
                fields.whole("grid", 2, Occlusion.MOST_CELLS, USUAL_CELLS),
                cover,
                of.equals("both") ? Set.of(one.name(), other.name()) : Set.of(of));
    }

    private static String itemId(Fields fields) {
        return fields.text("item").orElseThrow(() -> Problem.badRequest("an item's id is wanted", "item", ""));
    }

    private float[] vector(Side side) {
        return inputs.vectors(List.of(side.input()), side.encoder(), Lane.ASK).getFirst();
    }

    private void judge(JsonObject reply, double score) {
        reply.add("probability", JsonNull.INSTANCE);
        reply.add("same", JsonNull.INSTANCE);
        served.decision().ifPresent(decision -> {
            Decision.Answer answer = decision.decide(score);
            reply.addProperty("probability", answer.probability());
            reply.addProperty("same", answer.same());
            Threshold threshold = answer.threshold();
            if (threshold != null) {
                reply.addProperty("threshold", threshold.threshold());
                reply.addProperty("fmr", threshold.targetFmr());
            }
        });
    }

    private Found nearest(Asked asked, float[] vector) {
        if (asked.k() == 0) {
            return new Found(served.space(), List.of(), true, null);
        }
        Filter filter = asked.one().input() instanceof Inputs.Input.Known(Item item)
                ? new Filter.Not(new Filter.Ids(Set.of(item.id())))
                : Filter.everything();
        Query query = new Query(
                vector,
                served.space(),
                asked.k(),
                filter,
                new Effort.TargetRecall(hosted.settings().targetRecall()),
                null);
        return compute.run(meters.search(), () -> served.index().search(query));
    }

    private JsonArray neighbors(Found found) {
        // Thresholds of a comparator are of its scores alone.
        Optional<Decision> decision = served.comparator().isPresent() ? Optional.empty() : served.decision();
        JsonArray neighbors = new JsonArray();
        for (Neighbor neighbor : found.neighbors()) {
            JsonObject json = new JsonObject();
            json.addProperty("id", neighbor.id());
            json.addProperty("score", neighbor.score());
            decision.ifPresent(known -> json.addProperty("probability", known.probability(neighbor.score())));
            json.add("payload", PayloadJson.write(neighbor.payload()));
            neighbors.add(json);
        }
        return neighbors;
    }

    /** What of one side carried its score with the other's vector. Whatever has no picture and no text is told so, by its kind. */
    private JsonObject parts(Call call, Side side, float[] other, Asked asked) {
        return switch (material(side.input())) {
            case Inputs.Input.Picture(byte[] file, String where) -> {
                Occlusion occlusion = occlusion(file, where, asked);
                yield parts(occlusion, scored(call, occlusion.pictures(), side.encoder(), other));
            }
            case Inputs.Input.Words(String text) -> {
                LeftOut leftOut = compute.run(meters.explain(), () -> LeftOut.of(text));
                yield parts(leftOut, scored(call, leftOut.texts(), side.encoder(), other));
            }
            default -> {
                JsonObject none = new JsonObject();
                none.addProperty("kind", "vector");
                yield none;
            }
        };
    }

    /** Of an item what it was made of, where that is kept. */
    private Inputs.Input material(Inputs.Input input) {
        if (!(input instanceof Inputs.Input.Known(Item item))) {
            return input;
        }
        byte[] source = item.source();
        if (served.takes() == Served.Takes.PICTURES && source != null) {
            return new Inputs.Input.Picture(source, item.id());
        }
        return served.takes() == Served.Takes.TEXTS
                        && item.payload().get(WordQuery.USUAL_FIELD) instanceof Value.Text(String text)
                        && !text.isBlank()
                ? new Inputs.Input.Words(text)
                : input;
    }

    /** Decoded and made smaller in one go: whole, it is in memory only while a thread of the pool works on it. */
    private Occlusion occlusion(byte[] file, String where, Asked asked) {
        try {
            return compute.picture(
                    meters.picture(),
                    file,
                    () -> Occlusion.of(Pictures.decode(file, where), asked.cells(), asked.cover()));
        } catch (Refusal refusal) {
            throw Problem.of(HttpStatus.UNPROCESSABLE_ENTITY, "picture", refusal);
        }
    }

    private static JsonObject parts(Occlusion occlusion, double[] scored) {
        JsonArray drops = new JsonArray();
        for (int row = 0; row < occlusion.rows(); row++) {
            JsonArray line = new JsonArray();
            for (int column = 0; column < occlusion.columns(); column++) {
                line.add(scored[0] - scored[1 + row * occlusion.columns() + column]);
            }
            drops.add(line);
        }
        JsonObject json = new JsonObject();
        json.addProperty("kind", "picture");
        json.addProperty("width", occlusion.width());
        json.addProperty("height", occlusion.height());
        json.addProperty("cover", occlusion.cover().name().toLowerCase(Locale.ROOT));
        json.addProperty("score", scored[0]);
        json.add(
                "x", edges(occlusion.x(), occlusion.width(), occlusion.picture().width()));
        json.add(
                "y",
                edges(occlusion.y(), occlusion.height(), occlusion.picture().height()));
        json.add("drops", drops);
        return json;
    }

    /** In pixels of the picture that was sent. */
    private static JsonArray edges(int[] edges, int original, int compared) {
        JsonArray json = new JsonArray();
        for (int edge : edges) {
            json.add((double) edge * original / compared);
        }
        return json;
    }

    private static JsonObject parts(LeftOut leftOut, double[] scored) {
        JsonArray words = new JsonArray();
        int next = 1;
        for (LeftOut.Group group : leftOut.groups()) {
            JsonObject word = new JsonObject();
            word.addProperty("words", leftOut.words(group));
            word.addProperty("from", group.from());
            word.addProperty("to", group.to());
            if (leftOut.leaves(group)) {
                word.addProperty("drop", scored[0] - scored[next++]);
            } else {
                word.add("drop", JsonNull.INSTANCE);
            }
            words.add(word);
        }
        JsonObject json = new JsonObject();
        json.addProperty("kind", "text");
        json.addProperty("score", scored[0]);
        json.add("words", words);
        return json;
    }

    /** Made and encoded in portions; each one's score with the other's vector. */
    private double[] scored(Call call, List<Supplier<Content>> contents, Encoder encoder, float[] other) {
        call.take(contents.size());
        List<float[]> vectors = new ArrayList<>();
        for (int from = 0; from < contents.size(); from += PORTION) {
            List<Supplier<Content>> portion = contents.subList(from, Math.min(contents.size(), from + PORTION));
            Embeddings embeddings = compute.run(
                    meters.explain(),
                    () -> encoder.encode(portion.stream().map(Supplier::get).toList()));
            for (int i = 0; i < embeddings.count(); i++) {
                vectors.add(embeddings.row(i));
            }
        }
        return scores.of(other, vectors);
    }
}
