package dev.kindred.bench.load;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.core.Content;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.index.Effort;
import dev.kindred.index.Filter;
import dev.kindred.index.Generation;
import dev.kindred.index.Query;
import dev.kindred.media.Pictures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a server does, without a server: encoder or index in a process of its own on the server's core, asked one call after another by one
 * thread. It measures when it is told to: {@code Bare texts BUNDLE FILE BATCH}, {@code Bare pictures BUNDLE FOLDER}, {@code Bare search
 * INDEX QUERIES.f32 [EF]}, then a line of seconds on standard input for each measurement.
 */
public final class Bare implements AutoCloseable {
    /** Opening and its first calls among it. */
    private static final double MOST_WAIT_SECONDS = 180;

    private final Process process;
    private final Writer to;
    private final BufferedReader from;

    private Bare(Process process) {
        this.process = process;
        this.to = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        this.from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * @param perSecond things embedded or found a second
     * @param medianMillis of one call
     */
    public record Measured(double perSecond, double medianMillis) {}

    public static Bare start(Path root, String... words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Bare.class.getName()));
        command.addAll(List.of(words));
        try {
            Process process = new ProcessBuilder(Cores.serving(command))
                    .directory(root.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            return new Bare(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Measures for so long, and waits for it. */
    public Measured measure(double seconds) {
        try {
            to.write(seconds + "\n");
            to.flush();
            String line = lineWithin(seconds + MOST_WAIT_SECONDS);
            if (line == null) {
                throw new IllegalStateException("the bare process ended");
            }
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            return new Measured(
                    json.get("perSecond").getAsDouble(),
                    json.get("medianMillis").getAsDouble());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that hangs must not hold all other rows. */
    private @Nullable String lineWithin(double seconds) throws IOException {
        CompletableFuture<@Nullable String> line = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                line.complete(from.readLine());
            } catch (IOException e) {
                line.completeExceptionally(e);
            }
        });
        try {
            return line.get(Math.round(seconds * 1_000), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the bare process does not answer", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }

    public static void main(String[] words) throws IOException {
        PrintStream out = System.out;
        switch (words[0]) {
            case "texts" -> {
                int batch = Integer.parseInt(words[3]);
                List<String> texts = Files.readAllLines(Path.of(words[2]));
                try (Encoder encoder = Bundle.open(Path.of(words[1])).encoder(1)) {
                    obey(out, batch, call -> encoder.encode(batch(texts, call * batch, batch)));
                }
            }
            case "pictures" -> {
                List<byte[]> pictures = new ArrayList<>();
                try (var files = Files.list(Path.of(words[2]))) {
                    for (Path file : files.sorted().toList()) {
                        pictures.add(Files.readAllBytes(file));
                    }
                }
                try (Encoder encoder = Bundle.open(Path.of(words[1])).encoder(1)) {
                    obey(
                            out,
                            1,
                            call -> encoder.embed(Pictures.decode(pictures.get(call % pictures.size()), "picture")));
                }
            }
            case "search" ->
                search(
                        out,
                        Path.of(words[1]),
                        Path.of(words[2]),
                        words.length > 3 ? new Effort.Ef(Integer.parseInt(words[3])) : Effort.usual());
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static List<Content> batch(List<String> texts, int from, int count) {
        List<Content> batch = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            batch.add(new Content.Text(texts.get((from + i) % texts.size())));
        }
        return batch;
    }

    private static void search(PrintStream out, Path folder, Path queries, Effort effort) throws IOException {
        try (Generation index = Generation.open(folder, "bench", 1)) {
            index.warm();
            float[][] vectors = Vectors.read(queries, index.info().dimension());
            obey(
                    out,
                    1,
                    call -> index.search(new Query(
                            vectors[call % vectors.length],
                            index.info().space(),
                            10,
                            Filter.everything(),
                            effort,
                            null)));
        }
    }

    /** @param each things of one call */
    private static void obey(PrintStream out, int each, IntConsumer call) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (@Nullable String line = in.readLine(); line != null; line = in.readLine()) {
            long nanos = Math.round(Double.parseDouble(line) * 1e9);
            double[] millis = new double[1 << 20];
            int calls = 0;
            long begun = System.nanoTime();
            long now = begun;
            while (now - begun < nanos && calls < millis.length) {
                long start = now;
                call.accept(calls);
                now = System.nanoTime();
                millis[calls++] = (now - start) / 1e6;
            }
            Arrays.sort(millis, 0, calls);
            JsonObject json = new JsonObject();
            json.addProperty("perSecond", (double) calls * each / ((now - begun) / 1e9));
            json.addProperty("medianMillis", millis[calls / 2]);
            out.println(json);
            out.flush();
        }
    }
}
