package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Decision;
import dev.kindred.core.Nearest;
import dev.kindred.core.Threshold;
import dev.kindred.serve.access.Said;
import dev.kindred.serve.batch.Lane;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Alike or not: a score, what it says by the calibration, and the answer at a false-match rate. Who asks for it gets no answer in the grey
 * zone: where the probability lies within a band, or the score between two measured thresholds.
 */
final class Verifying {
    /** The band in which nothing is answered where it is asked for and no other is said. */
    private static final double LEAST = 0.1;

    private static final double MOST = 0.9;

    private final Served served;
    private final Degradation degradation;
    private final PairScores scores;
    private final Inputs inputs;

    Verifying(Hosted hosted, PairScores scores, Inputs inputs) {
        this.served = hosted.served();
        this.degradation = hosted.degradation();
        this.scores = scores;
        this.inputs = inputs;
    }

    /**
     * Where the answer is withheld.
     *
     * @param byProbability whether the ends are probabilities, else scores
     */
    private record Zone(boolean byProbability, double from, double to) {
        boolean holds(double score, double probability) {
            double value = byProbability ? probability : score;
            return value >= from && value < to;
        }

        JsonObject json() {
            JsonArray ends = new JsonArray();
            ends.add(from);
            ends.add(to);
            JsonObject json = new JsonObject();
            json.add(byProbability ? "probability" : "score", ends);
            return json;
        }
    }

    /** The reply to {@code {"left", "right", "fmr", "attribute", "abstain"}}. */
    Answers.Scored verify(Body body) {
        Fields fields = body.fields().only("left", "right", "fmr", "attribute", "abstain");
        Optional<String> cohort = cohort(fields);
        Optional<Zone> zone = zone(fields, cohort);
        List<float[]> pair = inputs.vectors(
                List.of(inputs.named(body, "left"), inputs.named(body, "right")), served.documents(), Lane.ASK);
        double plain = scores.plain(pair.get(0), pair.get(1));
        double score = served.comparator().isPresent() ? scores.of(pair.get(0), pair.subList(1, 2))[0] : plain;
        scores.answered(score);
        JsonObject reply = new JsonObject();
        reply.addProperty("bundle", served.bundle());
        reply.addProperty("space", served.space().id());
        reply.add("same", JsonNull.INSTANCE);
        reply.addProperty("score", score);
        if (served.comparator().isPresent()) {
            reply.addProperty("embeddingScore", plain);
        }
        reply.add("probability", JsonNull.INSTANCE);
        reply.add("threshold", JsonNull.INSTANCE);
        reply.add("fmr", JsonNull.INSTANCE);
        Optional<Threshold> threshold =
                served.decision().flatMap(decision -> judge(reply, decision, score, fields.rate("fmr"), cohort));
        served.decision()
                .ifPresent(decision -> zone.ifPresent(grey -> {
                    boolean abstained = grey.holds(score, decision.probability(score));
                    if (abstained) {
                        reply.add("same", JsonNull.INSTANCE);
                    }
                    reply.addProperty("abstained", abstained);
                    reply.add("zone", grey.json());
                }));
        degradation.mark(null, false).on(reply);
        return new Answers.Scored(
                reply.toString(),
                Said.ofPair(score, threshold.map(Threshold::threshold).orElse(null)));
    }

    /** The threshold that decided. */
    private static Optional<Threshold> judge(
            JsonObject reply, Decision decision, double score, Optional<Double> fmr, Optional<String> cohort) {
        double probability = decision.probability(score);
        reply.addProperty("probability", probability);
        Optional<Threshold> common = fmr.map(decision::threshold).or(decision::usualThreshold);
        Optional<Threshold> threshold = common.map(line ->
                cohort.map(name -> decision.threshold(name, line.targetFmr())).orElse(line));
        reply.addProperty(
                "same", threshold.map(line -> score >= line.threshold()).orElse(probability >= 0.5));
        threshold.ifPresent(line -> {
            reply.addProperty("threshold", line.threshold());
            reply.addProperty("fmr", line.targetFmr());
            cohort.ifPresent(name -> {
                boolean own = !common.orElseThrow().equals(line)
                        || decision.cohorts().getOrDefault(name, List.of()).contains(line);
                reply.add("cohort", own ? new JsonPrimitive(name) : JsonNull.INSTANCE);
            });
        });
        return threshold;
    }

    /** {@code {"script": "latin"}}: the cohort {@code script=latin}; the common thresholds stand in for a value that was not measured apart. */
    private Optional<String> cohort(Fields fields) {
        Optional<Fields> attribute = fields.inner("attribute");
        if (attribute.isEmpty()) {
            return Optional.empty();
        }
        JsonObject said = attribute.get().object();
        if (said.size() != 1) {
            throw Problem.badRequest("one attribute is wanted", "attribute", "say {\"name\": \"value\"}");
        }
        String name = said.keySet().iterator().next();
        String value = attribute.get().text(name).orElse("");
        Map<String, List<Threshold>> cohorts =
                served.decision().map(Decision::cohorts).orElse(Map.of());
        Set<String> names = new TreeSet<>();
        cohorts.keySet().forEach(each -> names.add(each.substring(0, Math.max(0, each.indexOf('=')))));
        if (!names.contains(name)) {
            throw Problem.badRequest(
                    "no thresholds were measured by this attribute",
                    "attribute",
                    names.isEmpty()
                            ? "leave it out: the bundle has the common thresholds alone"
                            : Nearest.advice(name, names, "there are " + String.join(", ", names)));
        }
        return Optional.of(name + "=" + value);
    }

    /** Between thresholds of rates, those of the cohort that decides. */
    private Optional<Zone> zone(Fields fields, Optional<String> cohort) {
        if (!fields.has("abstain")) {
            return Optional.empty();
        }
        boolean plain = !(fields.object().get("abstain") instanceof JsonObject);
        if (plain && !fields.flag("abstain")) {
            return Optional.empty();
        }
        Decision decision = served.decision()
                .orElseThrow(() -> Problem.badRequest(
                        "nothing was validated here, so there is no grey zone to tell",
                        "abstain",
                        "leave it out: same is null as it is"));
        if (plain) {
            return Optional.of(new Zone(true, LEAST, MOST));
        }
        Fields said = fields.inner("abstain").orElseThrow().only("probability", "fmr");
        if (said.has("probability") == said.has("fmr")) {
            throw Problem.badRequest(
                    "one band is wanted", "abstain", "say {\"probability\": [0.1, 0.9]} or {\"fmr\": [0.1, 0.01]}");
        }
        double[] ends = ends(said, said.has("fmr") ? "fmr" : "probability");
        if (said.has("fmr")) {
            double one = threshold(decision, ends[0], cohort).threshold();
            double other = threshold(decision, ends[1], cohort).threshold();
            return Optional.of(new Zone(false, Math.min(one, other), Math.max(one, other)));
        }
        return Optional.of(new Zone(true, Math.min(ends[0], ends[1]), Math.max(ends[0], ends[1])));
    }

    private static Threshold threshold(Decision decision, double fmr, Optional<String> cohort) {
        return cohort.map(name -> decision.threshold(name, fmr)).orElseGet(() -> decision.threshold(fmr));
    }

    private static double[] ends(Fields said, String name) {
        if (said.object().get(name) instanceof JsonArray list && list.size() == 2) {
            double[] ends = new double[2];
            for (int i = 0; i < 2; i++) {
                JsonElement each = list.get(i);
                if (!(each instanceof JsonPrimitive number) || !number.isNumber()) {
                    break;
                }
                ends[i] = number.getAsDouble();
            }
            if (ends[0] > 0 && ends[0] < 1 && ends[1] > 0 && ends[1] < 1) {
                return ends;
            }
        }
        throw Problem.badRequest("two numbers between 0 and 1 are wanted", said.at(name), "");
    }
}
