package dev.kindred.cli;

import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/**
 * Ctrl-C: the first asks the work to end in order, the second ends the process at once with 130. Training polls it and seals the best
 * so far; other work is unwound by {@link Stopped} at its next word of progress, so that nothing half-written stays behind.
 */
final class StopSignal implements BooleanSupplier {
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile @Nullable Voice voice;

    /** A signal that only {@link #ask} raises. */
    StopSignal() {}

    /** Listens to SIGINT and SIGTERM from now on. */
    static StopSignal listening(Voice voice) {
        StopSignal stop = new StopSignal();
        stop.sayBy(voice);
        for (String name : new String[] {"INT", "TERM"}) {
            Signal.handle(new Signal(name), signal -> {
                if (stop.ask()) {
                    stop.tell();
                } else {
                    Runtime.getRuntime().halt(ExitCode.STOPPED);
                }
            });
        }
        return stop;
    }

    /** What says from now on that it was heard. */
    void sayBy(Voice whose) {
        voice = whose;
    }

    private void tell() {
        Voice whose = voice;
        if (whose != null) {
            whose.ending();
        }
    }

    /** Asks the work to end; true the first time. */
    synchronized boolean ask() {
        boolean first = !getAsBoolean();
        asked.countDown();
        return first;
    }

    /** Waits until the work is asked to end. */
    void await() throws InterruptedException {
        asked.await();
    }

    /** Whether the work was asked to end. */
    @Override
    public boolean getAsBoolean() {
        return asked.getCount() == 0;
    }

    /** @throws Stopped where the work was asked to end */
    void check() {
        if (getAsBoolean()) {
            throw new Stopped();
        }
    }

    /** Work given up because it was asked to: neither bad input nor a fault. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("stopped", null, false, false);
        }
    }
}
