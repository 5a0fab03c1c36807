package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/** What the server counts and times, in Prometheus' text form. Every name starts with {@code kindred_}. */
final class Meters implements AutoCloseable {
    private static final Duration[] BUCKETS = {
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

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    MeterRegistry registry() {
        return registry;
    }

    /** What is counted of one collection. */
    final class OfCollection {
        private final Timer embed;
        private final Timer search;
        private final Timer compare;
        private final Timer picture;
        private final Counter preprocessingFailures;
        private final String collection;

        private OfCollection(Served served) {
            this.collection = served.collection();
            embed = timer("kindred.embed", "Decoding and encoding of one request's pictures.", collection);
            search = timer("kindred.search", "One search of the index.", collection);
            compare = timer("kindred.compare", "One pair judged by the learned distance.", collection);
            picture = timer("kindred.picture", "Making an item's source a picture that browsers show.", collection);
            preprocessingFailures = Counter.builder("kindred.preprocessing.failures")
                    .description("Pictures that could not be decoded.")
                    .tag("collection", collection)
                    .register(registry);
            Gauge.builder("kindred.index.items", () -> served.index().info().count())
                    .description("Items that can be found.")
                    .tag("collection", collection)
                    .register(registry);
            Gauge.builder("kindred.release.info", () -> 1)
                    .description("Always 1: which bundle answers in which space.")
                    .tag("collection", collection)
                    .tag("bundle", served.bundle())
                    .tag("space", served.space().id())
                    .register(registry);
        }

        Timer embed() {
            return embed;
        }

        Timer search() {
            return search;
        }

        Timer compare() {
            return compare;
        }

        Timer picture() {
            return picture;
        }

        void preprocessingFailure() {
            preprocessingFailures.increment();
        }

        /** @param now what of the collection fails */
        void degraded(Supplier<Set<Degradation.How>> now) {
            for (Degradation.How how : Degradation.How.values()) {
                Gauge.builder("kindred.degraded", () -> now.get().contains(how) ? 1 : 0)
                        .description("1 while answers are less than whole in this way.")
                        .tag("collection", collection)
                        .tag("how", how.wire())
                        .register(registry);
            }
        }

        void degradedAnswer(Degradation.How how) {
            Counter.builder("kindred.degraded.answers")
                    .description("Answers that were less than whole, and said so.")
                    .tag("collection", collection)
                    .tag("how", how.wire())
                    .register(registry)
                    .increment();
        }
    }

    OfCollection of(Served served) {
        return new OfCollection(served);
    }

    /** Takes away what was counted of a collection that is gone, so that names that come and go leave nothing. */
    void forget(String collection) {
        registry.getMeters().stream()
                .filter(meter -> collection.equals(meter.getId().getTag("collection")))
                .forEach(registry::remove);
    }

    private Timer timer(String name, String description, String collection) {
        return Timer.builder(name)
                .description(description)
                .tag("collection", collection)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** @param route the route's pattern, never the path that was asked for: a stranger must not be able to make new series */
    void request(String route, HttpStatus status) {
        Counter.builder("kindred.requests")
                .description("Requests answered.")
                .tag("route", route)
                .tag("code", status.codeAsText())
                .register(registry)
                .increment();
    }

    String text() {
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
