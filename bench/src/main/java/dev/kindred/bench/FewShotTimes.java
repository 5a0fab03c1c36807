package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import dev.kindred.index.Change;
import dev.kindred.index.Classes;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.Visibility;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What it takes to add a class of ten examples to 10,000 classes of one example each, 384 values: from the call until the class is on disk
 * and is answered, in a process of its own: {@code FewShotTimes DIR}. Every single addition counts, those that make the rows file anew
 * among them.
 */
final class FewShotTimes {
    private static final int CLASSES = 10_000;
    private static final int DIMENSION = 384;
    private static final int EXAMPLES = 10;
    private static final int WARMING = 40;
    private static final int ROUNDS = 400;

    private FewShotTimes() {}

    public static void main(String[] arguments) {
        System.out.println(measured(Path.of(arguments[0])));
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    private static JsonObject measured(Path dir) {
        Space space = Space.external("few-shot", DIMENSION, Distance.COSINE);
        Stream<Item> items = IntStream.range(0, CLASSES).mapToObj(i -> item(i, 0, "class " + i));
        double[] milliseconds = new double[ROUNDS];
        try (ExactIndex index = ExactIndex.build(dir, space, items, Progress.SILENT)) {
            Classes classes = Classes.of(index);
            for (int round = -WARMING; round < ROUNDS; round++) {
                String name = "new " + round;
                List<Item> examples = new ArrayList<>();
                for (int i = 0; i < EXAMPLES; i++) {
                    examples.add(item(CLASSES + WARMING + round, i, name));
                }
                long begun = System.nanoTime();
                index.write(examples.stream().<Change>map(Change.Put::new).toList(), Visibility.SEARCHABLE);
                classes = classes.with(examples);
                double took = (System.nanoTime() - begun) / 1e6;
                if (round >= 0) {
                    milliseconds[round] = took;
                }
                Classes.Nearest nearest = classes.nearest(
                                new Embeddings(space, 1, examples.getFirst().vector()))
                        .getFirst();
                if (!nearest.name().equals(name)) {
                    throw new IllegalStateException(name + " is answered as " + nearest.name());
                }
            }
        }
        Arrays.sort(milliseconds);
        JsonObject json = new JsonObject();
        json.addProperty("median", milliseconds[ROUNDS / 2]);
        json.addProperty("low", milliseconds[ROUNDS / 20]);
        json.addProperty("high", milliseconds[ROUNDS - ROUNDS / 20]);
        json.addProperty("longest", milliseconds[ROUNDS - 1]);
        json.addProperty("rounds", ROUNDS);
        return json;
    }

    /** Examples of one class are near one another, classes are not. */
    private static Item item(int number, int example, String name) {
        Keyed centre = Keyed.of(1, number);
        Keyed noise = Keyed.of(2, number, example);
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) (centre.nextGaussian() + 0.3 * noise.nextGaussian());
        }
        return Item.of(name + " " + example, vector, Map.of(Classes.LABEL, Value.of(name)));
    }
}
