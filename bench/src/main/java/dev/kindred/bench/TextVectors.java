package dev.kindred.bench;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Progress;
import dev.kindred.data.Dataset;
import dev.kindred.data.ReadOptions;
import dev.kindred.encode.Encoder;
import dev.kindred.evaluate.Encoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Texts of a table and what an encoder makes of them, for the benches of texts. */
final class TextVectors {
    private TextVectors() {}

    /** The samples' texts, in their order. */
    static List<String> texts(Path data) {
        Dataset set = Dataset.read(List.of(data), ReadOptions.defaults(), Progress.SILENT);
        List<String> texts = new ArrayList<>(set.size());
        for (int row = 0; row < set.size(); row++) {
            if (set.content(row) instanceof Content.Text(String text)) {
                texts.add(text);
            }
        }
        return texts;
    }

    static Embeddings ours(Encoder encoder, List<String> texts) {
        return Encoded.encode(encoder, texts.stream().map(Content.Text::new).toList(), "encoding", Progress.SILENT);
    }

    static double cosine(float[] left, float[] right) {
        double dot = 0;
        double l = 0;
        double r = 0;
        for (int i = 0; i < left.length; i++) {
            dot += (double) left[i] * right[i];
            l += (double) left[i] * left[i];
            r += (double) right[i] * right[i];
        }
        return dot / Math.sqrt(l * r);
    }

    /** The value of a member of {@code /proc/self/status} in MiB, where the system has it. */
    static Optional<Double> memory(String member) {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(member + ":"))
                    .map(line -> Double.parseDouble(line.replaceAll("\\D+", "")) / 1024)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
