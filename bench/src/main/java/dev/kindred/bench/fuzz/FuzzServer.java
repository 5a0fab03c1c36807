package dev.kindred.bench.fuzz;

import com.linecorp.armeria.common.util.Exceptions;
import dev.kindred.bench.load.SmallBundle;
import dev.kindred.core.Calibration;
import dev.kindred.core.Decision;
import dev.kindred.core.Progress;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.fuzz.Exchanges;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Footprint;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import dev.kindred.media.Pictures;
import dev.kindred.serve.KindredServer;
import dev.kindred.serve.ServeOptions;
import dev.kindred.serve.Served;
import dev.kindred.serve.access.Oversight;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * A server of two collections in a process of its own, {@code FuzzServer FOLDER FAULT}: says its port on standard output, then what its
 * heap holds for each line on standard input. Its faults go to standard error, the first few with their traces.
 */
public final class FuzzServer implements AutoCloseable {
    private static final int MOST_TOLD = 5;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Process process;
    private final Writer to;
    private final BufferedReader from;
    private final int port;

    private FuzzServer(Process process, Writer to, BufferedReader from, int port) {
        this.process = process;
        this.to = to;
        this.from = from;
        this.port = port;
    }

    /** @param folder for its bundle and indexes */
    public static FuzzServer start(Path folder, Fault fault) {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                FuzzServer.class.getName(),
                folder.toString(),
                fault.name());
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            BufferedReader from =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = from.readLine();
            if (line == null) {
                throw new IllegalStateException("the server did not come up");
            }
            Writer to = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
            return new FuzzServer(process, to, from, Integer.parseInt(line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** Bytes that the heap still holds after a collection. */
    public long heap() {
        try {
            to.write("heap\n");
            to.flush();
            String line = from.readLine();
            if (line == null) {
                throw new IllegalStateException("the server ended");
            }
            return Long.parseLong(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What its collections hold. */
    public static Exchanges.Things things() {
        byte[] png = SmallBundle.drawings(1).getFirst();
        return new Exchanges.Things("default", "octo/0.png", png, jpeg(png), 32, "words", "word-0");
    }

    private static byte[] jpeg(byte[] png) {
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            if (!ImageIO.write(picture, "jpg", out)) {
                throw new IllegalStateException("nothing here writes JPEG");
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void main(String[] words) throws IOException {
        Path folder = Path.of(words[0]);
        Fault fault = Fault.valueOf(words[1]);
        Bundle bundle = SmallBundle.seal(folder.resolve("fuzz-" + fault + ".kindred"), 8, 32);
        Encoder pictures = fault.in(bundle.encoder(2));
        AtomicInteger told = new AtomicInteger();
        KindredServer server = KindredServer.start(
                ServeOptions.defaults()
                        .onPort(0)
                        .withMaxRequestBytes(4 << 20)
                        .withRequestTime(TIMEOUT)
                        .withThreads(2),
                List.of(
                        Served.of(bundle, pictures, drawn(folder.resolve("drawn-" + fault), bundle)),
                        words(folder.resolve("words-" + fault), fault.in(new SumOfWords()))),
                Oversight.none(),
                (request, route, cause) -> tell(told, route, cause));
        System.out.println(server.port());
        System.out.flush();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (@Nullable String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(Footprint.heap());
            System.out.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    private static void tell(AtomicInteger told, String route, Throwable cause) {
        int count = told.incrementAndGet();
        if (count <= MOST_TOLD) {
            System.err.println("fuzzed server: " + route + " failed:");
            Exceptions.peel(cause).printStackTrace();
        }
    }

    private static VectorIndex drawn(Path folder, Bundle bundle) {
        List<byte[]> drawings = SmallBundle.drawings(40);
        List<Item> items = new ArrayList<>();
        try (Encoder encoder = bundle.encoder(2)) {
            for (int i = 0; i < drawings.size(); i++) {
                String id = (i % 2 == 0 ? "octo/" : "carbon/") + i + ".png";
                float[] vector =
                        encoder.embed(Pictures.decode(drawings.get(i), id)).row(0);
                Map<String, Value> payload =
                        Map.of("family", Value.of(id.substring(0, id.indexOf('/'))), "n", Value.of((long) i));
                items.add(new Item(id, vector, payload, drawings.get(i)));
            }
        }
        return ExactIndex.build(folder, bundle.space(), items.stream(), Progress.SILENT);
    }

    private static Served words(Path folder, Encoder encoder) {
        List<Item> items = new ArrayList<>();
        String[] parts = {"noun", "verb"};
        try (Encoder sound = new SumOfWords()) {
            for (int i = 0; i < 40; i++) {
                String text = "an animal of the coast, number " + i;
                items.add(Item.of(
                        "word-" + i,
                        sound.embed(text).row(0),
                        Map.of("text", Value.of(text), "part", Value.of(parts[i % 2]))));
            }
        }
        Decision decision = new Decision(
                new Calibration(List.of(0.0, 1.0), List.of(-4.0, 4.0)),
                List.of(new Threshold(0.01, 0.6, 0.009, 0.2, null)));
        return new Served(
                "words",
                "b0a7".repeat(16),
                Served.Takes.TEXTS,
                encoder,
                encoder,
                Optional.of(decision),
                Optional.empty(),
                ExactIndex.build(folder, encoder.space(), items.stream(), Progress.SILENT));
    }
}
