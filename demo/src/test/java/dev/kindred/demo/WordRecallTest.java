package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.metric.Rankings;
import dev.kindred.demo.WordNet.Sense;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WordRecallTest {
    private static final Words WORDS = new Words(
            List.of(
                    new Sense("dog", "noun", "n1", "it barks", 9),
                    new Sense("hound", "noun", "n1", "it barks", 3),
                    new Sense("cat", "noun", "n2", "it purrs", 8),
                    new Sense("tower", "noun", "n3", "it is high", 7)),
            Set.of("n1", "n2"));

    @Test
    void anyWordOfTheMeaningIsAHit() {
        int[][] found = {{1, 0, 2}, {3, 2}};
        WordRecall recall = WordRecall.of(WORDS, new Rankings(found, new double[][] {{3, 2, 1}, {2, 1}}));
        assertThat(recall).isEqualTo(new WordRecall(0.5, 1, 2));
    }

    @Test
    void beyondTheTenthNothingCounts() {
        int[] deep = {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0};
        int[][] found = {deep, {}};
        WordRecall recall = WordRecall.of(WORDS, new Rankings(found, new double[][] {new double[deep.length], {}}));
        assertThat(recall).isEqualTo(new WordRecall(0, 0, 2));
        assertThatThrownBy(() -> WordRecall.of(WORDS, new Rankings(new int[1][0], new double[1][0])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
