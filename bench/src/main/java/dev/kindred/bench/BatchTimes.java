package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Prepared;
import dev.kindred.encode.Weights;
import dev.kindred.media.PictureShape;
import dev.kindred.serve.Problem;
import dev.kindred.serve.batch.Asker;
import dev.kindred.serve.batch.Batching;
import dev.kindred.serve.batch.Encoding;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.batch.Pool;
import dev.kindred.serve.batch.Source;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * The serving pool beside the bare encoder, in one process and on one computing thread: {@code BatchTimes conv4|BUNDLE ROUNDS SECONDS}.
 * Ratios of throughput are to the encoder called with 32 contents at a time; each round measures both, one after the other. Then singles
 * are asked for at five times what the pool does of them. Whoever wants figures pins it to two cores: clients take some of the time too.
 */
final class BatchTimes implements AutoCloseable {
    private static final int TOGETHER = 32;
    private static final int CLIENTS = 64;
    private static final double TOO_MUCH = 5;

    private final Encoder encoder;
    private final List<Source> sources;
    private final Pool pool;
    private final Encoding encoding;
    private final long nanos;

    private BatchTimes(Encoder encoder, List<Source> sources, Duration each) {
        this.encoder = encoder;
        this.sources = sources;
        this.nanos = each.toNanos();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        this.pool = new Pool(1, 256, Batching.defaults().withCacheBytes(0), registry);
        this.encoding = new Encoding(
                pool, "bench", encoder, encoder, false, Timer.builder("embed").register(registry), () -> {});
    }

    public static void main(String[] arguments) {
        boolean pictures = arguments[0].equals("conv4");
        Duration each = Duration.ofMillis(Math.round(1_000 * Double.parseDouble(arguments[2])));
        try (Encoder encoder =
                        pictures ? conv4() : Bundle.open(Path.of(arguments[0])).encoder(1);
                BatchTimes times = new BatchTimes(encoder, pictures ? rasters(encoder) : texts(), each)) {
            System.out.println(times.measure(Integer.parseInt(arguments[1])));
            System.out.flush();
        }
        Runtime.getRuntime().exit(0);
    }

    private static Encoder conv4() {
        Architecture architecture = Architecture.conv4(1, 28, 64, 64);
        PicturePreparation preparation =
                new PicturePreparation(new PictureShape(28, 28, 1, PictureShape.Fit.PAD), List.of(0.5f), List.of(0.3f));
        return EncoderParts.of(architecture, Weights.untrained(architecture, 1), preparation, Distance.COSINE)
                .open(1);
    }

    /** Prepared beforehand, as tensors that clients make. */
    private static List<Source> rasters(Encoder encoder) {
        Keyed draws = Keyed.of(1);
        List<Source> all = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            byte[] values = new byte[28 * 28];
            for (int at = 0; at < values.length; at++) {
                values[at] = (byte) draws.nextInt(256);
            }
            Prepared raster = encoder.prepare(new Content.Pixels(28, 28, 1, values));
            all.add(new Source.Ready(raster));
        }
        return all;
    }

    /** Of 4 to 24 short words. */
    private static List<Source> texts() {
        Keyed draws = Keyed.of(2);
        List<Source> all = new ArrayList<>();
        for (int i = 0; i < 512; i++) {
            StringBuilder text = new StringBuilder();
            int words = 4 + draws.nextInt(21);
            for (int w = 0; w < words; w++) {
                text.append(List.of("the", "light", "of", "a", "tower", "warns", "ships", "near", "rocks")
                                .get(draws.nextInt(9)))
                        .append(' ');
            }
            all.add(new Source.Text(text.toString()));
        }
        return all;
    }

    private JsonObject measure(int rounds) {
        List<Double> packs = new ArrayList<>();
        List<Double> singles = new ArrayList<>();
        List<Double> goodput = new ArrayList<>();
        List<Double> late = new ArrayList<>();
        JsonObject json = new JsonObject();
        for (int round = -1; round < rounds; round++) {
            double bare = bare();
            double together = closedLoop(4, TOGETHER);
            double alone = closedLoop(CLIENTS, 1);
            List<Long> calm = openLoop(0.1 * alone);
            List<Long> pressed = openLoop(TOO_MUCH * alone);
            double unloaded = quantile(calm, 0.99);
            System.err.printf(
                    java.util.Locale.ROOT,
                    "bare %.0f/s, in 32s %.0f/s, singles %.0f/s; calm p50 %.2f p99 %.2f ms; pressed %.0f/s p50 %.2f"
                            + " p99 %.2f ms%n",
                    bare,
                    together,
                    alone,
                    quantile(calm, 0.5),
                    unloaded,
                    pressed.size() * 1e9 / nanos,
                    quantile(pressed, 0.5),
                    quantile(pressed, 0.99));
            // The first only warms up.
            if (round >= 0) {
                packs.add(together / bare);
                singles.add(alone / bare);
                goodput.add(pressed.size() * 1e9 / nanos / alone);
                late.add(quantile(pressed, 0.99) / unloaded);
            }
        }
        json.add("packsToBare", Spread.array(packs));
        json.add("singlesToBare", Spread.array(singles));
        json.add("goodputPressed", Spread.array(goodput));
        json.add("p99PressedToCalm", Spread.array(late));
        return json;
    }

    private List<Source> some(long from, int count) {
        int at = (int) (from % sources.size());
        List<Source> some = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            some.add(sources.get((at + i) % sources.size()));
        }
        return some;
    }

    /** Contents a second, without the pool. */
    private double bare() {
        long begun = System.nanoTime();
        long done = 0;
        while (System.nanoTime() - begun < nanos) {
            List<Source> some = some(done, TOGETHER);
            if (some.getFirst() instanceof Source.Ready) {
                encoder.run(some.stream()
                        .map(source -> ((Source.Ready) source).prepared())
                        .toList());
            } else {
                encoder.encode(some.stream()
                        .<Content>map(source -> new Content.Text(((Source.Text) source).value()))
                        .toList());
            }
            done += TOGETHER;
        }
        return done * 1e9 / (System.nanoTime() - begun);
    }

    /** Contents a second, of so many clients who each wait for their reply. */
    private double closedLoop(int clients, int together) {
        AtomicLong done = new AtomicLong();
        long begun = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, clients)
                    .forEach(client -> threads.execute(() -> {
                        long next = client * 37L;
                        while (System.nanoTime() - begun < nanos) {
                            try {
                                embed(some(next, together));
                                done.addAndGet(together);
                            } catch (Problem busy) {
                                // The client asks again.
                                LockSupport.parkNanos(1_000_000);
                            }
                            next += together;
                        }
                    }));
        }
        return done.get() * 1e9 / (System.nanoTime() - begun);
    }

    /** Singles at a fixed rate: nanoseconds of each that was not turned away. */
    private List<Long> openLoop(double rate) {
        List<Long> taken = Collections.synchronizedList(new ArrayList<>());
        long begun = System.nanoTime();
        long sent = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            while (System.nanoTime() - begun < nanos) {
                long due = begun + Math.round(sent * 1e9 / rate);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(50_000);
                }
                long number = sent++;
                threads.execute(() -> {
                    try {
                        embed(some(number, 1));
                        taken.add(System.nanoTime() - due);
                    } catch (Problem busy) {
                        // Turned away: what the count is about.
                    }
                });
            }
        }
        return taken;
    }

    private void embed(List<Source> some) {
        encoding.embed(Asker.patient("bench"), Lane.EMBED, Encoding.Role.DOCUMENT, some);
    }

    /** In milliseconds. */
    private static double quantile(List<Long> nanoseconds, double share) {
        List<Long> sorted = nanoseconds.stream().sorted().toList();
        return sorted.get((int) (share * (sorted.size() - 1))) / 1e6;
    }

    @Override
    public void close() {
        pool.close();
    }
}
