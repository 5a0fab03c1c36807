package dev.kindred.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Other programs, run to their end. Their standard error is the reader's. */
final class Shell {
    private Shell() {}

    /** @param seconds of wall time, from before the start to after the end */
    record Ended(int exitCode, List<String> lines, double seconds) {
        String last() {
            return lines.isEmpty() ? "" : lines.getLast();
        }
    }

    static Ended run(Path folder, List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        long from = System.nanoTime();
        List<String> lines = new ArrayList<>();
        try {
            Process process = builder.start();
            Thread onEnd = new Thread(process::destroy);
            Runtime.getRuntime().addShutdownHook(onEnd);
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    lines.add(line);
                }
            }
            int code = process.waitFor();
            double seconds = (System.nanoTime() - from) / 1e9;
            Runtime.getRuntime().removeShutdownHook(onEnd);
            return new Ended(code, lines, seconds);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command.getFirst(), e);
        }
    }

    /** Standard output of a command that must end well. */
    static List<String> lines(Path folder, List<String> command) {
        Ended ended = run(folder, command, Map.of());
        if (ended.exitCode() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " ended with " + ended.exitCode());
        }
        return ended.lines();
    }
}
