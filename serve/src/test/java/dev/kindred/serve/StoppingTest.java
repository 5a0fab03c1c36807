package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.seen.Readiness;
import dev.kindred.serve.seen.Seen;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ready or not, part by part; and a stop that cuts nobody off and takes nobody new. */
@Timeout(120)
class StoppingTest {
    @Test
    void aStopRefusesTheNewAndLetsThoseUnderWayEnd(@TempDir Path folder) throws Exception {
        Gated gated = Gated.shut();
        try (DrawnCollection collection = DrawnCollection.in(folder);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            KindredServer server =
                    KindredServer.start(ServeOptions.defaults().onPort(0), gated.behind(collection.served()));
            byte[] star = DrawnShapes.png(DrawnShapes.things().get("star"), DrawnShapes.HANDS[0]);
            try (Caller caller = new Caller(server.url())) {
                CompletableFuture<Reply> running =
                        CompletableFuture.supplyAsync(() -> caller.bytes("/v1/embed", "image/png", star), callers);
                assertThat(gated.entered.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(caller.get("/readyz").code()).isEqualTo(200);
                CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close, callers);
                Await.until("it says so", () -> caller.get("/readyz").code() != 200);
                Reply ready = caller.get("/readyz");
                assertThat(ready.code()).isEqualTo(503);
                assertThat(ready.json().get("state").getAsString()).isEqualTo("stopping");
                assertThat(caller.get("/livez").code()).isEqualTo(200);
                Reply refused = caller.json("/v1/search", "{\"id\":\"octo/bolt.png\"}");
                assertThat(refused.code()).isEqualTo(503);
                assertThat(refused.problem()).isEqualTo("stopping");
                assertThat(refused.header("Connection")).isEqualTo("close");
                assertThat(refused.header("Retry-After")).isEqualTo("1");
                assertThat(stopped).isNotDone();
                assertThat(running).isNotDone();
                gated.gate.countDown();
                assertThat(running.get(60, TimeUnit.SECONDS).code()).isEqualTo(200);
                stopped.get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void readinessNamesThePartOfTheCollectionThatIsNot() {
        AtomicReference<Readiness.Part> graph = new AtomicReference<>(Readiness.Part.starting("it is being built"));
        Seen seen = Seen.quiet();
        seen.readiness().of(() -> Map.of("photos", Map.of("index", graph.get())));
        Readiness.Report not = seen.readiness().report();
        assertThat(not.ready()).isFalse();
        assertThat(seen.readiness().isReady()).isFalse();
        assertThat(not.json().toString())
                .isEqualTo("{\"ready\":false,\"state\":\"starting\",\"collections\":[{\"collection\":\"photos\","
                        + "\"state\":\"starting\",\"parts\":[{\"part\":\"index\",\"state\":\"starting\","
                        + "\"why\":\"it is being built\"}]}]}");

        graph.set(Readiness.Part.degraded("exact"));
        assertThat(seen.readiness().report().ready()).isTrue();
        assertThat(seen.readiness().report().json().get("state").getAsString()).isEqualTo("degraded");
        graph.set(Readiness.Part.unavailable("it cannot be opened"));
        assertThat(seen.readiness().isReady()).isTrue();
        seen.readiness().stopping();
        assertThat(seen.readiness().isReady()).isFalse();
        assertThat(seen.readiness().report().json().get("state").getAsString()).isEqualTo("stopping");
        seen.close();
    }
}
