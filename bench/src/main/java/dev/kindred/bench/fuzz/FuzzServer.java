package dev.kindred.bench.fuzz;

import com.linecorp.armeria.common.util.Exceptions;
import dev.kindred.bench.load.SmallBundle;
import dev.kindred.core.Calibration;
import dev.kindred.core.Decision;
import dev.kindred.core.Progress;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.fuzz.Things;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Footprint;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.media.Pictures;
import dev.kindred.serve.Faults;
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
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * A server of two collections in a process of its own, {@code FuzzServer FOLDER FAULT}: says on standard output its port, that of its
 * metrics, a key, and the id of one to be revoked; then answers each line on standard input: {@code heap} what its heap holds,
 * {@code faults} how many of its own it told of, {@code arm} that the fault is there from now on. Without a fault it serves a home, and
 * answers every route; with one, two encoders that are broken. Its faults go to standard error, the first few with their traces.
 */
public final class FuzzServer implements AutoCloseable {
    static final String PICTURES = "drawn";
    static final String TEXTS = Served.DEFAULT_COLLECTION;
    static final int DIMENSION = 32;

    private static final int MOST_TOLD = 5;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Process process;
    private final Writer to;
    private final BufferedReader from;
    private final int port;
    private final int metricsPort;
    private final Things things;

    /** @param told port, metrics' port, key, key to be revoked; the keys {@code -} where there are none */
    private FuzzServer(Process process, Writer to, BufferedReader from, String[] told) {
        this.process = process;
        this.to = to;
        this.from = from;
        this.port = Integer.parseInt(told[0]);
        this.metricsPort = Integer.parseInt(told[1]);
        Things there = things();
        this.things = told[2].equals("-") ? there : there.with(told[2], told[3]);
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
            return new FuzzServer(process, to, from, line.split(" "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public int metricsPort() {
        return metricsPort;
    }

    /** What its collections hold. */
    public Things held() {
        return things;
    }

    /** Bytes that the heap still holds after a collection. */
    public long heap() {
        return ask("heap");
    }

    /** Faults of its own that it told of until now. */
    public long faults() {
        return ask("faults");
    }

    /** From now on the fault is there. */
    public void arm() {
        ask("arm");
    }

    private long ask(String what) {
        try {
            to.write(what + "\n");
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

    private static Things things() {
        byte[] png = SmallBundle.drawings(1).getFirst();
        return new Things(PICTURES, "octo/0.png", png, jpeg(png), DIMENSION, TEXTS, "word-0", DIMENSION, "", "");
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
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of(words[0])), "served");
        Fault fault = Fault.valueOf(words[1]);
        AtomicInteger told = new AtomicInteger();
        AtomicBoolean armed = new AtomicBoolean();
        ServeOptions options = ServeOptions.defaults()
                .onPort(0)
                .withMaxRequestBytes(4 << 20)
                .withRequestTime(TIMEOUT)
                .withThreads(2);
        Faults faults = (request, route, cause) -> tell(told, route, cause);
        Thread.setDefaultUncaughtExceptionHandler((thread, cause) -> tell(told, "thread " + thread.getName(), cause));
        if (fault == Fault.NONE) {
            FuzzedHome home = FuzzedHome.in(folder);
            KindredServer server = home.served(options, faults);
            int metrics = URI.create(server.adminUrl().orElseThrow()).getPort();
            say(server.port() + " " + metrics + " " + home.key() + " " + home.spareKey());
        } else {
            KindredServer server = broken(folder, fault, armed, options, faults);
            say(server.port() + " " + server.port() + " - -");
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (@Nullable String line = in.readLine(); line != null; line = in.readLine()) {
            switch (line) {
                case "heap" -> say(Long.toString(Footprint.heap()));
                case "faults" -> say(Integer.toString(told.get()));
                default -> {
                    armed.set(true);
                    say("1");
                }
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static KindredServer broken(
            Path folder, Fault fault, AtomicBoolean armed, ServeOptions options, Faults faults) {
        Bundle bundle = SmallBundle.seal(folder.resolve("drawn.kindred"), 8, DIMENSION);
        Encoder sound = bundle.encoder(2);
        Served drawn = Served.of(
                bundle,
                fault.in(sound, armed::get),
                ExactIndex.build(folder.resolve("drawn"), bundle.space(), drawings(sound).stream(), Progress.SILENT));
        return KindredServer.start(
                options,
                List.of(
                        new Served(
                                PICTURES,
                                drawn.bundle(),
                                drawn.takes(),
                                drawn.queries(),
                                drawn.documents(),
                                drawn.decision(),
                                drawn.baseline(),
                                drawn.index()),
                        words(folder.resolve("words"), fault.in(new SumOfWords(), armed::get))),
                Oversight.none(),
                faults);
    }

    private static void tell(AtomicInteger told, String route, Throwable cause) {
        int count = told.incrementAndGet();
        if (count <= MOST_TOLD) {
            System.err.println("fuzzed server: " + route + " failed:");
            Exceptions.peel(cause).printStackTrace();
        }
    }

    static List<Item> drawings(Encoder encoder) {
        List<byte[]> drawings = SmallBundle.drawings(40);
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < drawings.size(); i++) {
            String id = (i % 2 == 0 ? "octo/" : "carbon/") + i + ".png";
            float[] vector = encoder.embed(Pictures.decode(drawings.get(i), id)).row(0);
            Map<String, Value> payload =
                    Map.of("family", Value.of(id.substring(0, id.indexOf('/'))), "n", Value.of((long) i));
            items.add(new Item(id, vector, payload, drawings.get(i)));
        }
        return items;
    }

    static List<Item> words(Encoder encoder) {
        List<Item> items = new ArrayList<>();
        String[] parts = {"noun", "verb"};
        for (int i = 0; i < 40; i++) {
            String text = "an animal of the coast, number " + i;
            items.add(Item.of(
                    "word-" + i,
                    encoder.embed(text).row(0),
                    Map.of("text", Value.of(text), "part", Value.of(parts[i % 2]))));
        }
        return items;
    }

    private static Served words(Path folder, Encoder encoder) {
        List<Item> items;
        try (Encoder sound = new SumOfWords()) {
            items = words(sound);
        }
        Decision decision = new Decision(
                new Calibration(List.of(0.0, 1.0), List.of(-4.0, 4.0)),
                List.of(new Threshold(0.01, 0.6, 0.009, 0.2, null)));
        return new Served(
                TEXTS,
                "b0a7".repeat(16),
                Served.Takes.TEXTS,
                encoder,
                encoder,
                Optional.of(decision),
                Optional.empty(),
                ExactIndex.build(folder, encoder.space(), items.stream(), Progress.SILENT));
    }
}
