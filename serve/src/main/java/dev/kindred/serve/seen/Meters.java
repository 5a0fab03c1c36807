package dev.kindred.serve.seen;

import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the server counts and times, for Prometheus. Names start with {@code kindred_}, but for those of the JVM and the process, which
 * have usual ones. No stranger can make a series: labels are routes' patterns, codes and the names of collections that are served, and
 * those of at most {@value #MOST_COLLECTIONS} at once; the others are counted together as {@value #OTHERS}.
 */
public final class Meters implements AutoCloseable {
    static final int MOST_COLLECTIONS = 200;
    static final String OTHERS = "(others)";
    /** In place of a route where a request could not be read that far. */
    static final String UNREAD = "(unread)";

    private static final int MOST_METERS = 20_000;
    private static final int SHORT = 12;
    private static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, new Exemplars());
    private final Distributions scores = new Distributions(
            "kindred_score",
            "Scores given: of a search that of its best neighbour, of a comparison that of the pair; higher is more"
                    + " alike.");
    private final Distributions norms = new Distributions(
            "kindred_embedding_norm",
            "Length of the embeddings given; where the space is of cosines they are normed already and this is 1.");
    private final Set<Labelled> labelled = ConcurrentHashMap.newKeySet();
    private final Map<Request, Counter> requests = new ConcurrentHashMap<>();
    private final Map<String, Timer> latencies = new ConcurrentHashMap<>();
    private @Nullable CollectionSeries others;
    private final OptionalDouble cpuHourPrice;
    private final Optional<GpuMeters> gpus;
    private @Nullable ProcessMeters process;

    /** What stands in the labels of one collection under one release. */
    private record Labelled(String collection, String release) {}

    private record Request(String route, String code, Labelled by) {}

    /** @param cpuHourPrice what an hour of one processor costs, in whichever currency; empty where nobody said */
    Meters(OptionalDouble cpuHourPrice) {
        this.cpuHourPrice = cpuHourPrice;
        registry.config().meterFilter(MeterFilter.maximumAllowableMetrics(MOST_METERS));
        registry.getPrometheusRegistry().register(scores);
        registry.getPrometheusRegistry().register(norms);
        gpus = GpuMeters.program(System.getenv("PATH")).map(program -> new GpuMeters(program, registry));
    }

    /** Those of the JVM and of the process are made when somebody first looks: a start is spared them. */
    private synchronized void bindProcess() {
        if (process == null) {
            process = new ProcessMeters(registry);
        }
    }

    /** For what concerns no collection. */
    MeterRegistry registry() {
        return registry;
    }

    /** @param depth how many pieces of work wait for a computing thread */
    public void queueDepth(Supplier<Number> depth) {
        Gauge.builder("kindred.queue.depth", depth)
                .description("Pieces of work that wait for a computing thread.")
                .register(registry);
    }

    /** A bundle's id as labels and people have it. */
    public static String release(String bundle) {
        return bundle.length() <= SHORT ? bundle : bundle.substring(0, SHORT);
    }

    /** What is counted of one collection under one release; close it when either goes, and its series go with it. */
    public final class OfCollection implements AutoCloseable {
        private final Labelled by;
        private final boolean own;
        private final Distance distance;
        private final CollectionSeries series;
        private final EmbeddingWindow window = new EmbeddingWindow();
        private final Work embed;
        private final Work search;
        private final Work compare;
        private final Work picture;

        private OfCollection(String name, String bundle, Space space, LongSupplier count) {
            by = labelled(new Labelled(name, release(bundle)));
            own = !by.collection().equals(OTHERS);
            distance = space.distance();
            series = own ? series(by) : others();
            embed = series.work("kindred.embed", "Decoding and encoding of one batch.", "");
            search = series.work("kindred.search", "One search of the index.", "index");
            compare = series.work("kindred.compare", "One pair judged by the learned distance.", "compare");
            picture =
                    series.work("kindred.picture", "Making an item's source a picture that browsers show.", "picture");
            if (own) {
                series.gauge("kindred.index.items", "Items that can be found.", count::getAsLong);
                series.gauge(
                        "kindred.embedding.variance",
                        "Summed variance of the last 256 embeddings given: 0 is a collapse.",
                        window::variance);
                series.info(bundle, space.id());
            }
        }

        /** Decoding and encoding of one batch. */
        public Work embed() {
            return embed;
        }

        public Work search() {
            return search;
        }

        public Work compare() {
            return compare;
        }

        public Work picture() {
            return picture;
        }

        /** An input that could not be made ready: a picture that cannot be decoded. */
        public void preprocessingFailure() {
            series.count("kindred.preprocessing.failures", "Inputs that could not be decoded.", 1);
        }

        /** @param inputs encoded at once */
        public void batch(int inputs) {
            series.batch(inputs);
        }

        /** Questions answered: each input embedded, each search, each comparison is one. The cost is shared among these. */
        public void queries(int answered) {
            series.queries(answered);
        }

        /** One embedding given. */
        public void embedding(float[] vector) {
            double squares = 0;
            for (float value : vector) {
                squares += (double) value * value;
            }
            norms.of(labels(), Bounds.NORMS).record(Math.sqrt(squares));
            window.add(vector);
        }

        /** @param kind {@code search}, {@code verify}, {@code rerank} or {@code compare} (the last two are a comparator's scores) */
        public void score(String kind, double score) {
            boolean plain = kind.equals("search") || kind.equals("verify");
            scores.of(labels(kind), plain ? Bounds.of(distance) : Bounds.SIGNED).record(score);
        }

        /** Embeddings that were found kept. */
        public void cacheHits(int inputs) {
            series.count("kindred.cache.hits", "Embeddings that were found kept.", inputs);
        }

        /** Embeddings that were looked for among those kept, and made. */
        public void cacheMisses(int inputs) {
            series.count("kindred.cache.misses", "Embeddings that were looked for among those kept, and made.", inputs);
        }

        /** @param part that failed and was gone without: {@code graph}, {@code index}, {@code encoder} */
        public void degraded(String part) {
            series.countOf("kindred.degraded", "Answers given without a part that failed.", "part", part);
        }

        private Labels labels() {
            return Labels.of("collection", by.collection(), "release", by.release());
        }

        private Labels labels(String kind) {
            return Labels.of("collection", by.collection(), "kind", kind, "release", by.release());
        }

        @Override
        public void close() {
            if (!own || !labelled.remove(by)) {
                return;
            }
            series.close();
            norms.remove(labels());
            for (String kind : new String[] {"search", "verify", "rerank", "compare"}) {
                scores.remove(labels(kind));
            }
            requests.entrySet().removeIf(each -> {
                boolean gone = each.getKey().by().equals(by);
                if (gone) {
                    registry.remove(each.getValue());
                }
                return gone;
            });
        }
    }

    private Labelled labelled(Labelled by) {
        synchronized (labelled) {
            return labelled.contains(by) || labelled.size() >= MOST_COLLECTIONS || !labelled.add(by)
                    ? new Labelled(OTHERS, "")
                    : by;
        }
    }

    /** What the collections beyond those labelled share; never taken out. */
    private synchronized CollectionSeries others() {
        CollectionSeries made = others;
        if (made == null) {
            made = series(new Labelled(OTHERS, ""));
            others = made;
        }
        return made;
    }

    private CollectionSeries series(Labelled by) {
        return new CollectionSeries(
                registry, Tags.of("collection", by.collection(), "release", by.release()), cpuHourPrice);
    }

    /**
     * @param collection its name
     * @param bundle the bundle's whole id
     * @param count of items that can be found
     */
    public OfCollection of(String collection, String bundle, Space space, LongSupplier count) {
        return new OfCollection(collection, bundle, space, count);
    }

    /**
     * One request answered.
     *
     * @param route the route's pattern, never the path that was asked for
     * @param trail which collection and release answered, if one did
     */
    void request(String route, String code, Trail trail, Duration took) {
        Labelled by = new Labelled(trail.collection(), trail.release());
        boolean known = trail.collection().isEmpty() || labelled.contains(by);
        requests.computeIfAbsent(new Request(route, code, known ? by : new Labelled(OTHERS, "")), this::counter)
                .increment();
        latencies.computeIfAbsent(route, this::latency).record(took);
    }

    /** A request that was refused before it was known what it asks: broken, or an address that is none. */
    public void refused(String code) {
        requests.computeIfAbsent(new Request(UNREAD, code, new Labelled("", "")), this::counter)
                .increment();
    }

    private Counter counter(Request request) {
        return Counter.builder("kindred.requests")
                .description("Requests answered.")
                .tag("route", request.route())
                .tag("code", request.code())
                .tag("collection", request.by().collection())
                .tag("release", request.by().release())
                .register(registry);
    }

    private Timer latency(String route) {
        return Timer.builder("kindred.request")
                .description("From a request's first byte to its reply's last.")
                .tag("route", route)
                .serviceLevelObjectives(Bounds.latencies())
                .register(registry);
    }

    /** What a scrape is answered with. */
    public record Scraped(String type, String text) {}

    /** @param accept the request's {@code Accept}; OpenMetrics, which alone has exemplars, for whoever asks for it */
    public Scraped scrape(String accept) {
        bindProcess();
        gpus.ifPresent(GpuMeters::refresh);
        String type = accept.contains("application/openmetrics-text") ? OPEN : PLAIN;
        return new Scraped(type, registry.scrape(type));
    }

    @Override
    public synchronized void close() {
        if (process != null) {
            process.close();
        }
        registry.close();
    }
}
