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
import dev.kindred.serve.access.Oversight;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Some thousands of spoiled requests; {@code bench/fuzz} sends the rest. Each fault that is put in on purpose has to be found. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FuzzTest {
    private static final int MUTATIONS = 2_000;
    private static final long SEED = 1;

    private DrawnCollection drawn;
    private WordCollection words;

    @BeforeAll
    void make(@TempDir Path folder) {
        drawn = DrawnCollection.in(folder);
        words = WordCollection.in(folder);
    }

    @AfterAll
    void close() {
        words.close();
        drawn.close();
    }

    private KindredServer server(Encoder encoder, Map<String, Throwable> faults) {
        Served pictures = drawn.served();
        Served texts = words.served();
        return KindredServer.start(
                ServeOptions.defaults()
                        .onPort(0)
                        .withMaxRequestBytes(1 << 20)
                        .withRequestTime(Duration.ofSeconds(20))
                        .withThreads(2),
                List.of(
                        new Served(
                                "default",
                                pictures.bundle(),
                                pictures.takes(),
                                encoder,
                                encoder,
                                pictures.decision(),
                                pictures.baseline(),
                                pictures.index()),
                        new Served(
                                "words",
                                texts.bundle(),
                                texts.takes(),
                                texts.queries(),
                                texts.documents(),
                                texts.decision(),
                                texts.baseline(),
                                texts.index())),
                Oversight.none(),
                (request, route, cause) -> faults.putIfAbsent(route, cause));
    }

    private static Exchanges.Things things() {
        byte[] png = DrawnShapes.png(DrawnShapes.things().get("star"), DrawnShapes.HANDS[0]);
        return new Exchanges.Things("default", "octo/star.png", png, jpeg(png), 32, "words", "dog");
    }

    private static byte[] jpeg(byte[] png) {
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertThat(ImageIO.write(picture, "jpg", out)).isTrue();
            return out.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Fuzz.Verdict fuzz(KindredServer server, int mutations, Duration patience, boolean untilFound) {
        List<Exchange> valid = Exchanges.of(Route.discovered(server.port()), things());
        Fuzz.Plan plan = new Fuzz.Plan(server.port(), mutations, SEED, 8, patience, null, null, untilFound);
        return Fuzz.run(plan, valid, Exchanges.sound(things()), Progress.SILENT);
    }

    @Test
    void noSpoiledRequestDoesHarm() {
        Map<String, Throwable> faults = new ConcurrentHashMap<>();
        try (KindredServer server = server(drawn.served().documents(), faults)) {
            Fuzz.Verdict verdict = fuzz(server, MUTATIONS, Duration.ofSeconds(10), false);
            assertThat(verdict.findings()).isEmpty();
            assertThat(faults).isEmpty();
            assertThat(verdict.sent()).isEqualTo(MUTATIONS);
            assertThat(verdict.families()).containsKeys("JSON", "picture", "http1: gzip", "http2: frames");
            assertThat(verdict.table().routes().stream().map(FuzzTest::braced))
                    .containsAll(Route.discovered(server.port()).stream()
                            .map(Route::pattern)
                            .toList());
            assertThat(verdict.table().of(200)).isPositive();
            assertThat(verdict.table().of(400)).isPositive();
            assertThat(verdict.table().of(422)).isPositive();
        }
    }

    private static String braced(String pattern) {
        return Route.of("GET " + pattern).pattern();
    }

    /** A route that nobody knows of here is a route that nobody fuzzes. */
    @Test
    void everyRouteIsKnown() {
        try (KindredServer server = server(drawn.served().documents(), new ConcurrentHashMap<>())) {
            List<String> known = Stream.concat(Route.known().stream(), Route.discovered(server.port()).stream())
                    .map(Route::line)
                    .toList();
            List<String> bound = server.routes().stream()
                    .map(line -> Route.of(line).line())
                    .filter(line -> !line.contains(" /console/") && !line.startsWith("HEAD "))
                    .toList();
            assertThat(bound).hasSizeGreaterThan(10);
            assertThat(known).containsAll(bound);
        }
    }

    private record Broken(Encoder real, Runnable fault) implements Encoder {
        @Override
        public Space space() {
            return real.space();
        }

        @Override
        public Embeddings encode(List<Content> batch) {
            if (batch.size() > 1) {
                fault.run();
            }
            return real.encode(batch);
        }

        @Override
        public void close() {}
    }

    @Test
    void aFaultIsFoundAndItsCaseFindsItAgain() {
        Runnable fault = () -> {
            throw new IllegalStateException("out of order");
        };
        try (KindredServer server = server(new Broken(drawn.served().documents(), fault), new ConcurrentHashMap<>())) {
            Fuzz.Verdict verdict = fuzz(server, MUTATIONS, Duration.ofSeconds(10), true);
            assertThat(verdict.has(Finding.Kind.SERVER_ERROR)).isTrue();
            Case by = verdict.findings().getFirst().by();
            assertThat(Fuzz.replay(by, server.port(), Duration.ofSeconds(10)))
                    .anyMatch(finding -> finding.kind() == Finding.Kind.SERVER_ERROR);
            List<Exchange> valid = Exchanges.of(Route.discovered(server.port()), things());
            assertThat(Fuzz.again(SEED, by.number(), valid, server.port())
                            .pieces()
                            .getFirst()
                            .bytes())
                    .isEqualTo(by.pieces().getFirst().bytes());
        }
    }

    @Test
    void aHangIsFound() {
        CountDownLatch never = new CountDownLatch(1);
        Runnable fault = () -> {
            try {
                never.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Exceptions.throwUnsafely(e);
            }
        };
        try (KindredServer server = server(new Broken(drawn.served().documents(), fault), new ConcurrentHashMap<>())) {
            Fuzz.Verdict verdict = fuzz(server, MUTATIONS, Duration.ofMillis(900), true);
            never.countDown();
            assertThat(verdict.has(Finding.Kind.HANG)).isTrue();
        }
    }
}
