package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Generation;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BiConsumer;

/** Work on what an index's searches read, which changes none of its items: told by what the folder takes before and after. */
final class ViewWork {
    private ViewWork() {}

    static Answer run(Run run, Path dir, BiConsumer<Generation, Progress> work) {
        IndexFolder folder = new IndexFolder(dir);
        long before = folder.bytes();
        long begun = System.nanoTime();
        long count;
        try (EmbeddedIndex index = folder.open(run)) {
            if (!(index instanceof Generation generation)) {
                throw new Refusal(
                        "is a rows file, which is all there is of it",
                        dir.toString(),
                        "this is for an index built with --engine exact or graph");
            }
            work.accept(generation, run.progress());
            count = generation.info().count();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        JsonObject json = new JsonObject();
        json.addProperty("count", count);
        json.addProperty("bytesBefore", before);
        json.addProperty("bytes", folder.bytes());
        json.addProperty("seconds", seconds);
        return Answer.done(
                json,
                String.format(
                        Locale.ROOT,
                        "%s: %,d items, %s instead of %s, in %s",
                        dir,
                        count,
                        Words.bytes(folder.bytes()),
                        Words.bytes(before),
                        ProgressLine.clock(seconds)));
    }
}
