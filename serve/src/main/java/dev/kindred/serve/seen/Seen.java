package dev.kindred.serve.seen;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** All that is seen of one server: its metrics, traces and log, whether it is ready, and what is under way. Closed with the server. */
public final class Seen implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Meters meters;
    private final Traces traces;
    private final Log log;
    private final Exports exports;
    private final StartClock clock;
    private final Readiness readiness = new Readiness();
    private final Running running = new Running();
    private final AtomicBoolean wasReady = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    private Seen(Meters meters, Traces traces, Exports exports, Log log, StartClock clock) {
        this.meters = meters;
        this.traces = traces;
        this.exports = exports;
        this.log = log;
        this.clock = clock;
        MeterRegistry registry = meters.registry();
        FunctionCounter.builder("kindred.log.lines.dropped", log, Log::dropped)
                .description("Lines of the log that were left out, for want of room or for being too many.")
                .register(registry);
        Gauge.builder("kindred.requests.running", running, Running::count)
                .description("Requests under way.")
                .register(registry);
    }

    /** No log and no traces, for tests and for whoever runs a server within their own program. */
    public static Seen quiet() {
        return of(SeenOptions.defaults(), "", new PrintStream(OutputStream.nullOutputStream()), StartClock.ofProcess());
    }

    /**
     * @param version of Kindred, as traces name it
     * @param out where the log goes; not closed
     * @param clock of the start
     */
    public static Seen of(SeenOptions options, String version, PrintStream out, StartClock clock) {
        Exports exports = new Exports();
        Traces traces = options.traces()
                .map(endpoint -> Traces.to(endpoint, options, version, exports))
                .orElseGet(Traces::off);
        Seen seen = new Seen(
                new Meters(options.price()), traces, exports, new Log(options.log(), options.level(), out), clock);
        if (options.traces().isPresent()) {
            seen.countExports();
        }
        return seen;
    }

    /** With traces to a processor of the caller's own, closed with this: for whoever runs a server within their own program. */
    public static Seen of(SeenOptions options, SpanProcessor processor, PrintStream out) {
        return new Seen(
                new Meters(options.price()),
                Traces.of(processor, options.traceShare(), "test"),
                new Exports(),
                new Log(options.log(), options.level(), out),
                StartClock.ofProcess());
    }

    private void countExports() {
        FunctionCounter.builder("kindred.trace.spans.sent", exports, Exports::sent)
                .description("Spans that the collector took.")
                .register(meters.registry());
        FunctionCounter.builder("kindred.trace.spans.lost", exports, Exports::lost)
                .description("Spans that the collector did not take.")
                .register(meters.registry());
    }

    /** What counts, times and writes each request. */
    public Watched watched() {
        return new Watched(meters, traces, log, running);
    }

    public Meters meters() {
        return meters;
    }

    public Log log() {
        return log;
    }

    public Readiness readiness() {
        return readiness;
    }

    public Running running() {
        return running;
    }

    public StartClock clock() {
        return clock;
    }

    /** Waits until all is ready for the first time, and keeps how long that took. For a thread of its own. */
    public void awaitReady() {
        try {
            while (!readiness.isReady()) {
                if (running.stopsWithin(LOOK)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (wasReady.compareAndSet(false, true)) {
            double seconds = clock.seconds();
            keep("kindred.start", "From the start of the process until all was ready.", null, seconds);
            clock.phases()
                    .forEach((phase, took) ->
                            keep("kindred.start.phase", "The same by phase, until it listened.", phase, took));
            log.event("ready", String.format(java.util.Locale.ROOT, "ready after %.2f s (%s)", seconds, clock.words()));
        }
    }

    private void keep(String name, String help, @Nullable String phase, double seconds) {
        Gauge.Builder<?> gauge =
                Gauge.builder(name, () -> seconds).description(help).baseUnit("seconds");
        (phase == null ? gauge : gauge.tag("phase", phase)).register(meters.registry());
    }

    /** A second time does nothing. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        traces.close();
        meters.close();
        log.close();
    }
}
