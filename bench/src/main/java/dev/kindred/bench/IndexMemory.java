package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.index.Effort;
import dev.kindred.index.Engine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What an open index takes in memory, in a process of its own: {@code IndexMemory SET GENERATION EF}. Counted is the heap after a
 * collection above that of an empty index, and what is resident of the mapped files of the view once all queries were asked and, so that
 * nothing is left out, all rows were read.
 */
final class IndexMemory {
    private IndexMemory() {}

    public static void main(String[] words) throws IOException {
        SearchSet set = IndexSets.open(Path.of(words[0]));
        Path folder = Path.of(words[1]);
        int ef = Integer.parseInt(words[2]);
        JsonObject json = new JsonObject();
        json.addProperty("rawBytes", 4L * set.n() * set.dimension());
        long empty;
        Path nothing = folder.resolveSibling("empty");
        try (OurIndex index = OurIndex.create(set, nothing, Engine.exact(), 1)) {
            index.search(Effort.exact());
            empty = heap();
        }
        double residentBefore = TextVectors.memory("VmRSS").orElse(0.0);
        try (OurIndex index = OurIndex.open(set, folder, 1)) {
            json.addProperty(
                    "recall",
                    index.search(ef == 0 ? Effort.exact() : new Effort.Ef(ef)).recall());
            index.generation().search(index.queries().getFirst());
            json.addProperty("heapBytes", heap() - empty);
            json.addProperty("mappedBytes", mapped(folder));
            json.addProperty("processMiB", TextVectors.memory("VmRSS").orElse(0.0) - residentBefore);
        }
        OurIndex.delete(nothing);
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Resident bytes of mappings of files under a folder, by {@code /proc/self/smaps}. */
    private static long mapped(Path folder) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
        String under = folder.toRealPath() + "/";
        boolean counts = false;
        long kib = 0;
        for (String line : lines) {
            String first = line.substring(0, Math.max(0, line.indexOf(' ')));
            if (!first.endsWith(":")) {
                counts = line.contains(" " + under);
            } else if (counts && first.equals("Rss:")) {
                kib += Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return kib << 10;
    }
}
