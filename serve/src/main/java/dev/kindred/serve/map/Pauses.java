package dev.kindred.serve.map;

import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** Keeps work in the background to half of one core: after each piece the thread rests for as long as the piece took. */
public final class Pauses {
    /** None: for whoever waits for the work. */
    public static final Pauses NONE = new Pauses(false, () -> true);

    /** Shorter pieces are not worth a rest, in nanoseconds. */
    private static final long PIECE = 4_000_000;

    private final boolean resting;
    private final BooleanSupplier wanted;
    private long since = System.nanoTime();

    private Pauses(boolean resting, BooleanSupplier wanted) {
        this.resting = resting;
        this.wanted = wanted;
    }

    /**
     * For one thread.
     *
     * @param wanted whether the work still is
     */
    public static Pauses halfOfOneCore(BooleanSupplier wanted) {
        return new Pauses(true, wanted);
    }

    /** @throws CancellationException where the thread was interrupted, or nobody wants the work any more */
    void step() {
        if (!resting) {
            return;
        }
        long worked = System.nanoTime() - since;
        if (worked < PIECE) {
            return;
        }
        if (!wanted.getAsBoolean()) {
            throw new CancellationException("the map is no longer wanted");
        }
        try {
            Thread.sleep(worked / 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the map is no longer wanted");
        }
        since = System.nanoTime();
    }
}
