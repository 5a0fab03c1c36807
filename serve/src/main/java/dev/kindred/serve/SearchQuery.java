package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.metric.Fusion;
import dev.kindred.index.After;
import dev.kindred.index.Distinct;
import dev.kindred.index.Effort;
import dev.kindred.index.Filter;
import dev.kindred.index.FilterJson;
import dev.kindred.index.Query;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a search is to be done, as its request says.
 *
 * @param words how words count; empty where likeness alone does
 * @param shown the payload's fields that are wanted; empty for all
 */
record SearchQuery(
        int k,
        Filter filter,
        Effort effort,
        Optional<Double> fmr,
        Optional<After> after,
        boolean rerank,
        Optional<Distinct> distinct,
        Optional<Words> words,
        Optional<Set<String>> shown) {
    static final int MAX_K = 1000;

    private static final int MAX_FIELDS = 100;
    /** So many times k are read whole after a reading of the first values. */
    private static final int WHOLE = 20;

    private static final int LEAST_WHOLE = 200;

    /** Of its fields, as {@code /openapi.json} describes them. */
    static final List<String> NAMES = List.of(
            "image",
            "text",
            "id",
            "vector",
            "k",
            "filter",
            "fmr",
            "after",
            "rerank",
            "distinct",
            "per",
            "recall",
            "ef",
            "exact",
            "first",
            "words",
            "hybrid",
            "wordsWeight",
            "wordsOnly",
            "wordsIn",
            "fields");

    /**
     * @param text empty for that of what is searched with
     * @param in fields to look into; none for the usual
     * @param alone whether nothing but words counts
     */
    record Words(Optional<String> text, Set<String> in, boolean alone, Fusion fusion) {}

    /** @param targetRecall of a search that says no effort */
    static SearchQuery read(Fields fields, double targetRecall) {
        fields.only(NAMES.toArray(String[]::new));
        int k = fields.whole("k", 1, MAX_K, 10);
        SearchQuery query = new SearchQuery(
                k,
                fields.has("filter")
                        ? FilterJson.read(fields.object().get("filter"), fields.at("filter"))
                        : Filter.everything(),
                effort(fields, k, targetRecall),
                fields.rate("fmr"),
                fields.text("after").map(After::ofToken),
                fields.flag("rerank"),
                distinct(fields),
                words(fields),
                texts(fields, "fields"));
        query.requireTogether(fields);
        return query;
    }

    /** Whether words may stand in for an encoder that fails: they have one page, and neither thresholds nor an order of another's. */
    boolean isPlain() {
        return after.isEmpty() && !rerank && distinct.isEmpty() && fmr.isEmpty();
    }

    private void requireTogether(Fields fields) {
        if (rerank && distinct.isPresent()) {
            throw Problem.badRequest(
                    "cannot be had together with rerank", fields.at("distinct"), "leave one of them out");
        }
        if (rerank && after.isPresent()) {
            throw Problem.badRequest("what is reranked is one page", fields.at("after"), "ask for a greater k instead");
        }
        if (words.isEmpty()) {
            return;
        }
        if (rerank || distinct.isPresent()) {
            throw Problem.badRequest(
                    "cannot be had together with a search by words",
                    fields.at(rerank ? "rerank" : "distinct"),
                    "leave one of them out");
        }
        if (after.isPresent()) {
            throw Problem.badRequest(
                    "what is found by words is one page", fields.at("after"), "ask for a greater k instead");
        }
    }

    private static Optional<Distinct> distinct(Fields fields) {
        if (fields.has("per") && !fields.has("distinct")) {
            throw Problem.badRequest("there is no field", fields.at("per"), "say \"distinct\": \"field\" with it");
        }
        return fields.text("distinct").map(field -> new Distinct(field, fields.whole("per", 1, MAX_K, 1)));
    }

    private static Effort effort(Fields fields, int k, double targetRecall) {
        List<String> said = List.of("recall", "ef", "exact", "first").stream()
                .filter(name -> fields.has(name) && (!name.equals("exact") || fields.flag(name)))
                .toList();
        if (said.size() > 1) {
            throw Problem.badRequest("more than one effort is asked for", fields.at(said.getLast()), "say one of them");
        }
        return switch (said.isEmpty() ? "" : said.getFirst()) {
            case "exact" -> Effort.exact();
            case "ef" -> new Effort.Ef(fields.whole("ef", 1, Query.MAX_K, 1));
            case "first" ->
                new Effort.First(fields.whole("first", 1, 1 << 16, 1), (int)
                        Math.clamp((long) WHOLE * k, LEAST_WHOLE, Query.MAX_K));
            case "recall" ->
                new Effort.TargetRecall(fields.number("recall", 0, 1)
                        .filter(r -> r > 0)
                        .orElseThrow(() -> Problem.badRequest(
                                "a target recall of 0", fields.at("recall"), "use a fraction above 0 and at most 1")));
            default -> new Effort.TargetRecall(targetRecall);
        };
    }

    private static Optional<Words> words(Fields fields) {
        boolean alone = fields.flag("wordsOnly");
        Optional<String> text = fields.text("words");
        Optional<String> hybrid = fields.text("hybrid");
        Optional<Double> weight = fields.number("wordsWeight", 0, 1);
        Optional<Set<String>> in = texts(fields, "wordsIn");
        if (alone && (hybrid.isPresent() || weight.isPresent())) {
            throw Problem.badRequest(
                    "words alone are not fused", fields.at("wordsOnly"), "leave out hybrid and wordsWeight");
        }
        if (hybrid.isPresent() && !Set.of("weights", "rrf").contains(hybrid.get())) {
            throw Problem.badRequest("there is no such fusion", fields.at("hybrid"), "say weights or rrf");
        }
        boolean ranks = hybrid.filter("rrf"::equals).isPresent();
        boolean fuses = text.isPresent() || hybrid.isPresent();
        if (weight.isPresent() && (!fuses || ranks)) {
            throw Problem.badRequest(
                    "there is nothing to weigh",
                    fields.at("wordsWeight"),
                    "say \"words\": \"…\" or \"hybrid\": \"weights\"");
        }
        if (in.isPresent() && !fuses && !alone) {
            throw Problem.badRequest(
                    "no words are looked for", fields.at("wordsIn"), "say \"words\": \"…\" or \"wordsOnly\": true");
        }
        if (!alone && !fuses) {
            return Optional.empty();
        }
        Fusion fusion = ranks
                ? new Fusion.ReciprocalRanks(Fusion.USUAL_CONSTANT)
                : weight.<Fusion>map(Fusion.Weights::new).orElseGet(Fusion::usual);
        return Optional.of(new Words(text, in.orElse(Set.of()), alone, fusion));
    }

    private static Optional<Set<String>> texts(Fields fields, String name) {
        if (!fields.has(name)) {
            return Optional.empty();
        }
        if (!(fields.object().get(name) instanceof JsonArray list) || list.size() > MAX_FIELDS) {
            throw Problem.badRequest("a list of at most " + MAX_FIELDS + " names is wanted", fields.at(name), "");
        }
        Set<String> texts = new LinkedHashSet<>();
        for (JsonElement each : list) {
            if (!(each instanceof JsonPrimitive text) || !text.isString()) {
                throw Problem.badRequest("a string is wanted", fields.at(name), "");
            }
            texts.add(text.getAsString());
        }
        return Optional.of(texts);
    }
}
