package dev.kindred.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.bench.Row.Bound;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The rows of {@code bench/load}, from its cells; a cell that is empty gives rows that were not measured. */
final class LoadRows {
    /** Where a cell says why it is empty. */
    static final String WHY = "why";

    /** What the mean over a thousand queries may fall short of 0.99 by, and still be it. */
    static final double LEAST_RECALL = 0.99 - 0.0015;

    /** What counts as flat: growth over what follows the first five minutes, in %. */
    private static final double MOST_GROWTH = 3;

    private final List<Row> rows = new ArrayList<>();

    List<Row> all() {
        return List.copyOf(rows);
    }

    private static Optional<Spread> spread(JsonObject json, String name) {
        return IndexBench.values(json, name).filter(values -> !values.isEmpty()).map(Spread::of);
    }

    private static Optional<Double> number(JsonObject json, String name) {
        return TextBench.at(json, name).filter(Double::isFinite);
    }

    private static boolean isAbove(JsonObject json, String name, double limit) {
        return number(json, name).orElse(0.0) > limit;
    }

    /** Why a cell could not be measured. */
    private static Optional<String> why(JsonObject json) {
        return Optional.ofNullable(json.get(WHY)).map(JsonElement::getAsString);
    }

    private void add(
            String what,
            String unit,
            Optional<Spread> spread,
            Bound bound,
            double floor,
            double goal,
            Map<String, Double> beside,
            Optional<String> why) {
        Optional<Spread> counted = why.isPresent() ? Optional.empty() : spread;
        Row row = Row.of(what, unit, counted.map(Spread::median).orElse(null), bound, floor, goal)
                .beside(beside);
        rows.add(counted.map(row::with).orElse(why.map(row::because).orElse(row)));
    }

    private void count(
            String what,
            String unit,
            Optional<Double> count,
            double limit,
            Map<String, Double> beside,
            Optional<String> why) {
        Row row = Row.of(what, unit, why.isPresent() ? null : count.orElse(null), Bound.AT_MOST, limit, limit)
                .beside(beside);
        rows.add(why.map(row::because).orElse(row));
    }

    private static void beside(Map<String, Double> beside, JsonObject json, String name, String key) {
        number(json, key).ifPresent(value -> beside.put(name, value));
    }

    private static Map<String, Double> medians(JsonObject json, String... namesAndKeys) {
        Map<String, Double> medians = new LinkedHashMap<>();
        for (int i = 0; i < namesAndKeys.length; i += 2) {
            String name = namesAndKeys[i];
            spread(json, namesAndKeys[i + 1]).ifPresent(of -> medians.put(name, of.median()));
        }
        return medians;
    }

    void embedding(JsonObject json) {
        Map<String, Double> beside = medians(json, "texts a second", "oursPerSecond", "bare", "barePerSecond");
        beside(beside, json, "share of time the generator was busy", "generatorBusy");
        add(
                "saturated embed against the bare encoder (MiniLM, texts in 32s, raw contents over gRPC)",
                "×",
                spread(json, "ratios"),
                Bound.AT_LEAST,
                0.85,
                0.95,
                beside,
                why(json));
    }

    void searching(JsonObject json, int n) {
        Optional<Double> recall = number(json, "recall");
        Map<String, Double> beside = medians(json, "queries a second", "oursPerSecond", "in process", "barePerSecond");
        beside(beside, json, "Recall@10", "recall");
        beside(beside, json, "share of time the generator was busy", "generatorBusy");
        add(
                "saturated search at Recall@10 0.99 against in process (%,d × 128)".formatted(n),
                "×",
                spread(json, "ratios"),
                Bound.AT_LEAST,
                0.7,
                0.85,
                beside,
                why(json)
                        .or(() -> json.isEmpty() || recall.isPresent() && recall.get() >= LEAST_RECALL
                                ? Optional.empty()
                                : Optional.of("at another recall it is another search")));
    }

    /** The worst of the three counts. */
    void added(JsonObject conv4, JsonObject minilm, JsonObject search) {
        Map<String, Double> beside = new LinkedHashMap<>();
        spread(conv4, "addedMillis").ifPresent(of -> beside.put("embed, conv4", of.median()));
        spread(minilm, "addedMillis").ifPresent(of -> beside.put("embed, MiniLM", of.median()));
        spread(search, "addedMillis").ifPresent(of -> beside.put("search", of.median()));
        Optional<Spread> worst = Optional.empty();
        if (beside.size() == 3) {
            for (JsonObject each : List.of(conv4, minilm, search)) {
                Spread of = spread(each, "addedMillis").orElseThrow();
                worst = worst.filter(before -> before.median() >= of.median()).or(() -> Optional.of(of));
            }
        }
        Optional<String> why = Stream.of(conv4, minilm, search)
                .flatMap(json -> why(json).stream())
                .findFirst();
        add(
                "added median latency over in process, the worst of three",
                "ms",
                worst,
                Bound.AT_MOST,
                0.8,
                0.3,
                beside,
                why);
    }

    /**
     * Of the rounds in which a no-op was quick, and none where one call of theirs was not answered well: who is not answered has no
     * latency, and would make the others' look better.
     */
    void tail(String what, double floor, JsonObject json) {
        Map<String, Double> beside = new LinkedHashMap<>();
        spread(json, "allP99Millis").ifPresent(of -> {
            beside.put("over all rounds", of.median());
            beside.put("the worst of all rounds", of.high());
        });
        beside.putAll(medians(json, "a no-op", "noOpP99Millis"));
        beside(beside, json, "saturation a second", "saturation");
        beside(beside, json, "rounds", "rounds");
        beside(beside, json, "of these thrown away", "thrownAway");
        beside(beside, json, "not answered well", "notWell");
        beside(beside, json, "not answered well in those thrown away", "notWellThrownAway");
        add(
                "P99 at 60% of saturation: " + what,
                "ms",
                spread(json, "p99Millis"),
                Bound.BELOW,
                floor,
                floor / 2,
                beside,
                why(json).or(() -> whyNoTail(json)));
    }

    private static Optional<String> whyNoTail(JsonObject json) {
        if (json.isEmpty()) {
            return Optional.empty();
        }
        if (isAbove(json, "notWell", 0)) {
            return Optional.of("some calls were not answered well");
        }
        return 2 * number(json, "thrownAway").orElse(0.0)
                        >= number(json, "rounds").orElse(0.0)
                ? Optional.of(
                        "half of the rounds or more were thrown away, and those that are left were chosen by luck")
                : Optional.empty();
    }

    void start(JsonObject json) {
        add(
                "start to first embedding, small image bundle, against the first 200 of a bare JDK server",
                "×",
                spread(json, "ratios"),
                Bound.AT_MOST,
                6,
                3,
                medians(json, "seconds", "oursSeconds", "bare", "bareSeconds"),
                why(json));
    }

    void soak(int minutes, JsonObject json) {
        Map<String, Double> asked = new LinkedHashMap<>();
        beside(asked, json, "calls", "asked");
        beside(asked, json, "turned away", "turnedAway");
        beside(asked, json, "left the generator late", "leftLate");
        beside(asked, json, "saturation a second", "saturation");
        beside(asked, json, "P99 in ms", "p99Millis");
        count(
                minutes + " minutes at 80% of saturation: errors, calls turned away among them",
                "",
                number(json, "errors"),
                0,
                asked,
                why(json));
        Map<String, Double> memory = new LinkedHashMap<>();
        number(json, "trend").ifPresent(share -> memory.put("along a line", 100 * share));
        number(json, "late")
                .ifPresent(share -> memory.put("the last five minutes against the first five", 100 * share));
        beside(memory, json, "MB at the end", "residentMb");
        beside(memory, json, "MB at most", "highestMb");
        count(
                minutes
                        + " minutes at 80% of saturation: growth of resident memory after five minutes, the worse of"
                        + " two",
                "%",
                number(json, "growth").map(share -> 100 * share),
                MOST_GROWTH,
                memory,
                why(json).or(() -> Optional.ofNullable(json.get("memoryWhy")).map(JsonElement::getAsString)));
    }

    void overload(JsonObject json) {
        Optional<String> why = why(json)
                .or(() -> json.isEmpty() || isAbove(json, "leastTurnedAway", 0)
                        ? Optional.empty()
                        : Optional.of("no call was turned away: it was not overloaded"));
        Map<String, Double> beside = medians(json, "offered", "offered");
        beside(beside, json, "turned away", "turnedAway");
        add(
                "5 × saturation: goodput against saturation",
                "×",
                spread(json, "goodput"),
                Bound.AT_LEAST,
                0.8,
                0.9,
                beside,
                why);
        count("5 × saturation: neither answered well nor a clean 429", "", number(json, "unclean"), 0, Map.of(), why);
        add(
                "5 × saturation: P99 of the accepted against unloaded",
                "×",
                spread(json, "latency"),
                Bound.AT_MOST,
                5,
                3,
                medians(json, "P99 in ms", "acceptedP99Millis", "unloaded", "unloadedP99Millis"),
                why);
    }
}
