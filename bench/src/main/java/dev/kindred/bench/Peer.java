package dev.kindred.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kindred.core.Distance;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Another library's index in a process of its own, from {@code bench/peers}: it is built, then answers a line with a line, so that a bench
 * can alternate rounds with it. One thread at a time.
 */
final class Peer implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Writer in;
    private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();
    private final Thread onEnd;
    private final JsonObject built;
    private volatile String remark = "nothing";

    /** The peer cannot be had here; the message says why. */
    static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1;

        Missing(String why) {
            super(why);
        }
    }

    /**
     * How hnswlib builds.
     *
     * @param m links of a row in the upper layers; in the lowest twice as many
     */
    record Graph(int m, int efConstruction, int threads) {}

    private Peer(String name, List<String> command, Duration limit) {
        this.name = name;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new Missing(name + ": " + e.getMessage());
        }
        onEnd = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(onEnd);
        in = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().name("peer-" + name).start(this::listen);
        try {
            built = answer(limit);
        } catch (RuntimeException e) {
            end();
            throw e;
        }
    }

    /**
     * hnswlib, compiled here for this processor, over a set.
     *
     * @param root of the working copy
     * @param folder to which the set was {@linkplain SearchSet#write written}; the built index stays there, and is taken where it is there
     * @param limit for the building
     * @throws Missing without a compiler or the library's headers
     */
    static Peer hnswlib(Path root, SearchSet set, Path folder, Graph graph, Duration limit) {
        List<String> command = words(compiled(root).toString(), set, folder);
        command.addAll(List.of(
                String.valueOf(graph.m()), String.valueOf(graph.efConstruction()), String.valueOf(graph.threads())));
        Path kept = folder.resolve("hnswlib-%d-%d.index".formatted(graph.m(), graph.efConstruction()));
        command.add(kept.toString());
        Peer peer = new Peer("hnswlib", command, limit);
        if (!peer.built().get("loaded").getAsBoolean()) {
            peer.ask("save " + kept, limit);
        }
        return peer;
    }

    /**
     * hnswlib's scan of all rows, compiled for this processor, one query at a time.
     *
     * @throws Missing without a compiler or the library's headers
     */
    static Peer scan(Path root, SearchSet set, Path folder, Duration limit) {
        List<String> command = words(compiled(root).toString(), set, folder);
        command.addAll(List.of("0", "0", "1"));
        return new Peer("hnswlib's scan", command, limit);
    }

    /**
     * FAISS' scan of all rows, one query at a time. Debian builds it for any processor, without vector instructions, so {@link #scan} is
     * the faster one.
     *
     * @throws Missing without the system's Python or FAISS for it
     */
    static Peer flat(Path root, SearchSet set, Path folder, Duration limit) {
        return new Peer("flat.py", words(root.resolve("bench/peers/flat.py").toString(), set, folder), limit);
    }

    private static List<String> words(String program, SearchSet set, Path folder) {
        return new ArrayList<>(List.of(
                program,
                folder.toString(),
                String.valueOf(set.n()),
                String.valueOf(set.dimension()),
                String.valueOf(set.q()),
                set.distance() == Distance.L2 ? "l2" : "ip"));
    }

    private static Path compiled(Path root) {
        Path source = root.resolve("bench/peers/hnswlib.cpp");
        Path program = root.resolve("bench/results/peers/hnswlib");
        List<String> command = List.of(
                "g++", "-std=c++17", "-O3", "-march=native", "-pthread", "-o", program.toString(), source.toString());
        try {
            Files.createDirectories(program.getParent());
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new Missing("hnswlib was not compiled: "
                        + said.lines()
                                .filter(line -> line.contains("error"))
                                .findFirst()
                                .orElse(said));
            }
            return program;
        } catch (IOException e) {
            throw new Missing("hnswlib was not compiled: " + e.getMessage());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Its first line: {@code peer}, {@code instructions}, {@code loaded} and, unless loaded, what the building took. */
    JsonObject built() {
        return built;
    }

    /** All queries once: {@code recall}, {@code cpuSeconds}, {@code queriesPerCpuSecond}, {@code p50Micros}. */
    JsonObject search(int ef, Duration limit) {
        return ask("search " + ef, limit);
    }

    /** What of its memory is resident. */
    long residentBytes() {
        return ask("rss", Duration.ofSeconds(10)).get("rssBytes").getAsLong();
    }

    private JsonObject ask(String line, Duration limit) {
        try {
            in.write(line + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " takes no more questions; it last said: " + remark, e);
        }
        JsonObject answer = answer(limit);
        if (answer.has("error")) {
            throw new IllegalStateException(name + " says of '" + line + "': " + answer.get("error"));
        }
        return answer;
    }

    private JsonObject answer(Duration limit) {
        try {
            Optional<String> line = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (line == null) {
                end();
                throw new IllegalStateException(name + " did not answer in " + limit.toSeconds() + " s");
            }
            if (line.isEmpty()) {
                throw new Missing(name + " ended with " + process.waitFor() + "; it last said: " + remark);
            }
            return JsonParser.parseString(line.get()).getAsJsonObject();
        } catch (JsonParseException e) {
            throw new IllegalStateException(name + " gave no object", e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Answers are objects; all else it says is for the reader. */
    private void listen() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("{")) {
                    answers.add(Optional.of(line));
                } else {
                    remark = line;
                    System.err.println("bench: " + name + ": " + line);
                }
            }
        } catch (IOException e) {
            remark = String.valueOf(e.getMessage());
        }
        answers.add(Optional.empty());
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for a peer", e);
    }

    private void end() {
        process.destroyForcibly();
        try {
            Runtime.getRuntime().removeShutdownHook(onEnd);
        } catch (IllegalStateException e) {
            // The JVM is ending, and the hook has its turn.
        }
    }

    /** Ends the process at once: it holds nothing that is not written. */
    @Override
    public void close() {
        end();
    }
}
