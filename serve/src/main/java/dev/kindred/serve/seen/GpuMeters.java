package dev.kindred.serve.seen;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * How busy the machine's NVIDIA cards are, as {@code nvidia-smi} tells; where there is none, there is no such series. A scrape never
 * waits for it: it is given what the last look saw, and causes the next.
 */
final class GpuMeters {
    private static final int MOST_CARDS = 16;
    private static final int MOST_BYTES = 16 << 10;
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PATIENCE_SECONDS = 5;

    /**
     * One card.
     *
     * @param busy share of the time that some kernel ran, 0 to 1; NaN where the card does not tell
     * @param used bytes
     * @param total bytes
     */
    record Card(double busy, double used, double total) {}

    private final Path program;
    private final MeterRegistry registry;
    private final AtomicReferenceArray<Card> cards = new AtomicReferenceArray<>(MOST_CARDS);
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long looked = System.nanoTime() - EVERY_NANOS;

    GpuMeters(Path program, MeterRegistry registry) {
        this.program = program;
        this.registry = registry;
    }

    /** The program that is found first on the path, if any. */
    static Optional<Path> program(@Nullable String path) {
        for (String folder : (path == null ? "" : path).split(File.pathSeparator)) {
            Path there = Path.of(folder.isEmpty() ? "." : folder, "nvidia-smi");
            if (!folder.isEmpty() && Files.isExecutable(there)) {
                return Optional.of(there);
            }
        }
        return Optional.empty();
    }

    /** Looks again, on a thread of its own, unless that was done just now. */
    void refresh() {
        if (System.nanoTime() - looked >= EVERY_NANOS && looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("kindred-gpu").start(() -> {
                try {
                    show(look());
                } catch (IOException | InterruptedException e) {
                    show(List.of());
                } finally {
                    looked = System.nanoTime();
                    looking.set(false);
                }
            });
        }
    }

    /** What the program tells now. */
    List<Card> look() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--query-gpu=utilization.gpu,memory.used,memory.total",
                        "--format=csv,noheader,nounits")
                .redirectErrorStream(false)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream out = process.getInputStream()) {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                return List.of();
            }
            return cards(new String(out.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII));
        } finally {
            process.destroyForcibly();
        }
    }

    /** @param text a line a card: per cent, MiB, MiB; a field that the card lacks is in brackets */
    static List<Card> cards(String text) {
        List<Card> cards = new ArrayList<>();
        for (String line : text.lines().limit(MOST_CARDS).toList()) {
            String[] fields = line.split(",");
            if (fields.length == 3) {
                cards.add(new Card(
                        number(fields[0]) / 100, number(fields[1]) * (1 << 20), number(fields[2]) * (1 << 20)));
            }
        }
        return cards;
    }

    private static double number(String field) {
        try {
            return Double.parseDouble(field.strip());
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private void show(List<Card> now) {
        for (int i = 0; i < MOST_CARDS; i++) {
            boolean there = i < now.size();
            boolean first = there && cards.get(i) == null;
            if (there || cards.get(i) != null) {
                cards.set(i, there ? now.get(i) : new Card(Double.NaN, Double.NaN, Double.NaN));
            }
            if (first) {
                register(i);
            }
        }
    }

    private void register(int i) {
        String card = Integer.toString(i);
        Gauge.builder("kindred.gpu.busy.ratio", () -> cards.get(i).busy())
                .description("Share of the time that the card computed, 0 to 1.")
                .tag("gpu", card)
                .register(registry);
        Gauge.builder("kindred.gpu.memory.used", () -> cards.get(i).used())
                .description("Memory of the card in use, of all processes.")
                .baseUnit("bytes")
                .tag("gpu", card)
                .register(registry);
        Gauge.builder("kindred.gpu.memory.size", () -> cards.get(i).total())
                .description("Memory of the card.")
                .baseUnit("bytes")
                .tag("gpu", card)
                .register(registry);
    }
}
