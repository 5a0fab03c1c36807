package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.serve.Caller.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Collections that are dropped while somebody else makes or lists them. */
@Timeout(120)
class ComingAndGoingTest {
    private static final int ROUNDS = 200;
    private static final String ONE = "/v1/collections/comes";

    @Test
    void whoeverLooksAtOneThatGoesIsNotAnsweredByAFault(@TempDir Path folder) throws Exception {
        try (ServedHome home = ServedHome.in(folder);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Supplier<Reply>> all = List.of(
                    () -> home.put(ONE, "{\"vectors\":{\"dimension\":2,\"distance\":\"l2\"}}"),
                    () -> home.delete(ONE),
                    () -> home.delete(ONE),
                    () -> home.caller.get("/v1/collections"),
                    () -> home.caller.get("/readyz"));
            List<Future<List<String>>> running = new ArrayList<>();
            for (Supplier<Reply> each : all) {
                running.add(threads.submit(() -> faults(each)));
            }
            for (Future<List<String>> each : running) {
                assertThat(each.get()).isEmpty();
            }
            assertThat(home.told).isEmpty();
        }
    }

    private static List<String> faults(Supplier<Reply> asked) {
        List<String> faults = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            Reply reply = asked.get();
            if (reply.code() >= 500) {
                faults.add(reply.text());
            }
        }
        return faults;
    }
}
