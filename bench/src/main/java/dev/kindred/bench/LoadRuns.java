package dev.kindred.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import dev.kindred.bench.load.Bare;
import dev.kindred.bench.load.Flatness;
import dev.kindred.bench.load.Residence;
import dev.kindred.bench.load.ServerProcess;
import dev.kindred.cli.load.CacheCounts;
import dev.kindred.cli.load.Figures;
import dev.kindred.cli.load.Generator;
import dev.kindred.cli.load.Mix;
import dev.kindred.cli.load.Plan;
import dev.kindred.cli.load.Shot;
import dev.kindred.cli.load.Target;
import dev.kindred.core.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The measurements of {@code bench/load}, each on a server that is up: rounds by turns with what it is compared with. */
final class LoadRuns {
    private static final String OWN = "own";
    private static final String NOTHING = "no-op";
    /** Of the route that does nothing, beside the load: a round in which it is slower says nothing of the server. */
    private static final double MOST_NOTHING_MILLIS = 5;

    private static final double NOTHING_PER_SECOND = 50;
    private static final double TAIL_SHARE = 0.6;
    private static final double SOAK_SHARE = 0.8;
    private static final double OVERLOAD = 5;
    /** Less than this of what was meant to be offered is no overload of that size. */
    private static final double LEAST_OFFERED = 0.9;

    private static final int CONNECTIONS = 512;
    /** Nearly as many as a server takes: who comes while it is slow for a second does not wait for those before. */
    private static final int SOAK_CONNECTIONS = 1_000;
    /** Pairs before those that count: both processes compile by turns on one core. */
    private static final int UNCOUNTED = 3;

    /** What a call does once is compiled by the optimiser after 20,000 times, as the launcher asks. */
    private static final double COMPILED_CALLS = 40_000;

    /** Callers that a server is warmed by. */
    private static final int WARMING = 16;

    /** What may fill up after a start is full by then; and over so long memory's medians are taken. */
    private static final double SETTLED_SECONDS = 300;

    /** Beyond this the generator is what was saturated. */
    private static final double MOST_BUSY = 0.9;

    private static final double UNLOADED_SHARE = 0.1;
    /** One in a hundred of fewer is a matter of luck. */
    private static final int UNLOADED_CALLS = 1_000;
    /** Calls that leave within the last moment's jitter, as a share. */
    private static final double MOST_LATE = 1e-3;

    private final boolean smoke;

    LoadRuns(boolean smoke) {
        this.smoke = smoke;
    }

    private Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(1_000 * (smoke ? Math.min(seconds, 2.5) : seconds)));
    }

    private static Mix mix(List<Shot> shots) {
        return Mix.of(new Mix.Kind(OWN, 1, shots));
    }

    /** Nothing may be remembered meanwhile: the bare process computes every call. */
    private static Figures run(Target target, Mix mix, Plan plan) {
        CacheCounts before = cached(target);
        Figures figures = Generator.run(target, mix, plan, Progress.SILENT, () -> false);
        double spared = cached(target).since(before).spared();
        if (spared > 0) {
            throw new IllegalStateException("%.0f embeddings were remembered, not computed".formatted(spared));
        }
        if (figures.all().ok() == 0) {
            throw new IllegalStateException("nothing was answered well: " + figures.codes() + figures.failures());
        }
        return figures;
    }

    private static CacheCounts cached(Target target) {
        // A run of half an hour is not lost by one connection.
        for (int attempt = 0; attempt < 3; attempt++) {
            Optional<CacheCounts> counts = CacheCounts.read(target, null);
            if (counts.isPresent()) {
                return counts.get();
            }
        }
        throw new IllegalStateException("the server does not tell what it remembered");
    }

    /** Until code is compiled, which on the one core that it shares with all else takes most of a minute, and caches are full. */
    private void warm(Target target, Mix mix, Shot first) {
        target.ask(first);
        uncounted(target, mix, Plan.closed(WARMING, Duration.ZERO, seconds(50)));
    }

    /** Calls as they come in what is counted next: where they come otherwise than before, much is compiled anew. */
    private static void uncounted(Target target, Mix mix, Plan plan) {
        Generator.run(target, mix, plan, Progress.SILENT, () -> false);
    }

    private void warm(Target target, List<Shot> shots) {
        warm(target, mix(shots), shots.getFirst());
    }

    /**
     * As much as it can, and as much as the bare process can. What neighbours on the machine do changes slowly, and a pair is to see the
     * same of it: where calls are short, so are the rounds, and many.
     *
     * @param each things of one call
     * @param seconds of each half of a round: in them many calls end
     */
    JsonObject saturated(
            Target target, List<Shot> shots, int callers, int each, Bare bare, int rounds, double seconds) {
        warm(target, shots);
        bare.measure(seconds(20).toMillis() / 1e3);
        List<Double> ratios = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        double busy = 0;
        for (int round = -UNCOUNTED; round < rounds; round++) {
            double alone = bare.measure(seconds(seconds).toMillis() / 1e3).perSecond();
            Figures figures = run(target, mix(shots), Plan.closed(callers, seconds(1), seconds(seconds)));
            requireWell(figures);
            if (round >= 0) {
                double served = figures.goodput() * each;
                ours.add(served);
                theirs.add(alone);
                ratios.add(served / alone);
                busy = Math.max(busy, figures.schedule().busy());
            }
        }
        JsonObject json = new JsonObject();
        json.add("ratios", Spread.array(ratios));
        json.add("oursPerSecond", Spread.array(ours));
        json.add("barePerSecond", Spread.array(theirs));
        json.addProperty("generatorBusy", busy);
        return json;
    }

    /** Throughput with errors in it is none, nor is latency where some were turned away. */
    private static void requireWell(Figures figures) {
        if (notWell(figures) > 0) {
            throw new IllegalStateException("failed: " + figures.codes() + " " + figures.failures());
        }
    }

    /** One call at a time, against the same in process. */
    JsonObject added(Target target, List<Shot> shots, Bare bare, int rounds) {
        warm(target, shots);
        double perSecond = run(target, mix(shots), Plan.closed(1, Duration.ZERO, seconds(10)))
                .goodput();
        double compiled = Math.clamp(COMPILED_CALLS / perSecond, 50, 290);
        uncounted(target, mix(shots), Plan.closed(1, Duration.ZERO, seconds(compiled)));
        bare.measure(seconds(20).toMillis() / 1e3);
        List<Double> added = new ArrayList<>();
        List<Double> alone = new ArrayList<>();
        // As short and as many as above, for the same reason.
        for (int round = -UNCOUNTED; round < 6 * rounds; round++) {
            double inProcess = bare.measure(seconds(2.5).toMillis() / 1e3).medianMillis();
            Figures figures = run(target, mix(shots), Plan.closed(1, seconds(0.5), seconds(2.5)));
            requireWell(figures);
            if (round >= 0) {
                added.add(figures.all().latency().p50() - inProcess);
                alone.add(inProcess);
            }
        }
        JsonObject json = new JsonObject();
        json.add("addedMillis", Spread.array(added));
        json.add("bareMillis", Spread.array(alone));
        return json;
    }

    private static long notWell(Figures figures) {
        return figures.failed() + figures.all().turnedAway();
    }

    /**
     * The most it did in two runs by so many callers or in two by four times as many: too few would make all shares of it easy, and so would
     * a moment in which the machine was slow. Of runs in which nobody was turned away; after there was too much it takes the server some
     * seconds until that is so.
     */
    private double saturation(Target target, Mix mix, int callers) {
        double most = 0;
        for (int each : List.of(callers, 4 * callers, callers, 4 * callers)) {
            Figures figures = run(target, mix, Plan.closed(each, seconds(2), seconds(8)));
            for (int again = 0; figures.all().turnedAway() > 0 && again < 3; again++) {
                figures = run(target, mix, Plan.closed(each, seconds(2), seconds(8)));
            }
            if (figures.all().turnedAway() > 0 && !smoke) {
                throw new IllegalStateException(
                        "callers who wait for their replies were turned away: " + figures.codes());
            }
            if (figures.schedule().busy() > MOST_BUSY && !smoke) {
                throw new IllegalStateException("the generator was saturated, not the server");
            }
            most = Math.max(most, figures.goodput());
        }
        return most;
    }

    /**
     * The most it does once calls have come as they will be counted, for a minute: before that, code is still compiled on the one core, and a
     * share of less than it can do would be an easy one.
     *
     * @param share at which they come
     */
    private double settled(Target target, Mix mix, int callers, double share, int connections) {
        double before = saturation(target, mix, callers);
        uncounted(target, mix, Plan.open(share * before, Duration.ZERO, seconds(60), connections));
        return Math.max(before, saturation(target, mix, callers));
    }

    /** P99 at a share of saturation, as users come; a route that does nothing is asked beside. */
    JsonObject tail(Target target, List<Shot> shots, int callers, int rounds) {
        warm(target, shots);
        double most = settled(target, mix(shots), callers, TAIL_SHARE, CONNECTIONS);
        double rate = TAIL_SHARE * most;
        Mix mix = Mix.of(
                new Mix.Kind(OWN, rate, shots), new Mix.Kind(NOTHING, NOTHING_PER_SECOND, List.of(Shot.get("/livez"))));
        List<Double> p99 = new ArrayList<>();
        List<Double> allP99 = new ArrayList<>();
        List<Double> nothing = new ArrayList<>();
        int thrownAway = 0;
        long notWell = 0;
        long notWellThrownAway = 0;
        for (int round = 0; round < rounds; round++) {
            Figures figures = run(
                    target,
                    mix,
                    Plan.open(rate + NOTHING_PER_SECOND, seconds(2), seconds(12), CONNECTIONS)
                            .seeded(round + 1));
            double noOp = kind(figures, NOTHING).latency().p99();
            double own = kind(figures, OWN).latency().p99();
            nothing.add(noOp);
            allP99.add(own);
            if (noOp < MOST_NOTHING_MILLIS || smoke) {
                p99.add(own);
                notWell += notWell(figures);
            } else {
                thrownAway++;
                notWellThrownAway += notWell(figures);
            }
        }
        JsonObject json = new JsonObject();
        json.add("p99Millis", Spread.array(p99));
        json.add("allP99Millis", Spread.array(allP99));
        json.add("noOpP99Millis", Spread.array(nothing));
        json.addProperty("thrownAway", thrownAway);
        json.addProperty("rounds", rounds);
        json.addProperty("saturation", most);
        json.addProperty("notWell", notWell);
        json.addProperty("notWellThrownAway", notWellThrownAway);
        return json;
    }

    private static Figures.OfKind kind(Figures figures, String name) {
        return figures.kinds().stream()
                .filter(kind -> kind.name().equals(name) && kind.ok() > 0)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("of " + name + " nothing was answered well"));
    }

    /** Five times what it can do. */
    JsonObject overload(Target target, List<Shot> shots, int callers, int rounds) {
        warm(target, shots);
        double tooMuch = OVERLOAD * saturation(target, mix(shots), callers);
        uncounted(target, mix(shots), Plan.open(tooMuch, Duration.ZERO, seconds(60), CONNECTIONS));
        List<Double> goodput = new ArrayList<>();
        List<Double> latency = new ArrayList<>();
        List<Double> accepted = new ArrayList<>();
        List<Double> roomy = new ArrayList<>();
        List<Double> offered = new ArrayList<>();
        long unclean = 0;
        long turnedAway = 0;
        long leastTurnedAway = Long.MAX_VALUE;
        for (int round = 0; round < rounds; round++) {
            double most = saturation(target, mix(shots), callers);
            double unloaded = unloaded(target, shots, most);
            Figures figures = run(
                    target,
                    mix(shots),
                    Plan.open(OVERLOAD * most, seconds(3), seconds(20), CONNECTIONS)
                            .seeded(round + 1));
            double left = figures.offered() / most;
            if (left < LEAST_OFFERED * OVERLOAD && !smoke) {
                throw new IllegalStateException("only %.2f × saturation left the generator".formatted(left));
            }
            offered.add(left);
            goodput.add(figures.goodput() / most);
            double p99 = figures.all().latency().p99();
            latency.add(p99 / unloaded);
            accepted.add(p99);
            roomy.add(unloaded);
            unclean += figures.failed() + figures.all().bare();
            turnedAway += figures.all().turnedAway();
            leastTurnedAway = Math.min(leastTurnedAway, figures.all().turnedAway());
        }
        JsonObject json = new JsonObject();
        json.add("goodput", Spread.array(goodput));
        json.add("latency", Spread.array(latency));
        json.add("acceptedP99Millis", Spread.array(accepted));
        json.add("unloadedP99Millis", Spread.array(roomy));
        json.add("offered", Spread.array(offered));
        json.addProperty("unclean", unclean);
        json.addProperty("turnedAway", turnedAway);
        json.addProperty("leastTurnedAway", leastTurnedAway);
        return json;
    }

    /** P99 in milliseconds where there is room, of enough calls to have one. */
    private double unloaded(Target target, List<Shot> shots, double most) {
        double rate = UNLOADED_SHARE * most;
        // A few more, as arrivals are drawn.
        double seconds = Math.max(15, 1.15 * UNLOADED_CALLS / rate);
        Figures figures = run(target, mix(shots), Plan.open(rate, seconds(1), seconds(seconds), CONNECTIONS));
        requireWell(figures);
        long calls = figures.all().ok();
        if (calls < UNLOADED_CALLS && !smoke) {
            throw new IllegalStateException("only " + calls + " calls while there was room");
        }
        return figures.all().latency().p99();
    }

    /** Long, at most of what it can do; its memory is looked at all the time. */
    JsonObject soak(ServerProcess server, Target target, Mix mix, int callers, double minutes) {
        warm(target, mix, Shot.get("/v1/collections"));
        double most = settled(target, mix, callers, SOAK_SHARE, SOAK_CONNECTIONS);
        Duration duration = Duration.ofMillis(Math.round(minutes * 60_000));
        Residence residence = Residence.watch(server, Duration.ofMillis(smoke ? 500 : 5_000));
        JsonObject json;
        try {
            json = soaked(run(target, mix, Plan.open(SOAK_SHARE * most, Duration.ZERO, duration, SOAK_CONNECTIONS)));
        } finally {
            residence.close();
        }
        json.addProperty("saturation", most);
        // What is known of the calls stands, even where memory could not be looked at to the end.
        Optional<String> lost = residence.lost();
        Optional<Flatness> flatness =
                Flatness.of(residence.samples(), smoke ? 3 : SETTLED_SECONDS, smoke ? 5 : SETTLED_SECONDS);
        if (lost.isPresent() || flatness.isEmpty()) {
            json.addProperty("memoryWhy", lost.orElse("memory was looked at too seldom"));
        } else {
            json.addProperty("trend", flatness.get().trend());
            json.addProperty("late", flatness.get().late());
            json.addProperty("growth", flatness.get().growth());
            json.addProperty("highestMb", flatness.get().highest() / 1e6);
            json.addProperty("residentMb", residence.samples().getLast().bytes() / 1e6);
        }
        return json;
    }

    /** At less than it can do nobody is to be turned away: who is counts as an error, as does who came too late to be asked in time. */
    static JsonObject soaked(Figures figures) {
        long late = figures.schedule().late();
        JsonObject json = new JsonObject();
        json.addProperty("asked", figures.all().asked());
        json.addProperty(
                "errors", notWell(figures) + (late > MOST_LATE * figures.all().asked() ? late : 0));
        json.addProperty("turnedAway", figures.all().turnedAway());
        json.addProperty("leftLate", late);
        json.addProperty("p99Millis", figures.all().latency().p99());
        return json;
    }

    /** Of the true ten nearest, how many are in the replies. */
    static double recall(Target target, List<Shot> shots, int[] truth) {
        long hits = 0;
        for (int query = 0; query < shots.size(); query++) {
            AggregatedHttpResponse answer = target.ask(shots.get(query));
            if (answer.status().code() != 200) {
                throw new IllegalStateException("a search was answered by " + answer.status());
            }
            JsonObject reply = JsonParser.parseString(answer.contentUtf8()).getAsJsonObject();
            for (JsonElement neighbor : reply.getAsJsonArray("neighbors")) {
                int row = Integer.parseInt(neighbor.getAsJsonObject().get("id").getAsString());
                for (int i = query * ExactNeighbors.K; i < (query + 1) * ExactNeighbors.K; i++) {
                    hits += truth[i] == row ? 1 : 0;
                }
            }
        }
        return (double) hits / (shots.size() * (long) ExactNeighbors.K);
    }
}
