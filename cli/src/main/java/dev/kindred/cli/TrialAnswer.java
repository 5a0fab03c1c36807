package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.index.EngineTrial;
import dev.kindred.index.TrialChoice;
import dev.kindred.index.TrialChoice.Candidate;
import dev.kindred.index.TrialResult;
import dev.kindred.index.TrialResult.Figures;
import dev.kindred.index.TrialResult.Point;
import dev.kindred.index.TrialResult.Rounds;
import dev.kindred.index.TrialSet;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A trial of engines in words and numbers.
 *
 * @param source as it was named
 * @param given what {@code index build} is given to index it
 */
record TrialAnswer(String source, String given, EngineTrial.Plan plan, TrialResult result) {

    private static final String CACHE =
            "What says int8 keeps codes in memory and reads the vectors of its best candidates from their file,"
                    + " through the system's page cache. Its memory leaves that cache out, and its times are those with"
                    + " the file in it: where the cache has no room for the file, searches wait for the disk.";

    JsonObject json() {
        TrialSet set = result.set();
        JsonObject json = new JsonObject();
        json.addProperty("source", source);
        json.addProperty("space", set.space().id());
        json.addProperty("dimension", set.space().dimension());
        json.addProperty("distance", set.space().distance().wireName());
        json.addProperty("count", set.total());
        json.addProperty("rows", set.count());
        json.addProperty("vectorBytes", set.vectorBytes());
        json.addProperty("queries", set.queries().count());
        json.addProperty("heldOut", set.heldOut());
        json.addProperty("queriesThatAreItems", result.themselves());
        json.addProperty("timedQueries", result.timedQueries());
        json.addProperty("rounds", result.rounds());
        json.addProperty("k", plan.k());
        json.addProperty("targetRecall", plan.target());
        json.addProperty("seed", plan.seed());
        json.addProperty("threads", plan.threads());
        JsonArray engines = new JsonArray();
        result.engines().forEach(figures -> engines.add(json(figures)));
        json.add("engines", engines);
        Candidate taken = result.choice().taken();
        JsonObject choice = new JsonObject();
        choice.addProperty("engine", taken.figures().engine().name());
        choice.addProperty("ef", taken.point().recall().ef());
        choice.addProperty("recall", taken.point().recall().recall());
        choice.addProperty("queriesPerCpuSecond", taken.perCpuSecond());
        choice.addProperty("memoryBytes", taken.bytes());
        choice.addProperty("build", buildCommand());
        choice.addProperty("search", searchCommand());
        choice.addProperty("why", why());
        json.add("choice", choice);
        return json;
    }

    private static JsonObject json(Figures figures) {
        JsonObject json = new JsonObject();
        json.addProperty("engine", figures.engine().name());
        json.addProperty("options", figures.engine().options());
        json.addProperty("buildSeconds", figures.build().seconds());
        json.addProperty("buildCpuSeconds", figures.build().cpuSeconds());
        json.addProperty("bytes", figures.build().bytes());
        json.addProperty("memoryBytes", figures.memory().bytes());
        json.addProperty("heapBytes", figures.memory().heapBytes());
        json.addProperty("mappedBytes", figures.memory().mappedBytes());
        json.addProperty("mappedAreResident", figures.memory().resident());
        JsonArray curve = new JsonArray();
        for (Point point : figures.curve()) {
            JsonObject each = new JsonObject();
            each.addProperty("ef", point.recall().ef());
            each.addProperty("recall", point.recall().recall());
            each.addProperty("low", point.recall().interval().low());
            each.addProperty("high", point.recall().interval().high());
            each.addProperty("surelyAbove", point.recall().low());
            each.add("medianMicros", json(point.medianMicros()));
            each.add("p95Micros", json(point.p95Micros()));
            each.add("queriesPerCpuSecond", json(point.perCpuSecond()));
            curve.add(each);
        }
        json.add("curve", curve);
        return json;
    }

    private static JsonObject json(Rounds rounds) {
        JsonObject json = new JsonObject();
        json.addProperty("median", rounds.median());
        json.addProperty("low", rounds.low());
        json.addProperty("high", rounds.high());
        return json;
    }

    String text() {
        StringBuilder text = new StringBuilder(what()).append('\n');
        cautions().forEach(caution -> text.append(caution).append('\n'));
        text.append(String.format(
                Locale.ROOT,
                "%n%-10s %9s %9s %9s %9s  %s%n",
                "engine",
                "build",
                "CPU",
                "disk",
                "memory",
                "of vectors"));
        for (Figures figures : result.engines()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-10s %9s %9s %9s %9s  %s%n",
                    figures.engine().name(),
                    seconds(figures.build().seconds()),
                    seconds(figures.build().cpuSeconds()),
                    Words.bytes(figures.build().bytes()),
                    Words.bytes(figures.memory().bytes()),
                    ofVectors(figures)));
        }
        text.append(String.format(
                Locale.ROOT,
                "%n%-10s %8s  %-24s %10s %10s  %s%n",
                "engine",
                "effort",
                "Recall@" + plan.k() + " (95%)",
                "median",
                "p95",
                "queries per CPU-second (rounds)"));
        for (Figures figures : result.engines()) {
            for (Point point : figures.curve()) {
                text.append(String.format(
                        Locale.ROOT,
                        "%-10s %8s  %-24s %10s %10s  %s%n",
                        figures.engine().name(),
                        effort(point),
                        recall(point),
                        micros(point.medianMicros().median()),
                        micros(point.p95Micros().median()),
                        rates(point)));
            }
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "%nchosen: %s. %s%n",
                        taken().figures().engine().name(),
                        why()))
                .append("  ")
                .append(buildCommand())
                .append("\n  ")
                .append(searchCommand())
                .toString();
    }

    /** What was measured, in a line. */
    String what() {
        TrialSet set = result.set();
        return String.format(
                Locale.ROOT,
                "%s: %,d vectors of %d values, compared by %s; %,d queries%s for the %,d nearest, %d rounds",
                source,
                set.count(),
                set.space().dimension(),
                set.space().distance().wireName(),
                set.queries().count(),
                set.heldOut() ? " held out of them" : "",
                plan.k(),
                result.rounds());
    }

    /** What a reader must know before believing the figures. */
    List<String> cautions() {
        List<String> cautions = new ArrayList<>();
        TrialSet set = result.set();
        if (!set.isWhole()) {
            cautions.add(String.format(
                    Locale.ROOT,
                    "Drawn from %,d. The choice is for all: reading all rows is expected to take as much longer as"
                            + " there are more, a walk as their logarithm grows, and memory grows as they do. The same"
                            + " effort finds less among more.",
                    set.total()));
        }
        if (result.themselves() > 0) {
            cautions.add(String.format(
                    Locale.ROOT,
                    "%,d of the %,d queries are vectors of the index too and find themselves, which is easier.",
                    result.themselves(),
                    set.queries().count()));
        }
        if (result.timedQueries() < set.queries().count()) {
            cautions.add(String.format(
                    Locale.ROOT, "Timed on the first %,d queries, to end in time.", result.timedQueries()));
        }
        if (result.engines().stream().anyMatch(TrialAnswer::readsThroughCache)) {
            cautions.add(CACHE);
        }
        return List.copyOf(cautions);
    }

    /** Of codes alone the memory is counted. */
    private static boolean readsThroughCache(Figures figures) {
        return figures.engine().name().contains("int8");
    }

    Candidate taken() {
        return result.choice().taken();
    }

    /** The reasons, and what to weigh against them. */
    String why() {
        Candidate taken = taken();
        return (taken.figures().engine().readsAll() ? whyAll() : whyWalk())
                + memory()
                + (taken.figures().engine().engine() == null
                        ? " Where items are written often, --engine exact gives the same answers."
                        : "");
    }

    private String whyAll() {
        TrialChoice choice = result.choice();
        Optional<Figures> best = result.engines().stream()
                .filter(figures -> !figures.engine().readsAll())
                .max(Comparator.comparingDouble(
                        figures -> best(figures).recall().low()));
        boolean reached = choice.reaching().stream()
                .anyMatch(each -> !each.figures().engine().readsAll());
        if (best.isPresent() && !reached) {
            Point point = best(best.get());
            return String.format(
                    Locale.ROOT,
                    "No graph surely finds %s of the true neighbours (the best, %s at effort %,d, finds %s to %s), so"
                            + " all rows are read.",
                    share(choice.target()),
                    best.get().engine().name(),
                    point.recall().ef(),
                    share(point.recall().interval().low()),
                    share(point.recall().interval().high()));
        }
        boolean few = result.engines().stream()
                .filter(figures -> !figures.engine().readsAll())
                .allMatch(figures -> figures.curve().stream().allMatch(Point::exact));
        return String.format(
                Locale.ROOT,
                "Reading all rows answers %,.0f queries a CPU-second, and nothing that surely finds %s of the true"
                        + " neighbours answers %s times as many.%s",
                taken().perCpuSecond(),
                share(choice.target()),
                TrialChoice.NEARLY,
                few ? " So few rows are read by a graph's searches too: a walk would take as long." : "");
    }

    private static Point best(Figures figures) {
        return figures.curve().stream()
                .max(Comparator.comparingDouble(point -> point.recall().low()))
                .orElseThrow();
    }

    private String whyWalk() {
        TrialChoice choice = result.choice();
        Candidate taken = choice.taken();
        double all = choice.reaching().stream()
                .filter(each -> each.figures().engine().readsAll())
                .mapToDouble(Candidate::perCpuSecond)
                .max()
                .orElse(Double.NaN);
        return String.format(
                Locale.ROOT,
                "At effort %,d it finds %s of the true neighbours, surely more than %s, and answers %,.0f queries a"
                        + " CPU-second%s, %s times as many as reading all rows.",
                taken.point().recall().ef(),
                share(taken.point().recall().recall()),
                share(choice.target()),
                taken.perCpuSecond(),
                result.set().isWhole() ? "" : String.format(Locale.ROOT, " (expected among all %,d)", choice.total()),
                times(taken.perCpuSecond() / all));
    }

    private String memory() {
        Candidate taken = taken();
        String own = String.format(
                Locale.ROOT,
                " It takes %s of memory%s, %s times the vectors",
                Words.bytes(taken.bytes()),
                result.set().isWhole() ? "" : " (expected with all)",
                times((double) taken.figures().memory().bytes() / result.set().vectorBytes()));
        return own
                + result.choice().reaching().stream()
                        .filter(taken::takesClearlyMore)
                        .min(Comparator.comparingLong(Candidate::bytes))
                        .map(least -> String.format(
                                Locale.ROOT,
                                "; least takes %s, %s at %s of the speed.",
                                least.figures().engine().name(),
                                Words.bytes(least.bytes()),
                                Words.percent(least.perCpuSecond() / taken.perCpuSecond())))
                        .orElse("; nothing that reaches the recall takes clearly less.");
    }

    String buildCommand() {
        return "kindred index build " + given + " --out DIR "
                + taken().figures().engine().options();
    }

    /** Engines that read all rows are told nothing. */
    String searchCommand() {
        return "kindred index search DIR QUERY -k " + plan.k()
                + (taken().figures().engine().readsAll() ? "" : " --target-recall " + share(plan.target()));
    }

    /** {@code all rows}, or the number that a walk keeps. */
    static String effort(Point point) {
        return point.exact()
                ? "all rows"
                : String.format(Locale.ROOT, "%,d", point.recall().ef());
    }

    static String recall(Point point) {
        return point.recall().error() == 0
                ? share(point.recall().recall())
                : String.format(
                        Locale.ROOT,
                        "%.4f (%.4f to %.4f)",
                        point.recall().recall(),
                        point.recall().interval().low(),
                        point.recall().interval().high());
    }

    static String rates(Point point) {
        Rounds rounds = point.perCpuSecond();
        return String.format(Locale.ROOT, "%,.0f (%,.0f to %,.0f)", rounds.median(), rounds.low(), rounds.high());
    }

    String ofVectors(Figures figures) {
        return times((double) figures.memory().bytes() / result.set().vectorBytes()) + " ×";
    }

    private static String times(double ratio) {
        return String.format(Locale.ROOT, ratio < 10 ? "%.2f" : "%,.0f", ratio);
    }

    /** {@code 0.99}, {@code 0.9937}, {@code 1}. */
    static String share(double value) {
        return BigDecimal.valueOf(value)
                .setScale(4, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    static String seconds(double seconds) {
        return seconds < 60 ? String.format(Locale.ROOT, "%.1f s", seconds) : ProgressLine.clock(seconds);
    }

    static String micros(double micros) {
        return micros < 1_000
                ? String.format(Locale.ROOT, "%.0f µs", micros)
                : String.format(Locale.ROOT, "%.1f ms", micros / 1_000);
    }
}
