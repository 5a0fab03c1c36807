package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.index.Effort;
import dev.kindred.index.Engine;
import dev.kindred.index.Footprint;
import java.io.IOException;
import java.nio.file.Path;

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
            empty = Footprint.heap();
        }
        double residentBefore = TextVectors.memory("VmRSS").orElse(0.0);
        try (OurIndex index = OurIndex.open(set, folder, 1)) {
            json.addProperty(
                    "recall",
                    index.search(ef == 0 ? Effort.exact() : new Effort.Ef(ef)).recall());
            index.generation().search(index.queries().getFirst());
            json.addProperty("heapBytes", Footprint.heap() - empty);
            json.addProperty("mappedBytes", Footprint.resident(folder).orElseThrow());
            json.addProperty("processMiB", TextVectors.memory("VmRSS").orElse(0.0) - residentBefore);
        }
        OurIndex.delete(nothing);
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }
}
