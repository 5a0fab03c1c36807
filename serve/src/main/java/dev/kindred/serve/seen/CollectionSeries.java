package dev.kindred.serve.seen;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** The series of one collection in the registry, to be taken out together. */
final class CollectionSeries implements AutoCloseable {
    private static final double NANOS_PER_HOUR = 3.6e12;

    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<Meter.Id, Meter> all = new ConcurrentHashMap<>();
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final DistributionSummary batches;
    private final LongAdder cpuNanos = new LongAdder();
    private final LongAdder queries = new LongAdder();

    CollectionSeries(MeterRegistry registry, Tags tags, OptionalDouble cpuHourPrice) {
        this.registry = registry;
        this.tags = tags;
        this.batches = kept(DistributionSummary.builder("kindred.batch.size")
                .description("Inputs that were encoded at once.")
                .tags(tags)
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256)
                .register(registry));
        cost(cpuHourPrice);
    }

    private <M extends Meter> M kept(M meter) {
        all.put(meter.getId(), meter);
        return meter;
    }

    Work work(String name, String help, String stage) {
        Timer timer = kept(Timer.builder(name)
                .description(help)
                .tags(tags)
                .serviceLevelObjectives(Bounds.latencies())
                .register(registry));
        return new Work(timer, stage, cpuNanos);
    }

    void gauge(String name, String help, Supplier<Number> value) {
        kept(Gauge.builder(name, value).description(help).tags(tags).register(registry));
    }

    void info(String bundle, String space) {
        kept(Gauge.builder("kindred.release.info", () -> 1)
                .description("Always 1: which bundle answers in which space.")
                .tags(tags.and("bundle", bundle, "space", space))
                .register(registry));
    }

    /** Processor time and questions, and with a price what a thousand of them cost. */
    private void cost(OptionalDouble cpuHourPrice) {
        kept(FunctionCounter.builder("kindred.compute.cpu", cpuNanos, spent -> spent.sum() / 1e9)
                .description("Processor time of the computing threads.")
                .baseUnit("seconds")
                .tags(tags)
                .register(registry));
        kept(FunctionCounter.builder("kindred.queries", queries, LongAdder::sum)
                .description("Questions answered: each input embedded, each search, each comparison is one.")
                .tags(tags)
                .register(registry));
        if (cpuHourPrice.isPresent()) {
            double price = cpuHourPrice.getAsDouble();
            gauge(
                    "kindred.cost.per.thousand.queries",
                    "Processor time of a thousand questions at the price of an hour, since the start.",
                    () -> 1000 * price * cpuNanos.sum() / NANOS_PER_HOUR / Math.max(1, queries.sum()));
        }
    }

    void batch(int inputs) {
        batches.record(inputs);
    }

    void queries(int answered) {
        queries.add(answered);
    }

    void count(String name, String help, int many) {
        counters.computeIfAbsent(
                        name,
                        own -> kept(Counter.builder(own)
                                .description(help)
                                .tags(tags)
                                .register(registry)))
                .increment(many);
    }

    /** @param value one of a few that the code names */
    void countOf(String name, String help, String label, String value) {
        counters.computeIfAbsent(
                        name + ' ' + value,
                        own -> kept(Counter.builder(name)
                                .description(help)
                                .tags(tags.and(label, value))
                                .register(registry)))
                .increment();
    }

    @Override
    public void close() {
        all.values().forEach(registry::remove);
    }
}
