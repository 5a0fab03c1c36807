package dev.kindred.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What indexes take of this process's memory and time, and of the disk. */
public final class Footprint {
    private static final Path MAPPINGS = Path.of("/proc/self/smaps");

    private Footprint() {}

    /** Bytes on the heap after a collection. */
    public static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Resident bytes of the mapped files of a folder; empty where the system does not tell. */
    public static OptionalLong resident(Path folder) {
        if (!Files.isReadable(MAPPINGS)) {
            return OptionalLong.empty();
        }
        try (Stream<String> lines = Files.lines(MAPPINGS)) {
            String under = " " + folder.toRealPath() + "/";
            boolean[] counts = new boolean[1];
            long kib = lines.mapToLong(line -> {
                        if (line.startsWith("Rss:")) {
                            return counts[0] ? Long.parseLong(line.replaceAll("[^0-9]", "")) : 0;
                        }
                        int space = line.indexOf(' ');
                        if (space > 0 && line.charAt(space - 1) != ':') {
                            counts[0] = line.contains(under);
                        }
                        return 0;
                    })
                    .sum();
            return OptionalLong.of(kib << 10);
        } catch (IOException | UncheckedIOException e) {
            return OptionalLong.empty();
        }
    }

    /** What all threads of this process have had of a processor. */
    public static double processCpuSeconds() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getProcessCpuTime()
                / 1e9;
    }

    /** The same of the calling thread. */
    public static double threadCpuSeconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    }

    /** Bytes of all files in and under a folder. */
    static long bytes(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
