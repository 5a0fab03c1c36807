package dev.kindred.bench.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Looks at a server's memory again and again, until it is closed or can look no more. */
public final class Residence implements AutoCloseable {
    private final List<Flatness.Sample> samples = new ArrayList<>();
    private final Thread looking;
    private @Nullable String lost;

    private Residence(LongSupplier resident, Duration every) {
        long begun = System.nanoTime();
        this.looking = Thread.ofVirtual().unstarted(() -> {
            try {
                while (true) {
                    look(resident, begun);
                    Thread.sleep(every);
                }
            } catch (InterruptedException e) {
                // Over.
            } catch (RuntimeException e) {
                // To be interrupted while it reads is to be closed.
                if (!Thread.currentThread().isInterrupted()) {
                    lose(String.valueOf(e.getMessage()));
                }
            }
        });
    }

    public static Residence watch(ServerProcess server, Duration every) {
        return watch(server::resident, every);
    }

    /** @param resident bytes; what it throws ends the looking */
    static Residence watch(LongSupplier resident, Duration every) {
        Residence residence = new Residence(resident, every);
        residence.looking.start();
        return residence;
    }

    private synchronized void look(LongSupplier resident, long begun) {
        samples.add(new Flatness.Sample((System.nanoTime() - begun) / 1e9, resident.getAsLong()));
    }

    private synchronized void lose(String why) {
        lost = why;
    }

    public synchronized List<Flatness.Sample> samples() {
        return List.copyOf(samples);
    }

    /** Why it could not look to the end. */
    public synchronized Optional<String> lost() {
        return Optional.ofNullable(lost);
    }

    @Override
    public void close() {
        looking.interrupt();
        try {
            looking.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
