package dev.kindred.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kindred.core.Progress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The generator against a server that does exactly what is known: the JDK's own. */
class GeneratorTest {
    private static final Duration NONE = Duration.ZERO;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> reply(exchange, 200));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.close();
    }

    private static void reply(HttpExchange exchange, int code) throws IOException {
        exchange.sendResponseHeaders(code, -1);
        exchange.close();
    }

    private Figures run(Plan plan, String... paths) {
        List<Mix.Kind> kinds = java.util.Arrays.stream(paths)
                .map(path -> new Mix.Kind(path.substring(1), 1, List.of(Shot.get(path))))
                .toList();
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        try (Target target = Target.open(url, false, null, Target.Trust.USUAL)) {
            // Loading the client's classes is no part of what is measured.
            target.ask(Shot.get("/"));
            return Generator.run(target, Mix.of(kinds), plan, Progress.SILENT, () -> false);
        }
    }

    /**
     * A server that stands still for 600 ms of two seconds. Who comes at any time waits 300 ms for it on average with a chance of 0.3: the
     * 90th percentile lies at 400 ms. A generator of four connections that told times from when calls left would have seen four slow calls.
     */
    @Test
    void aStallCountsForEveryoneWhoCameMeanwhile() {
        AtomicLong first = new AtomicLong();
        server.createContext("/stalling", exchange -> {
            long now = System.nanoTime();
            first.compareAndSet(0, now);
            long at = now - first.get();
            long still = 1_400_000_000L - at;
            if (at > 800_000_000L && still > 0) {
                sleep(still / 1_000_000);
            }
            reply(exchange, 200);
        });
        Figures figures = run(Plan.open(200, NONE, Duration.ofSeconds(2), 4), "/stalling");
        // Poisson: 400 ± 5 × 20.
        assertThat(figures.all().asked() + figures.schedule().unsent()).isBetween(300L, 500L);
        assertThat(figures.all().latency().p90()).isGreaterThan(250);
        assertThat(figures.schedule().heldBack()).isGreaterThan(60);
        assertThat(figures.slices().stream()
                        .mapToDouble(Figures.Slice::max)
                        .filter(max -> !Double.isNaN(max))
                        .max()
                        .orElse(0))
                .isGreaterThan(450);
    }

    /** Of 100 calls that are due in half a second, one connection and 50 ms each let ten leave in it, and the others drain. */
    @Test
    void whatLeavesOnlyWhenItIsOverWasNotOffered() {
        server.createContext("/slow", exchange -> {
            sleep(50);
            reply(exchange, 200);
        });
        Figures figures = run(Plan.open(200, NONE, Duration.ofMillis(500), 1), "/slow");
        assertThat(figures.all().asked()).isGreaterThan(50);
        assertThat(figures.all().asked() - figures.schedule().late()).isBetween(1L, 11L);
        assertThat(figures.offered()).isLessThanOrEqualTo(22);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whoIsTurnedAwayIsNoErrorAndWhatHasNoRetryAfterIsTold() {
        AtomicInteger calls = new AtomicInteger();
        server.createContext("/full", exchange -> {
            switch (calls.getAndIncrement() % 4) {
                case 0 -> {
                    exchange.getResponseHeaders().set("Retry-After", "1");
                    reply(exchange, 429);
                }
                case 1 -> reply(exchange, 429);
                case 2 -> reply(exchange, 500);
                default -> reply(exchange, 200);
            }
        });
        Figures figures = run(Plan.closed(1, NONE, Duration.ofMillis(900)), "/full");
        Figures.OfKind all = figures.all();
        assertThat(all.asked()).isGreaterThan(4);
        // One caller, so that they came in their order.
        assertThat((double) all.turnedAway()).isCloseTo(all.asked() / 2.0, within(1.0));
        assertThat((double) all.bare()).isCloseTo(all.asked() / 4.0, within(1.0));
        assertThat((double) all.errors()).isCloseTo(all.asked() / 4.0, within(1.0));
        assertThat(all.ok() + all.turnedAway() + all.errors()).isEqualTo(all.asked());
        assertThat(all.latency().count()).isEqualTo(all.ok());
        assertThat(figures.codes()).containsOnlyKeys(200, 429, 500);
        assertThat(figures.goodput()).isCloseTo(all.ok() / 0.9, within(2.0));
    }

    @Test
    void arrivalsAreOfTheirRateAndTheirMix() {
        Figures figures = run(Plan.open(400, Duration.ofMillis(300), Duration.ofMillis(1500), 64), "/a", "/b", "/c");
        // Poisson: 600 ± 5 × 24.5.
        assertThat(figures.all().asked()).isBetween(478L, 722L);
        assertThat(figures.kinds())
                .hasSize(3)
                .allSatisfy(kind -> assertThat(kind.asked()).isBetween(100L, 320L));
        assertThat(figures.all().ok()).isEqualTo(figures.all().asked());
        assertThat(figures.schedule().unsent()).isZero();
    }

    @Test
    void aServerThatIsNotThereIsToldAndNotAskedMadly() {
        int port = server.getAddress().getPort();
        server.stop(0);
        try (Target target = Target.open("127.0.0.1:" + port, false, null, Target.Trust.USUAL)) {
            Mix mix = Mix.of(new Mix.Kind("live", 1, List.of(Shot.get("/livez"))));
            Figures figures = Generator.run(
                    target, mix, Plan.closed(2, NONE, Duration.ofMillis(600)), Progress.SILENT, () -> false);
            assertThat(figures.all().ok()).isZero();
            assertThat(figures.all().errors()).isBetween(1L, 200L);
            assertThat(figures.failures().values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(figures.all().errors());
        }
    }

    @Test
    void whoDoesNotAnswerIsWaitedForOnlySoLong() {
        server.createContext("/never", exchange -> sleep(2_500));
        Plan plan = new Plan(new Pace.Closed(2), NONE, Duration.ofMillis(1_500), 2, Duration.ofMillis(200), 1);
        Figures figures = run(plan, "/never");
        assertThat(figures.failures()).containsKey("timeout");
        assertThat(figures.all().errors()).isEqualTo(figures.all().asked()).isBetween(2L, 16L);
        assertThat(figures.all().ok()).isZero();
    }
}
