package dev.kindred.serve.batch;

import dev.kindred.serve.Problem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** What is counted of the pool: how much waits and how long, what is computed together, what was not done and why. */
final class BatchMeters {
    private static final Duration[] WAITS = {
        Duration.ofNanos(250_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };
    private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128};

    /** Why something was not done. */
    enum Dropped {
        /** Too much waits: told before any work. */
        BUSY,
        /** It came before it was seen that too much waits, and waited too long. */
        LATE,
        /** It cannot be done, or was not, by when it was wanted. */
        DEADLINE,
        /** Nobody waits for it any more. */
        GONE,
        STOPPING;

        Problem problem() {
            return switch (this) {
                case BUSY, LATE -> Problem.busy(0);
                case DEADLINE -> Problem.late();
                case GONE -> Problem.gone();
                case STOPPING -> Problem.stopping();
            };
        }
    }

    /** What is counted of one collection. */
    record OfCollection(DistributionSummary size, Counter failures, Counter hits, Counter misses, Counter joined) {}

    private final MeterRegistry registry;
    private final Map<Dropped, Counter> dropped = new EnumMap<>(Dropped.class);
    private final Map<Lane, Timer> waits = new EnumMap<>(Lane.class);

    BatchMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Dropped why : Dropped.values()) {
            dropped.put(
                    why,
                    Counter.builder("kindred.dropped")
                            .description("Requests that were not computed, by why.")
                            .tag("reason", why.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        for (Lane lane : Lane.values()) {
            waits.put(
                    lane,
                    Timer.builder("kindred.queue")
                            .description("From when a request waits for a computing thread until it has one.")
                            .tag("lane", lane.wireName())
                            .serviceLevelObjectives(WAITS)
                            .register(registry));
        }
    }

    /** @param cost of all that waits, in seconds of computing */
    void watch(Supplier<Number> orders, Supplier<Number> cost, Supplier<Number> cacheBytes) {
        gauge("kindred.queue.depth", "Requests waiting for a computing thread.", orders);
        gauge("kindred.queue.cost.seconds", "Computing time of what waits for a computing thread.", cost);
        gauge("kindred.cache.bytes", "Memory of remembered embeddings.", cacheBytes);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    /** As labels have collection and release. */
    OfCollection of(String collection, String release) {
        Tags tags = Tags.of("collection", collection, "release", release);
        return new OfCollection(
                DistributionSummary.builder("kindred.batch.size")
                        .description("Contents that were run together.")
                        .tags(tags)
                        .serviceLevelObjectives(SIZES)
                        .register(registry),
                Counter.builder("kindred.batch.failures")
                        .description("Batches that failed together; their contents were then run one by one.")
                        .tags(tags)
                        .register(registry),
                cache(tags, "hit"),
                cache(tags, "miss"),
                cache(tags, "joined"));
    }

    private Counter cache(Tags tags, String outcome) {
        return Counter.builder("kindred.cache")
                .description(
                        "Contents looked up among remembered embeddings; joined: another request was computing it.")
                .tags(tags)
                .tag("outcome", outcome)
                .register(registry);
    }

    void dropped(Dropped why) {
        Objects.requireNonNull(dropped.get(why)).increment();
    }

    void waited(Lane lane, long nanos) {
        Objects.requireNonNull(waits.get(lane)).record(Duration.ofNanos(nanos));
    }
}
