package dev.kindred.serve.seen;

import dev.kindred.core.Space;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
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
    private final Price price;
    private final Optional<GpuMeters> gpus;
    private @Nullable ProcessMeters process;

    /** What stands in the labels of one collection under one release. */
    private record Labelled(String collection, String release) {}

    private record Request(String route, String code, Labelled by) {}

    Meters(Price price) {
        this.price = price;
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

    /** For what others count; they name collections as {@link OfCollection#collection} has them. */
    public MeterRegistry registry() {
        return registry;
    }

    /** A bundle's id as labels and people have it. */
    public static String release(String bundle) {
        return bundle.length() <= SHORT ? bundle : bundle.substring(0, SHORT);
    }

    /** What is counted of one collection under one release, until it is forgotten. */
    public final class OfCollection {
        private final Labelled by;
        private final CollectionSeries series;
        private final EmbeddingWindow window = new EmbeddingWindow();
        private final Distributions.Distribution norm;
        private final Map<Scored, Distributions.Distribution> score = new EnumMap<>(Scored.class);
        private final Work embed;
        private final Work search;
        private final Work compare;
        private final Work picture;
        private final Work explain;
        private final Work browse;

        private OfCollection(String name, String bundle, Space space, LongSupplier count) {
            by = labelled(new Labelled(name, Meters.release(bundle)));
            boolean own = !by.collection().equals(OTHERS);
            series = new CollectionSeries(
                    registry, Tags.of("collection", by.collection(), "release", by.release()), price);
            embed = series.work(
                    "kindred.embed", "From the first of a request's inputs taken until all are encoded.", "encode");
            search = series.work("kindred.search", "One search of the index.", "index");
            compare = series.work("kindred.compare", "One pair judged by the learned distance.", "compare");
            picture =
                    series.work("kindred.picture", "Making an item's source a picture that browsers show.", "picture");
            explain = series.work("kindred.explain", "Some parts of one thing covered in turn and encoded.", "explain");
            browse = series.work("kindred.browse", "The items' names looked through for one page.", "browse");
            Labels labels = Labels.of("collection", by.collection(), "release", by.release());
            norm = norms.of(labels, Bounds.NORMS);
            for (Scored kind : Scored.values()) {
                score.put(
                        kind,
                        scores.of(
                                labels.add("kind", kind.name().toLowerCase(Locale.ROOT)),
                                kind.isOfComparator() ? Bounds.SIGNED : Bounds.of(space.distance())));
            }
            if (own) {
                series.gauge("kindred.index.items", "Items that can be found.", count::getAsLong);
                series.gauge(
                        "kindred.embedding.variance",
                        "Summed variance of the last 256 embeddings made: 0 is a collapse.",
                        window::variance);
                series.gauge(
                        "kindred.release.info",
                        "Always 1: which bundle answers in which space.",
                        () -> 1,
                        "bundle",
                        bundle,
                        "space",
                        space.id());
            }
        }

        /** As labels have it. */
        public String collection() {
            return by.collection();
        }

        /** As labels have it. */
        public String release() {
            return by.release();
        }

        /** Decoding and encoding; its stages are a batch's own. */
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

        public Work explain() {
            return explain;
        }

        public Work browse() {
            return browse;
        }

        /** An input that could not be made ready: a picture that cannot be decoded. */
        public void preprocessingFailure() {
            series.undecodable();
        }

        /** Questions answered: each input embedded, each search, each comparison, each explanation is one. The cost is shared among these. */
        public void queries(int answered) {
            series.queries(answered);
        }

        /** One embedding made; kept for a while, never changed. */
        public void embedding(float[] vector) {
            double squares = 0;
            for (float value : vector) {
                squares += (double) value * value;
            }
            norm.record(Math.sqrt(squares));
            window.add(vector);
        }

        public void score(Scored kind, double value) {
            Distributions.Distribution own = score.get(kind);
            if (own != null) {
                own.record(value);
            }
        }

        /** @param how answers are less than whole, one of a few; {@code now} whether they are */
        public void degraded(String how, BooleanSupplier now) {
            series.gauge(
                    "kindred.degraded",
                    "1 while answers are less than whole in this way.",
                    () -> now.getAsBoolean() ? 1 : 0,
                    "how",
                    how);
        }

        public void degradedAnswer(String how) {
            series.count("kindred.degraded.answers", "Answers that were less than whole, and said so.", "how", how);
        }
    }

    /** What a score is of. */
    public enum Scored {
        /** A search: its best neighbour's. */
        SEARCH,
        /** A comparison: the pair's. */
        VERIFY,
        /** A search in the order of a comparator: its best neighbour's, the comparator's own. */
        RERANK,
        /** A comparison by a comparator. */
        COMPARE;

        boolean isOfComparator() {
            return compareTo(RERANK) >= 0;
        }
    }

    private Labelled labelled(Labelled by) {
        synchronized (labelled) {
            return labelled.contains(by) || labelled.size() < MOST_COLLECTIONS && labelled.add(by)
                    ? by
                    : new Labelled(OTHERS, "");
        }
    }

    /**
     * @param collection its name
     * @param bundle the bundle's whole id; empty where there is none
     * @param count of items that can be found
     */
    public OfCollection of(String collection, String bundle, Space space, LongSupplier count) {
        return new OfCollection(collection, bundle, space, count);
    }

    /** Takes away what was counted of a collection that is gone, so that names that come and go leave nothing. */
    public void forget(String collection) {
        labelled.removeIf(by -> by.collection().equals(collection));
        requests.keySet().removeIf(request -> request.by().collection().equals(collection));
        registry.getMeters().stream()
                .filter(meter -> collection.equals(meter.getId().getTag("collection")))
                .forEach(registry::remove);
        scores.forget(collection);
        norms.forget(collection);
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

    /** Prometheus' text of now, without the process's own. */
    public String text() {
        return registry.scrape(PLAIN);
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
