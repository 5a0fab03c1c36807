package dev.kindred.serve.seen;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.function.Supplier;

/** The series of one collection under one release, as the registry has them. */
final class CollectionSeries {
    private static final double SECONDS_PER_HOUR = 3600;

    private final MeterRegistry registry;
    private final Tags tags;
    private final Counter cpuSeconds;
    private final Counter queries;
    private final Counter undecodable;

    CollectionSeries(MeterRegistry registry, Tags tags, Price price) {
        this.registry = registry;
        this.tags = tags;
        this.cpuSeconds = Counter.builder("kindred.compute.cpu")
                .description("Processor time of the computing threads.")
                .baseUnit("seconds")
                .tags(tags)
                .register(registry);
        this.queries = counter(
                "kindred.queries",
                "Questions answered: each input embedded, each search, each comparison, each explanation is one.");
        this.undecodable = counter("kindred.preprocessing.failures", "Inputs that could not be decoded.");
        if (price.isKnown()) {
            Gauge.builder("kindred.cost.per.thousand.queries", () -> cost(price))
                    .description("Processor time of a thousand questions at the price of an hour, since the start.")
                    .tags(tags.and("currency", price.currency()))
                    .register(registry);
        }
    }

    private double cost(Price price) {
        return 1000 * price.coreHour() * cpuSeconds.count() / SECONDS_PER_HOUR / Math.max(1, queries.count());
    }

    private Counter counter(String name, String help) {
        return Counter.builder(name).description(help).tags(tags).register(registry);
    }

    Work work(String name, String help, String stage) {
        Timer timer = Timer.builder(name)
                .description(help)
                .tags(tags)
                .serviceLevelObjectives(Bounds.latencies())
                .register(registry);
        return new Work(timer, stage, cpuSeconds);
    }

    void gauge(String name, String help, Supplier<Number> value, String... more) {
        Gauge.builder(name, value).description(help).tags(tags.and(more)).register(registry);
    }

    void queries(int answered) {
        queries.increment(answered);
    }

    void undecodable() {
        undecodable.increment();
    }

    /** @param value one of a few that the code names */
    void count(String name, String help, String label, String value) {
        Counter.builder(name)
                .description(help)
                .tags(tags.and(label, value))
                .register(registry)
                .increment();
    }
}
