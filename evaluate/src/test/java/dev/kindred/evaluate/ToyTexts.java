package dev.kindred.evaluate;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.data.Dataset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Texts as counts of hashed words, or of their first letters: two views that need no network. */
final class ToyTexts {
    private static final int D = 64;

    private ToyTexts() {}

    /** Words as the encoder, first letters as the untaught one. */
    static Encoded encoded(Dataset data) {
        int[] rows = IntStream.range(0, data.size()).toArray();
        Views views = new Views(
                embeddings(data, word -> Math.floorMod(word.hashCode() * 0x9E3779B1, D)),
                Map.of("untaught", embeddings(data, word -> word.charAt(0) % D)));
        return new Encoded(Samples.of(data, rows), views, rows, List.of());
    }

    private interface Place {
        int of(String word);
    }

    private static Embeddings embeddings(Dataset data, Place place) {
        float[] values = new float[data.size() * D];
        for (int row = 0; row < data.size(); row++) {
            String text = ((Content.Text) data.content(row)).value();
            for (String word : text.toLowerCase(java.util.Locale.ROOT).split("\\W+")) {
                if (!word.isEmpty()) {
                    values[row * D + place.of(word)]++;
                }
            }
        }
        return new Embeddings(Space.external("toy", D, Distance.COSINE), data.size(), values);
    }
}
