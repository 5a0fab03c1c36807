package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.metric.Fusion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Held against BM25 and fusions summed by hand in double precision. Texts are shorter than 40 words, whose lengths a byte keeps. */
class HybridTest {
    private static final Space SPACE = Space.external("hybrid", 3, Distance.L2);
    private static final int COUNT = 150;

    @TempDir
    Path dir;

    private record Text(String id, float[] vector, List<String> body, List<String> title, boolean even) {}

    private static List<Text> texts(Keyed random) {
        List<Text> texts = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            float[] vector = {random.nextInt(9), random.nextInt(9), random.nextInt(9)};
            texts.add(new Text("t" + i, vector, drawn(random, 30), drawn(random, 5), i % 2 == 0));
        }
        return texts;
    }

    private static List<String> drawn(Keyed random, int most) {
        List<String> words = new ArrayList<>();
        for (int left = random.nextInt(most); left > 0; left--) {
            words.add("w" + Math.min(random.nextInt(40), random.nextInt(40)));
        }
        return words;
    }

    private Generation filled(List<Text> texts, String body) {
        Generation generation = Generation.create(dir.resolve(body), SPACE, Engine.exact(), "a test", 1);
        for (int from = 0; from < texts.size(); from += 40) {
            List<Change> changes = new ArrayList<>();
            for (Text text : texts.subList(from, Math.min(texts.size(), from + 40))) {
                Map<String, Value> payload = new TreeMap<>();
                payload.put(body, Value.of(String.join(" ", text.body())));
                payload.put("title", Value.of(text.title()));
                payload.put("even", Value.of(text.even()));
                changes.add(new Change.Put(new Item(text.id(), text.vector(), payload, null)));
            }
            // Several segments, whose words are counted together.
            generation.write(changes, Visibility.SEARCHABLE);
        }
        return generation;
    }

    /** Robertson, Zaragoza 2009, equation 3.15 with Lucene's idf ln(1 + (N − n + ½)/(n + ½)). */
    private static double bm25(List<String> query, List<String> document, List<List<String>> all) {
        List<List<String>> filled = all.stream().filter(d -> !d.isEmpty()).toList();
        double mean = filled.stream().mapToInt(List::size).average().orElseThrow();
        double score = 0;
        for (String word : query) {
            double n = filled.stream().filter(d -> d.contains(word)).count();
            double tf = document.stream().filter(word::equals).count();
            double idf = Math.log(1 + (filled.size() - n + 0.5) / (n + 0.5));
            score += idf * tf / (tf + 1.2 * (0.25 + 0.75 * document.size() / mean));
        }
        return score;
    }

    private static Map<String, Double> expected(
            List<String> query, List<Text> texts, Predicate<Text> passes, boolean bodies, boolean titles) {
        List<List<String>> allBodies = texts.stream().map(Text::body).toList();
        List<List<String>> allTitles = texts.stream().map(Text::title).toList();
        Map<String, Double> scores = new HashMap<>();
        for (Text text : texts) {
            double score = (bodies ? bm25(query, text.body(), allBodies) : 0)
                    + (titles ? bm25(query, text.title(), allTitles) : 0);
            if (score > 0 && passes.test(text)) {
                scores.put(text.id(), score);
            }
        }
        return scores;
    }

    private static void isRanked(Found found, Map<String, Double> expected, int k) {
        assertThat(found.neighbors()).hasSize(Math.min(k, expected.size()));
        List<Double> best =
                expected.values().stream().sorted(Comparator.reverseOrder()).toList();
        for (int i = 0; i < found.neighbors().size(); i++) {
            Neighbor neighbor = found.neighbors().get(i);
            assertThat(neighbor.score()).isCloseTo(expected.getOrDefault(neighbor.id(), -1.0), within(1e-4));
            assertThat(neighbor.score()).isCloseTo(best.get(i), within(1e-4));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void wordsAreFoundByBm25(long seed) {
        Keyed random = Keyed.of(seed);
        List<Text> texts = texts(random);
        Filter even = new Filter.Equals("even", Value.of(true));
        List<String> words = List.of("w3", "w7", "w20", "w3", "absent");
        String asked = String.join(" ", words);
        try (Generation usual = filled(texts, WordQuery.USUAL_FIELD);
                Generation other = filled(texts, "body")) {
            for (int k : new int[] {5, 1000}) {
                isRanked(usual.words(WordQuery.of(asked, k)), expected(words, texts, t -> true, true, false), k);
                isRanked(
                        usual.words(new WordQuery(asked, Set.of(), k, even)),
                        expected(words, texts, Text::even, true, false),
                        k);
                isRanked(
                        usual.words(new WordQuery(asked, Set.of("title"), k, even)),
                        expected(words, texts, Text::even, false, true),
                        k);
                isRanked(other.words(WordQuery.of(asked, k)), expected(words, texts, t -> true, true, true), k);
            }
            assertThat(usual.words(WordQuery.of("the of", 5)).neighbors()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bothAreFused(long seed) {
        Keyed random = Keyed.of(seed, 1);
        List<Text> texts = texts(random);
        List<String> words = List.of("w5", "w9");
        float[] at = {4, 4, 4};
        Filter filter = new Filter.Equals("even", Value.of(true));
        try (Generation generation = filled(texts, WordQuery.USUAL_FIELD)) {
            Map<String, Double> bm25 = expected(words, texts, Text::even, true, false);
            Map<String, Double> similar = new HashMap<>();
            texts.stream().filter(Text::even).forEach(t -> similar.put(t.id(), Distance.L2.score(at, t.vector())));
            for (Fusion fusion : List.of(
                    Fusion.usual(), new Fusion.Weights(0.8), new Fusion.ReciprocalRanks(Fusion.USUAL_CONSTANT))) {
                Map<String, Double> fused = fused(similar, bm25, fusion);
                Hybrid.Answer answer = new Hybrid(String.join(" ", words), Set.of(), fusion)
                        .search(generation, Query.of(SPACE, at, 30).filter(filter));
                isRanked(answer.found(), fused, 30);
                assertThat(answer.parts()).hasSize(30);
                for (int i = 0; i < 30; i++) {
                    String id = answer.found().neighbors().get(i).id();
                    Hybrid.Parts parts = answer.parts().get(i);
                    assertThat(parts.similarity()).isCloseTo(similar.get(id), within(1e-5));
                    if (bm25.containsKey(id)) {
                        assertThat(parts.words()).isCloseTo(bm25.get(id), within(1e-4));
                    } else {
                        assertThat(parts.words()).isNull();
                    }
                }
            }
        }
    }

    private static Map<String, Double> fused(Map<String, Double> similar, Map<String, Double> words, Fusion fusion) {
        double low = similar.values().stream().mapToDouble(s -> s).min().orElseThrow();
        double high = similar.values().stream().mapToDouble(s -> s).max().orElseThrow();
        double top = words.values().stream().mapToDouble(s -> s).max().orElseThrow();
        Map<String, Double> fused = new HashMap<>();
        Set<String> all = new HashSet<>(similar.keySet());
        all.addAll(words.keySet());
        for (String id : all) {
            double sum = switch (fusion) {
                case Fusion.Weights(double weight) ->
                    (1 - weight) * (similar.get(id) - low) / (high - low) + weight * words.getOrDefault(id, 0.0) / top;
                case Fusion.ReciprocalRanks(int constant) ->
                    1.0 / (constant + rank(id, similar))
                            + (words.containsKey(id) ? 1.0 / (constant + rank(id, words)) : 0);
            };
            fused.put(id, sum);
        }
        return fused;
    }

    /** Scores that are as good as equal are equal in the view's single precision, and go by id. */
    private static long rank(String id, Map<String, Double> scores) {
        return 1
                + scores.entrySet().stream()
                        .filter(other -> {
                            double ahead = other.getValue() - scores.get(id);
                            return ahead > 1e-6
                                    || Math.abs(ahead) <= 1e-6 && other.getKey().compareTo(id) < 0;
                        })
                        .count();
    }

    @Test
    void whatHasNoWordsIsRefused() {
        Hybrid hybrid = new Hybrid("w1", Set.of(), Fusion.usual());
        Query query = Query.of(SPACE, new float[3], 5);
        try (ExactIndex rows = ExactIndex.create(dir.resolve("rows"), SPACE)) {
            assertThatThrownBy(() -> hybrid.search(rows, query))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            r -> assertThat(r.line()).contains("keeps no words", "--engine exact or graph"));
        }
        try (Generation generation = filled(texts(Keyed.of(1)), "body")) {
            assertThatThrownBy(() -> generation.words(new WordQuery("w1", Set.of("bdoy"), 5, Filter.everything())))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            r -> assertThat(r.line())
                                    .isEqualTo("words: no item has a field 'bdoy'; did you mean 'body'?"));
            assertThatThrownBy(() -> WordQuery.of("  ", 5)).isInstanceOf(Refusal.class);
            assertThatThrownBy(() -> hybrid.search(generation, query.after(new After(0, "t1"))))
                    .isInstanceOf(Refusal.class);
            assertThatThrownBy(() -> new Fusion.Weights(1.5)).isInstanceOf(Refusal.class);
        }
    }
}
