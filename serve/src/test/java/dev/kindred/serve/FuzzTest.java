package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.util.Exceptions;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import dev.kindred.fuzz.Case;
import dev.kindred.fuzz.Exchange;
import dev.kindred.fuzz.Exchanges;
import dev.kindred.fuzz.Finding;
import dev.kindred.fuzz.Fuzz;
import dev.kindred.fuzz.Route;
import dev.kindred.fuzz.Things;
import dev.kindred.serve.access.Oversight;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Some thousands of spoiled requests; {@code bench/fuzz} sends the rest. Each fault that is put in on purpose has to be found. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FuzzTest {
    private static final int MUTATIONS = 4_000;
    private static final long SEED = 1;
    /** Routes of which no request is answered well here, each with its reason. */
    private static final Set<String> UNANSWERED = Set.of(
            // With keys, metrics are at the admin port alone.
            "GET /metrics");

    private DrawnCollection drawn;
    private WordCollection words;

    /** What threads ended by: no reply tells of it. */
    private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

    @BeforeAll
    void make(@TempDir Path folder) {
        Thread.setDefaultUncaughtExceptionHandler((_, cause) -> uncaught.add(cause));
        drawn = DrawnCollection.in(folder);
        words = WordCollection.in(folder);
    }

    @AfterAll
    void close() {
        Thread.setDefaultUncaughtExceptionHandler(null);
        words.close();
        drawn.close();
    }

    /** Of two collections behind encoders that may be broken; it has no home, and asks for no key. */
    private KindredServer server(Encoder pictured, Encoder heard) {
        Served pictures = drawn.served();
        Served texts = words.served();
        return KindredServer.start(
                ServeOptions.defaults()
                        .onPort(0)
                        .withMaxRequestBytes(1 << 20)
                        .withRequestTime(Duration.ofSeconds(20))
                        .withThreads(2),
                List.of(
                        pictures.encodedBy(pictured).named("drawn"),
                        texts.encodedBy(heard).named("default")),
                Oversight.none(),
                (request, route, cause) -> {});
    }

    private static Things things() {
        return FuzzedHome.things(32, 128);
    }

    /** @param armed once it is known what is answered well without the fault */
    private static Fuzz.Verdict untilFound(
            KindredServer server, int mutations, Duration patience, AtomicBoolean armed) {
        Fuzz.Plan plan = new Fuzz.Plan(
                server.port(),
                server.port(),
                mutations,
                SEED,
                8,
                patience,
                null,
                null,
                Set.of(Finding.Kind.values()),
                Set.of(),
                () -> armed.set(true));
        return Fuzz.run(plan, Exchanges.of(server.port(), things()), Exchanges.sound(things()), Progress.SILENT);
    }

    @Test
    void noSpoiledRequestDoesHarm(@TempDir Path folder) {
        try (FuzzedHome home = new FuzzedHome(folder)) {
            int port = home.server().port();
            Fuzz.Plan plan = new Fuzz.Plan(
                    port,
                    home.metricsPort(),
                    MUTATIONS,
                    SEED,
                    8,
                    Duration.ofSeconds(10),
                    null,
                    null,
                    Set.of(),
                    UNANSWERED,
                    () -> {});
            Fuzz.Verdict verdict =
                    Fuzz.run(plan, Exchanges.of(port, home.things()), Exchanges.sound(home.things()), Progress.SILENT);
            assertThat(verdict.findings()).isEmpty();
            assertThat(home.told).isEmpty();
            assertThat(uncaught).isEmpty();
            assertThat(verdict.never()).containsExactlyInAnyOrderElementsOf(UNANSWERED);
            assertThat(verdict.sent()).isEqualTo(MUTATIONS);
            assertThat(verdict.families())
                    .containsKeys("JSON", "JSON lines", "picture", "http1: gzip", "http2: frames", "grpc: message");
            List<String> routes =
                    Route.discovered(port).stream().map(Route::line).toList();
            assertThat(verdict.reached().routes()).containsAll(routes);
            assertThat(routes)
                    .filteredOn(route -> !UNANSWERED.contains(route))
                    .allSatisfy(route ->
                            assertThat(verdict.reached().read(route)).as(route).isPositive());
            assertThat(verdict.table().of(200)).isPositive();
            assertThat(verdict.table().of(400)).isPositive();
            assertThat(verdict.table().of(422)).isPositive();
        }
    }

    /** A route that nobody knows of here is a route that nobody fuzzes. */
    @Test
    void everyRouteIsKnown(@TempDir Path folder) {
        try (FuzzedHome home = new FuzzedHome(folder)) {
            int port = home.server().port();
            List<String> known =
                    Route.discovered(port).stream().map(Route::line).toList();
            List<String> bound = home.server().routes().stream()
                    .map(line -> Route.of(line).line())
                    .filter(line -> !line.contains(" /console/") && !line.startsWith("HEAD "))
                    .filter(line -> line.startsWith("POST ") || !line.contains("GRPCInferenceService"))
                    .toList();
            assertThat(bound).hasSizeGreaterThan(30).contains("POST /inference.GRPCInferenceService/ModelInfer");
            assertThat(known).containsAll(bound);
            Set<String> asked = Exchanges.of(port, home.things()).stream()
                    .map(Exchange::line)
                    .collect(Collectors.toSet());
            assertThat(asked).containsAll(known);
        }
    }

    /** @param faulty which batches meet the fault */
    private record Broken(Encoder real, Predicate<List<Content>> faulty, Runnable fault) implements Encoder {
        @Override
        public Space space() {
            return real.space();
        }

        @Override
        public Embeddings encode(List<Content> batch) {
            if (faulty.test(batch)) {
                fault.run();
            }
            return real.encode(batch);
        }

        @Override
        public void close() {}
    }

    private static boolean isMarked(Content content) {
        return content instanceof Content.Text(String text) && text.chars().anyMatch(c -> c > 127);
    }

    private static void fail() {
        throw new IllegalStateException("out of order");
    }

    /** Where two contents meet it together. The batcher tries each alone again: what shows is what encodes in batches of its own. */
    @Test
    void aFaultOfBatchesIsFound() {
        AtomicBoolean armed = new AtomicBoolean();
        Encoder broken =
                new Broken(drawn.served().documents(), batch -> armed.get() && batch.size() > 1, FuzzTest::fail);
        try (KindredServer server = server(broken, words.served().documents())) {
            assertIsFoundAgain(server, armed);
        }
    }

    /** Where one content alone has it, which no sound request brings. */
    @Test
    void aFaultOfOneContentIsFound() {
        AtomicBoolean armed = new AtomicBoolean();
        Encoder broken = new Broken(
                words.served().documents(),
                batch -> armed.get() && batch.stream().anyMatch(FuzzTest::isMarked),
                FuzzTest::fail);
        try (KindredServer server = server(drawn.served().documents(), broken)) {
            assertIsFoundAgain(server, armed);
        }
    }

    private static void assertIsFoundAgain(KindredServer server, AtomicBoolean armed) {
        Fuzz.Verdict verdict = untilFound(server, 3 * MUTATIONS, Duration.ofSeconds(10), armed);
        assertThat(verdict.has(Finding.Kind.SERVER_ERROR)).isTrue();
        Case by = verdict.findings().getFirst().by();
        assertThat(Fuzz.replay(by, server.port(), Duration.ofSeconds(10)))
                .anyMatch(finding -> finding.kind() == Finding.Kind.SERVER_ERROR);
        assertThat(Fuzz.again(SEED, by.number(), verdict.spoiled(), server.port())
                        .pieces()
                        .getFirst()
                        .bytes())
                .isEqualTo(by.pieces().getFirst().bytes());
        armed.set(false);
        assertThat(Fuzz.replay(by, server.port(), Duration.ofSeconds(10))).isEmpty();
    }

    @Test
    void aHangIsFound() {
        AtomicBoolean armed = new AtomicBoolean();
        AtomicInteger hung = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        Runnable fault = () -> {
            hung.incrementAndGet();
            try {
                never.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Exceptions.throwUnsafely(e);
            }
        };
        Encoder broken = new Broken(drawn.served().documents(), batch -> armed.get() && batch.size() > 1, fault);
        try (KindredServer server = server(broken, words.served().documents())) {
            Duration patience = Duration.ofSeconds(3);
            // The same without the fault: what is found below is no slow reply.
            assertThat(untilFound(server, 300, patience, new AtomicBoolean()).findings())
                    .isEmpty();
            Fuzz.Verdict verdict = untilFound(server, MUTATIONS, patience, armed);
            assertThat(verdict.has(Finding.Kind.HANG)).isTrue();
            assertThat(hung).hasPositiveValue();
            armed.set(false);
            never.countDown();
            Case by = verdict.findings().getFirst().by();
            assertThat(Fuzz.replay(by, server.port(), Duration.ofSeconds(10))).isEmpty();
        }
    }
}
