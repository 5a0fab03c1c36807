package dev.kindred.bench.crash;

import dev.kindred.core.Keyed;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The process that dies: several threads write to a store and tell before and after each write ({@link Told}).
 *
 * <p>{@code KIND FOLDER SEED} waits for a line with the first write's number, tells on standard output and ends when it is killed.
 * {@code KIND FOLDER SEED NUMBER SESSIONS WRITES} opens the store so many times, writes so often each time, tells in the folder's file
 * {@value #TELLS} and ends by itself.
 */
public final class CrashWriter {
    /** In the same folder as the store, so that what is told and what is written are recorded in one order. */
    static final String TELLS = "tells";

    private static final int THREADS = 4;

    private final Store store;
    private final long seed;
    private final OutputStream out;
    private final AtomicLong numbers;

    private CrashWriter(Store store, long seed, OutputStream out, AtomicLong numbers) {
        this.store = store;
        this.seed = seed;
        this.out = out;
        this.numbers = numbers;
    }

    public static void main(String[] arguments) throws IOException {
        StoreKind kind = StoreKind.valueOf(arguments[0]);
        Path folder = Path.of(arguments[1]);
        long seed = Long.parseLong(arguments[2]);
        if (arguments.length == 3) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String first = in.readLine();
            if (first != null) {
                // Not through a PrintStream, which would swallow the end of the pipe.
                OutputStream out = new FileOutputStream(java.io.FileDescriptor.out);
                session(kind, folder, seed, out, new AtomicLong(Long.parseLong(first)), Long.MAX_VALUE);
            }
            return;
        }
        AtomicLong numbers = new AtomicLong(Long.parseLong(arguments[3]));
        int sessions = Integer.parseInt(arguments[4]);
        int writes = Integer.parseInt(arguments[5]);
        try (OutputStream out = new FileOutputStream(folder.resolve(TELLS).toFile())) {
            for (int i = 0; i < sessions; i++) {
                session(kind, folder, seed, out, numbers, numbers.get() + writes);
            }
        }
    }

    private static void session(
            StoreKind kind, Path folder, long seed, OutputStream out, AtomicLong numbers, long before) {
        try (Store store = StoreKind.isThere(folder) ? kind.open(folder) : kind.create(folder)) {
            CrashWriter writer = new CrashWriter(store, seed, out, numbers);
            writer.tell(Told.opening());
            writer.write(before);
        } catch (RuntimeException | InterruptedException e) {
            tell(out, Told.failed(e));
        }
    }

    private void write(long before) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (long number = numbers.getAndIncrement(); number < before; number = numbers.getAndIncrement()) {
                        Deed deed = Deed.random(number, Keyed.of(seed, number));
                        tell(Told.begin(deed));
                        tell(Told.acknowledged(deed, store.write(deed.changes())));
                    }
                } catch (RuntimeException e) {
                    tell(Told.failed(e));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void tell(String line) {
        tell(out, line);
    }

    /** One call to the system a line, shorter than what a pipe takes whole. */
    private static void tell(OutputStream out, String line) {
        synchronized (out) {
            try {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
