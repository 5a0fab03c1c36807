package dev.kindred.serve.seen;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Heap, collections of garbage, threads, and what the system says of the process, under the names that dashboards know. */
final class ProcessMeters implements AutoCloseable {
    private static final Path MEMORY = Path.of("/proc/self/statm");
    private static final int PAGE = 4096;

    private final JvmGcMetrics garbage = new JvmGcMetrics();

    ProcessMeters(MeterRegistry registry) {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        garbage.bindTo(registry);
        Gauge.builder(
                        "process.start.time",
                        () -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3)
                .description("Start of the process, in seconds since 1970.")
                .baseUnit("seconds")
                .register(registry);
        if (Files.isReadable(MEMORY)) {
            Gauge.builder("process.resident.memory", ProcessMeters::resident)
                    .description("Memory that the process takes, natives included.")
                    .baseUnit("bytes")
                    .register(registry);
        }
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu", system, own -> own.getProcessCpuTime() / 1e9)
                    .description("Processor time of the whole process.")
                    .baseUnit("seconds")
                    .register(registry);
            Gauge.builder("process.open.fds", system, UnixOperatingSystemMXBean::getOpenFileDescriptorCount)
                    .description("Open files and connections.")
                    .register(registry);
            Gauge.builder("process.max.fds", system, UnixOperatingSystemMXBean::getMaxFileDescriptorCount)
                    .description("How many files and connections may be open.")
                    .register(registry);
        }
    }

    /** Bytes; NaN where the system does not tell. */
    private static double resident() {
        try {
            String[] pages = Files.readString(MEMORY, StandardCharsets.US_ASCII).split(" ", 3);
            return Double.parseDouble(pages[1]) * PAGE;
        } catch (IOException | NumberFormatException e) {
            return Double.NaN;
        }
    }

    @Override
    public void close() {
        garbage.close();
    }
}
