package dev.kindred.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Keyed;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Rankings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Bm25Test {
    private static final Workers WORKERS = Workers.of(2);

    /** Robertson, Zaragoza 2009, equation 3.15 with Lucene's idf ln(1 + (N − n + ½)/(n + ½)), summed in double precision. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void scoresAgreeWithTheFormula(long seed) {
        Keyed random = Keyed.of(seed);
        List<List<String>> documents = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            List<String> words = new ArrayList<>();
            int length = random.nextInt(30);
            for (int w = 0; w < length; w++) {
                words.add("w" + Math.min(random.nextInt(40), random.nextInt(40)));
            }
            documents.add(words);
        }
        double mean = documents.stream().mapToInt(List::size).average().orElseThrow();
        long filled = documents.stream().filter(d -> !d.isEmpty()).count();
        mean = mean * documents.size() / filled;
        float[] scores = new float[60];
        try (Bm25 bm25 =
                Bm25.of(documents.stream().map(words -> String.join(" ", words)).toList())) {
            for (List<String> query : List.of(List.of("w3", "w7", "w3"), List.of("w39", "absent"), List.<String>of())) {
                bm25.scores(String.join(" ", query), scores);
                for (int i = 0; i < 60; i++) {
                    double expected = 0;
                    for (String word : query) {
                        long n =
                                documents.stream().filter(d -> d.contains(word)).count();
                        List<String> document = documents.get(i);
                        double tf = document.stream().filter(word::equals).count();
                        double idf = Math.log(1 + (filled - n + 0.5) / (n + 0.5));
                        expected += idf * tf / (tf + 1.2 * (0.25 + 0.75 * document.size() / mean));
                    }
                    assertThat((double) scores[i]).isCloseTo(expected, within(1e-5));
                }
            }
        }
    }

    @Test
    void stemsMeetAndStopWordsDoNot() {
        try (Bm25 bm25 = Bm25.of(List.of("the cat", "Running shoes", "the and of", "Übermaß für alle"))) {
            Rankings found = bm25.rankings(List.of("the run", "übermaß", "", "no such"), 10, WORKERS);
            assertThat(found.documents()[0]).containsExactly(1);
            assertThat(found.documents()[1]).containsExactly(3);
            assertThat(found.documents()[2]).isEmpty();
            assertThat(found.documents()[3]).isEmpty();
        }
    }

    @Test
    void aQueryOfManyThousandWordsIsAnswered() {
        StringBuilder words = new StringBuilder("needle ");
        for (int i = 0; i < 5_000; i++) {
            words.append('x').append(i).append(' ');
        }
        try (Bm25 bm25 = Bm25.of(List.of("hay", "needle"))) {
            assertThat(bm25.rankings(List.of(words.toString()), 10, WORKERS).documents()[0])
                    .containsExactly(1);
        }
    }
}
