package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClassesTest {
    private static final int D = 12;

    @TempDir
    Path dir;

    /** Against double loops over all examples, for every distance; classes of 1 to 5 examples, a query that is of none. */
    @ParameterizedTest
    @EnumSource(Distance.class)
    void theNearestClassIsTheOneOfTheNearestMean(Distance distance) {
        Space space = Space.external("t", D, distance);
        Keyed random = Keyed.of(4);
        Map<String, List<float[]>> examples = new TreeMap<>();
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            String name = "class " + random.nextInt(30);
            float[] vector = vector(random, 1 + random.nextInt(9));
            examples.computeIfAbsent(name, n -> new ArrayList<>()).add(vector);
            items.add(new Item("item " + i, vector, Map.of("label", Value.of(name)), null));
        }
        items.add(Item.of("without a label", vector(random, 1)));
        try (ExactIndex index = ExactIndex.build(dir, space, items.stream(), Progress.SILENT)) {
            Classes classes = Classes.of(index);
            assertThat(classes.names()).containsExactlyElementsOf(examples.keySet());
            int n = 600;
            float[] queries = new float[n * D];
            for (int i = 0; i < n; i++) {
                System.arraycopy(vector(random, 1), 0, queries, i * D, D);
            }
            Embeddings asked = new Embeddings(space, n, queries);
            List<Classes.Nearest> nearest = classes.nearest(asked);
            for (int i = 0; i < n; i++) {
                double best = Double.NEGATIVE_INFINITY;
                double second = best;
                for (List<float[]> of : examples.values()) {
                    double score = distance.score(mean(of, distance), asked.row(i));
                    second = Math.max(second, Math.min(best, score));
                    best = Math.max(best, score);
                }
                Classes.Nearest found = nearest.get(i);
                assertThat(found.score()).isCloseTo(best, offset(1e-4));
                assertThat(found.lead()).isCloseTo(best - second, offset(2e-4));
                List<float[]> of = examples.getOrDefault(found.name(), List.of());
                assertThat(distance.score(mean(of, distance), asked.row(i))).isCloseTo(best, offset(1e-4));
            }
        }
    }

    /** Bit by bit what reading the index again gives, whatever the order in which classes grow. */
    @ParameterizedTest
    @EnumSource(Distance.class)
    void examplesAddedToClassesAreThoseAddedToTheIndex(Distance distance) {
        Space space = Space.external("t", D, distance);
        Keyed random = Keyed.of(6);
        try (ExactIndex index = ExactIndex.build(dir, space, List.of(item(random, 0)).stream(), Progress.SILENT)) {
            Classes classes = Classes.of(index);
            int next = 1;
            for (int round = 0; round < 40; round++) {
                List<Item> added = new ArrayList<>();
                for (int i = random.nextInt(6); i >= 0; i--) {
                    added.add(item(random, next++));
                }
                added.add(Item.of("bare " + round, vector(random, 1)));
                index.write(added.stream().<Change>map(Change.Put::new).toList(), Visibility.SEARCHABLE);
                classes = classes.with(added);
                Classes again = Classes.of(index);
                assertThat(classes.names()).isEqualTo(again.names());
                float[] query = vector(random, 1);
                Embeddings one = new Embeddings(space, 1, query);
                assertThat(classes.nearest(one)).isEqualTo(again.nearest(one));
                for (int c = 0; c < again.names().size(); c++) {
                    assertThat(classes.examples(c)).isEqualTo(again.examples(c));
                }
            }
            Classes last = classes;
            assertThatThrownBy(() -> last.with(List.of(Item.of("short", 1, 2)))).isInstanceOf(Refusal.class);
        }
    }

    private static Item item(Keyed random, int number) {
        return new Item(
                "item " + number, vector(random, 1), Map.of("label", Value.of("class " + random.nextInt(25))), null);
    }

    @Test
    void anIndexWithoutLabelsHasNoClasses() {
        Space space = Space.external("t", D, Distance.COSINE);
        try (ExactIndex index =
                ExactIndex.build(dir, space, List.of(Item.of("a", vector(Keyed.of(1), 1))).stream(), Progress.SILENT)) {
            assertThatThrownBy(() -> Classes.of(index))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("label");
        }
    }

    private static float[] mean(List<float[]> vectors, Distance distance) {
        double[] sum = new double[D];
        for (float[] vector : vectors) {
            double length = 0;
            for (float v : vector) {
                length += (double) v * v;
            }
            for (int i = 0; i < D; i++) {
                sum[i] += distance == Distance.COSINE ? vector[i] / Math.sqrt(length) : vector[i];
            }
        }
        float[] mean = new float[D];
        for (int i = 0; i < D; i++) {
            mean[i] = (float) (sum[i] / vectors.size());
        }
        return mean;
    }

    private static float[] vector(Keyed random, double scale) {
        float[] vector = new float[D];
        for (int i = 0; i < D; i++) {
            vector[i] = (float) (scale * random.nextGaussian());
        }
        return vector;
    }
}
