package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Who gives way to whom. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has a niceness for each thread")
class NicenessTest {
    private static int own() throws IOException {
        return niceness(Path.of("/proc/thread-self"));
    }

    /** Of a thread, by the kernel's word: the 19th field of proc_pid_stat(5), the 17th after the name. */
    static int niceness(Path thread) throws IOException {
        String stat = Files.readString(thread.resolve("stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
    }

    private static <T> T on(ExecutorService pool, Callable<T> work) throws Exception {
        return pool.submit(work).get(30, TimeUnit.SECONDS);
    }

    @Test
    void aThreadGivesWayAloneAndNotItsProcess() throws Exception {
        int usual = own();
        try (ExecutorService one = Executors.newSingleThreadExecutor()) {
            int given = on(one, () -> {
                Niceness.giveWay();
                return own();
            });
            assertThat(given).isEqualTo(Math.min(19, usual + Niceness.MORE));
            assertThat(own()).isEqualTo(usual);
        }
    }

    @Test
    void graphsOfTheBackgroundAreBuiltByThreadsThatGiveWayUrgentOnesByThreadsThatDoNot() throws Exception {
        int usual = own();
        Pace pace = new Pace(0.5, 1);
        try (ExecutorService background = GraphThreads.of(1, pace);
                ExecutorService urgent = GraphThreads.of(1, pace)) {
            assertThat(on(background, NicenessTest::own)).isEqualTo(Math.min(19, usual + Niceness.MORE));
            try (Pace.Hurry hurry = pace.hurry()) {
                assertThat(on(urgent, NicenessTest::own)).isEqualTo(usual);
            }
        }
        try (ExecutorService unbound = GraphThreads.of(1, new Pace(1, 1))) {
            assertThat(on(unbound, NicenessTest::own)).isEqualTo(usual);
        }
    }
}
