package dev.kindred.bench.load;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Which process computes on which core: the server on one, the load on another. By {@code taskset} of util-linux. */
public final class Cores {
    private static final String SERVER = "0";
    private static final String LOAD = "1";

    private Cores() {}

    /** A command that runs on the server's core. */
    public static List<String> serving(List<String> command) {
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", SERVER));
        pinned.addAll(command);
        return pinned;
    }

    /**
     * Puts this process, with all its threads, on the load's core; what it starts afterwards begins there too, unless told otherwise.
     *
     * @throws IllegalStateException where that cannot be had: nothing would be worth measuring
     */
    public static void takeLoads() {
        String own = Long.toString(ProcessHandle.current().pid());
        try {
            int code = new ProcessBuilder("taskset", "-a", "-c", "-p", LOAD, own)
                    .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/null")))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("taskset ended with " + code + ": two cores are needed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("taskset (util-linux) is needed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
