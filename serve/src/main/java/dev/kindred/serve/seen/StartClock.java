package dev.kindred.serve.seen;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How long a start takes, phase by phase, counted from the start of the process. */
public final class StartClock {
    private final long begun;
    private final Map<String, Double> phases = new LinkedHashMap<>();
    private long last;

    private StartClock(long begun, double before) {
        this.begun = begun;
        this.last = System.nanoTime();
        phases.put("jvm", before);
    }

    /** Where the system does not tell when the process began, counted from now. */
    public static StartClock ofProcess() {
        Duration before = ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()))
                .filter(gone -> !gone.isNegative())
                .orElse(Duration.ZERO);
        return new StartClock(System.nanoTime() - before.toNanos(), before.toNanos() * 1e-9);
    }

    /** A phase is over: what passed since the one before is its time, added where it is named again. */
    public synchronized void done(String phase) {
        long now = System.nanoTime();
        phases.merge(phase, (now - last) * 1e-9, Double::sum);
        last = now;
    }

    /** Seconds since the start of the process. */
    public synchronized double seconds() {
        return (System.nanoTime() - begun) * 1e-9;
    }

    /** Seconds by phase, in their order. */
    public synchronized Map<String, Double> phases() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(phases));
    }

    /** {@code jvm 0.21 · index 0.05 · …} */
    public String words() {
        return phases().entrySet().stream()
                .map(phase -> phase.getKey() + " " + String.format(Locale.ROOT, "%.2f", phase.getValue()))
                .collect(Collectors.joining(" · "));
    }
}
