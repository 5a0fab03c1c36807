package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What encoding many sentences takes in memory, in a process of its own: {@code TextMemory BUNDLE TEXTS COUNT}. Sentences are those of the
 * texts and, so that lengths vary, two of them joined. The process's resident memory is read after every batch of 1,000.
 */
final class TextMemory {
    private static final int BATCH = 1_000;

    private TextMemory() {}

    public static void main(String[] arguments) {
        List<String> texts = TextVectors.texts(Path.of(arguments[1]));
        int count = Integer.parseInt(arguments[2]);
        Keyed random = Keyed.of(1);
        List<Double> resident = new ArrayList<>();
        long begun = System.nanoTime();
        try (Encoder encoder = Bundle.open(Path.of(arguments[0])).encoder()) {
            for (int done = 0; done < count; done += BATCH) {
                List<Content> batch = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    String text = texts.get(random.nextInt(texts.size()));
                    batch.add(new Content.Text(
                            random.nextInt(4) == 0 ? text + " " + texts.get(random.nextInt(texts.size())) : text));
                }
                encoder.encode(batch);
                TextVectors.memory("VmRSS").ifPresent(resident::add);
            }
        }
        JsonObject json = new JsonObject();
        json.addProperty("sentences", count);
        json.addProperty("seconds", (System.nanoTime() - begun) / 1e9);
        if (!resident.isEmpty()) {
            int quarter = Math.max(1, resident.size() / 4);
            json.addProperty("mostMiB", TextVectors.memory("VmHWM").orElse(0.0));
            json.addProperty(
                    "secondQuarterMiB",
                    Spread.of(resident.subList(
                                    Math.min(quarter, resident.size() - 1), Math.min(2 * quarter, resident.size())))
                            .median());
            json.addProperty(
                    "lastQuarterMiB",
                    Spread.of(resident.subList(resident.size() - quarter, resident.size()))
                            .median());
        }
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }
}
