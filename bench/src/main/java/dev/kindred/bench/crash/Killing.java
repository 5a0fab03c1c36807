package dev.kindred.bench.crash;

import com.google.gson.JsonObject;
import dev.kindred.core.Keyed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Kill -9, again and again over one folder: a writer is killed at a random moment, and what the store then holds is judged. Three times of
 * four on a copy, so that the next writer itself recovers what was left and the write-ahead log grows over many deaths.
 */
public final class Killing {
    private static final int PATIENCE_SECONDS = 60;
    private static final int MOST_LINES = 200;

    private final Launch launch;
    private final StoreKind kind;
    private final Path folder;
    private final Path copy;
    private final long seed;
    private final Tally tally;
    private int whileWriting;
    private int whileOpening;
    private int inPlace;

    private Killing(Launch launch, StoreKind kind, Path folder, long seed) {
        this.launch = launch;
        this.kind = kind;
        this.folder = folder;
        this.copy = folder.resolveSibling(folder.getFileName() + "-copy");
        this.seed = seed;
        this.tally = new Tally(kind == StoreKind.TRUTH);
    }

    /**
     * Some rounds of it.
     *
     * @param folder goes on from what it holds; made where it holds nothing
     * @return what {@code bench/crash} sums up
     */
    public static JsonObject rounds(Launch launch, StoreKind kind, Path folder, long seed, int rounds) {
        return new Killing(launch, kind, folder, seed).run(rounds);
    }

    private JsonObject run(int rounds) {
        Held before = begin();
        long number =
                1 + before.last().stream().mapToLong(Killing::writeOf).max().orElse(0);
        number = Math.max(number, before.sequence() + 1);
        Process next = writer(0);
        try {
            for (int round = 0; round < rounds; round++) {
                Process process = next;
                // Starts while this one works.
                next = writer(round + 1);
                Told told = killed(process, round, number);
                before = judged(before, told, Keyed.of(seed, round, 2).nextInt(4) == 0);
                number = told.writes().stream()
                        .mapToLong(write -> write.deed().number() + 1)
                        .reduce(number, Math::max);
            }
        } finally {
            next.destroyForcibly();
        }
        JsonObject json = tally.json();
        json.addProperty("whileWriting", whileWriting);
        json.addProperty("whileOpening", whileOpening);
        json.addProperty("inPlace", inPlace);
        return json;
    }

    private static long writeOf(Held.Last last) {
        return last.item() == null ? 0 : Deed.writeOf(last.item());
    }

    private Held begin() {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Store store = StoreKind.isThere(folder) ? kind.open(folder) : kind.create(folder)) {
            return store.read();
        }
    }

    private Process writer(int round) {
        return launch.writer(
                Map.of(),
                kind.name(),
                folder.toString(),
                String.valueOf(Keyed.of(seed, round).nextLong()));
    }

    private Told killed(Process process, int round, long number) {
        Keyed random = Keyed.of(seed, round, 1);
        // One of ten while it opens and recovers.
        boolean opening = random.nextInt(10) == 0;
        int after = opening ? 0 : 1 + random.nextInt(MOST_LINES);
        long pause = (long) random.uniform(0, opening ? 100e6 : 6e6);
        List<String> lines = new ArrayList<>();
        try (BufferedReader in =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                var go = process.getOutputStream()) {
            Thread late = Thread.ofVirtual().start(() -> {
                try {
                    TimeUnit.SECONDS.sleep(PATIENCE_SECONDS);
                    process.toHandle().destroyForcibly();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            go.write((number + "\n").getBytes(StandardCharsets.UTF_8));
            go.flush();
            long from = System.nanoTime();
            String line = "";
            while (lines.size() < after && line != null) {
                line = in.readLine();
                if (line != null) {
                    lines.add(line);
                }
            }
            TimeUnit.NANOSECONDS.sleep(pause);
            boolean hung = System.nanoTime() - from > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            if (hung || !process.isAlive()) {
                lines.add(Told.failed(new IllegalStateException(hung ? "it hung" : "it ended by itself")));
            }
            // By its handle: Process itself would close the pipe, and what is still in it is wanted.
            process.toHandle().destroyForcibly();
            late.interrupt();
            in.lines().forEach(lines::add);
            process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        Told told = Told.of(lines);
        whileWriting += told.isWriting() ? 1 : 0;
        whileOpening += told.opened() ? 0 : 1;
        return told;
    }

    /** @return what the store holds now */
    private Held judged(Held before, Told told, boolean here) {
        Path place = here ? folder : Folders.copied(folder, copy);
        inPlace += here ? 1 : 0;
        try (Store store = kind.open(place)) {
            Held held = store.read();
            tally.add(told, Judge.faults(before, told, held));
            return held;
        } catch (RuntimeException e) {
            tally.add(told, List.of(new Fault(Fault.Kind.UNOPENED, String.valueOf(e))));
            return before;
        }
    }
}
