package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.util.Exceptions;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import dev.kindred.serve.Caller.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More than can be done at once: some is turned away cleanly, the rest is answered, and closing waits for it. */
@Timeout(120)
class LoadTest {

    /** Encodes as the real one does, once it is let. */
    private record HeldEncoder(Encoder real, CountDownLatch entered, CountDownLatch gate) implements Encoder {
        @Override
        public Space space() {
            return real.space();
        }

        @Override
        public Embeddings encode(List<Content> batch) {
            entered.countDown();
            try {
                gate.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                return Exceptions.throwUnsafely(e);
            }
            return real.encode(batch);
        }

        @Override
        public void close() {}
    }

    /** Different ones: of the same picture one would be computed for all. */
    private static List<byte[]> drawings() {
        return DrawnShapes.things().values().stream()
                .map(thing -> DrawnShapes.png(thing, DrawnShapes.HANDS[0]))
                .toList();
    }

    @Test
    void whatDoesNotFitIsTurnedAwayAndClosingWaitsForTheRest(@TempDir Path folder) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        try (DrawnCollection collection = DrawnCollection.in(folder);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Served real = collection.served();
            Encoder encoder = new HeldEncoder(real.documents(), entered, gate);
            Served held = real.encodedBy(encoder);
            ServeOptions narrow = ServeOptions.defaults()
                    .onPort(0)
                    .withRequestTime(Duration.ofSeconds(60))
                    .withThreads(1)
                    .withQueue(2);
            KindredServer server = KindredServer.start(narrow, held);
            try (Caller caller = new Caller(server.url())) {
                List<CompletableFuture<Reply>> replies = new ArrayList<>();
                for (byte[] drawing : drawings().subList(0, 12)) {
                    replies.add(CompletableFuture.supplyAsync(
                            () -> caller.bytes("/v1/embed", "image/png", drawing), callers));
                    if (replies.size() == 1) {
                        assertThat(entered.await(60, TimeUnit.SECONDS)).isTrue();
                    }
                }
                // One is computed, two wait: nine of the twelve are turned away while the gate is shut.
                Await.until(
                        "nine are turned away",
                        () -> replies.stream().filter(CompletableFuture::isDone).count() >= 9);
                assertThat(caller.get("/livez").code()).as("alive while busy").isEqualTo(200);
                CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close, callers);
                Thread.sleep(300);
                assertThat(closed).isNotDone();
                gate.countDown();
                closed.join();

                List<Reply> done = replies.stream().map(CompletableFuture::join).toList();
                List<Reply> turnedAway =
                        done.stream().filter(reply -> reply.code() == 429).toList();
                assertThat(done.stream().filter(reply -> reply.code() == 200)).hasSize(3);
                assertThat(turnedAway).hasSize(9).allSatisfy(reply -> {
                    assertThat(reply.header("Retry-After")).isEqualTo("1");
                    assertThat(reply.problem()).isEqualTo("busy");
                });
            }
        }
    }
}
