package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.bench.Row.Bound;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rows of {@code bench/load}, from its cells; a cell that is empty gives rows that were not measured. */
final class LoadRows {
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
        return TextBench.at(json, name);
    }

    private void add(
            String what,
            String unit,
            Optional<Spread> spread,
            Bound bound,
            double floor,
            double goal,
            Map<String, Double> beside) {
        Row row = Row.of(what, unit, spread.map(Spread::median).orElse(null), bound, floor, goal)
                .beside(beside);
        rows.add(spread.map(row::with).orElse(row));
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
        boolean oip = json.has("oip") && json.get("oip").getAsBoolean();
        String how = json.isEmpty() || oip ? "raw contents over gRPC" : "JSON over /v1/embed, for want of gRPC";
        add(
                "saturated embed against the bare encoder (MiniLM, texts in 32s, " + how + ")",
                "×",
                spread(json, "ratios"),
                Bound.AT_LEAST,
                0.85,
                0.95,
                medians(json, "texts a second", "oursPerSecond", "bare", "barePerSecond"));
    }

    void searching(JsonObject json, int n) {
        Optional<Double> recall = number(json, "recall");
        boolean reached = recall.isPresent() && recall.get() >= 0.99 - 0.0015;
        Map<String, Double> beside = medians(json, "queries a second", "oursPerSecond", "in process", "barePerSecond");
        recall.ifPresent(share -> beside.put("Recall@10", share));
        add(
                "saturated search at Recall@10 0.99 against in process (%,d × 128)".formatted(n),
                "×",
                // At another recall it is another search.
                reached ? spread(json, "ratios") : Optional.empty(),
                Bound.AT_LEAST,
                0.7,
                0.85,
                beside);
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
        add("added median latency over in process, the worst of three", "ms", worst, Bound.AT_MOST, 0.8, 0.3, beside);
    }

    void tail(String what, double floor, JsonObject json) {
        Map<String, Double> beside = new LinkedHashMap<>();
        beside.putAll(medians(json, "a no-op", "noOpP99Millis"));
        number(json, "saturation").ifPresent(most -> beside.put("saturation a second", most));
        number(json, "thrownAway").ifPresent(count -> beside.put("rounds thrown away", count));
        number(json, "notWell").ifPresent(count -> beside.put("not answered well", count));
        double thrown = number(json, "thrownAway").orElse(0.0);
        double rounds = number(json, "rounds").orElse(0.0);
        add(
                "P99 at 60% of saturation: " + what,
                "ms",
                // Where most rounds had to be thrown away, those that are left were chosen by luck.
                2 * thrown > rounds ? Optional.empty() : spread(json, "p99Millis"),
                Bound.BELOW,
                floor,
                floor / 2,
                beside);
    }

    void start(JsonObject json) {
        add(
                "start to first embedding, small image bundle, against the first 200 of a bare JDK server",
                "×",
                spread(json, "ratios"),
                Bound.AT_MOST,
                6,
                3,
                medians(json, "seconds", "oursSeconds", "bare", "bareSeconds"));
    }

    void soak(int minutes, JsonObject json) {
        Map<String, Double> beside = new LinkedHashMap<>();
        number(json, "asked").ifPresent(count -> beside.put("calls", count));
        number(json, "turnedAway").ifPresent(count -> beside.put("turned away", count));
        number(json, "p99Millis").ifPresent(millis -> beside.put("P99 in ms", millis));
        rows.add(Row.of(
                        minutes + " minutes at 80% of saturation: errors",
                        "",
                        number(json, "errors").orElse(null),
                        Bound.AT_MOST,
                        0.0,
                        0.0)
                .beside(beside));
        rows.add(Row.of(
                        minutes + " minutes at 80% of saturation: growth of resident memory after five minutes",
                        "%",
                        number(json, "growth").map(share -> 100 * share).orElse(null),
                        Bound.AT_MOST,
                        MOST_GROWTH,
                        MOST_GROWTH)
                .beside(number(json, "residentMb").map(mb -> Map.of("MB", mb)).orElse(Map.of())));
    }

    void overload(JsonObject json) {
        Map<String, Double> beside = new LinkedHashMap<>(medians(json, "offered", "offered"));
        number(json, "turnedAway").ifPresent(count -> beside.put("turned away", count));
        add(
                "5 × saturation: goodput against saturation",
                "×",
                spread(json, "goodput"),
                Bound.AT_LEAST,
                0.8,
                0.9,
                beside);
        rows.add(Row.of(
                "5 × saturation: neither answered well nor a clean 429",
                "",
                number(json, "unclean").orElse(null),
                Bound.AT_MOST,
                0.0,
                0.0));
        add(
                "5 × saturation: P99 of the accepted against unloaded",
                "×",
                spread(json, "latency"),
                Bound.AT_MOST,
                5,
                3,
                Map.of());
    }
}
