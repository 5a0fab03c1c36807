package dev.kindred.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.LabelledPairs;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What validation says, against values worked by hand. */
class JudgingTest {

    @Test
    void gradedPairsAreToldByOrder() {
        // Ranks 1 2 3 4 against 1 3 2 4: Spearman 1 - 6 * 2 / (4 * 15) = 0.8.
        Lesson.Judged judged = Judging.graded(new double[] {0.1, 0.2, 0.3, 0.9}, new double[] {0, 3, 2, 5});
        assertThat(judged.chosenBy().name()).isEqualTo("Spearman");
        assertThat(judged.chosenBy().value()).isCloseTo(0.8, within(1e-12));
        assertThat(Judging.graded(new double[] {1, 1, 1}, new double[] {0, 3, 2})
                        .chosenBy()
                        .value())
                .isZero();
    }

    @Test
    void answeredPairsAreToldByPrecision() {
        // Same at places 1 and 3 of four: (1 + 2/3) / 2; of the four comparisons three are right.
        Lesson.Judged judged = Judging.answered(new double[] {0.9, 0.8, 0.7, 0.1}, new double[] {1, 0, 1, 0});
        assertThat(judged.chosenBy().value()).isCloseTo((1 + 2.0 / 3) / 2, within(1e-12));
        assertThat(judged.beside().value()).isCloseTo(0.75, within(1e-12));
    }

    @Test
    void matchesAreToldByTheRankOfWhatBelongs() {
        // On a line by angle: sample 0 asks for 2, which stands second after 3; itself is no answer.
        float[] values = new float[8];
        double[] angles = {0, 1.0, 0.3, 0.2};
        for (int i = 0; i < 4; i++) {
            values[2 * i] = (float) Math.cos(angles[i]);
            values[2 * i + 1] = (float) Math.sin(angles[i]);
        }
        Lesson.Matches lesson = new Lesson.Matches(
                new int[] {0, 1},
                new int[] {2, 3},
                new int[2][0],
                Map.of(0, Set.of(2), 1, Set.of(3, 2)),
                new int[0],
                new int[0],
                new int[] {0, 1},
                new int[] {0, 2, 3});
        try (Workers workers = Workers.of(1)) {
            Embeddings embeddings = new Embeddings(Space.external("test", 2, Distance.COSINE), 4, values);
            Lesson.Judged judged = lesson.judge(embeddings, workers);
            assertThat(lesson.validation()).containsExactly(0, 1, 2, 3);
            assertThat(judged.chosenBy().value()).isCloseTo((0.5 + 1) / 2, within(1e-12));
            assertThat(judged.beside().value()).isCloseTo(0.5, within(1e-12));
        }
    }

    /** A comparator is judged by what it will say: logits that no score of 32 bits tells apart are a tie. */
    @Test
    void comparedPairsAreToldByTheScoresThatAreSealed() {
        LabelledPairs pairs = new LabelledPairs(new int[3], new int[] {1, 2, 3}, new boolean[] {true, true, false});
        Space logits = Space.external("logit", 1, Distance.DOT);
        try (Workers workers = Workers.of(1)) {
            Lesson.Compared lesson = new Lesson.Compared(pairs, 1);
            assertThat(judged(lesson, new Embeddings(logits, 2, new float[] {3.02f, 3.01f}), workers))
                    .isEqualTo(1);
            assertThat(judged(lesson, new Embeddings(logits, 2, new float[] {2e5f, 1e5f}), workers))
                    .isEqualTo(0.5);
        }
    }

    private static double judged(Lesson lesson, Embeddings logits, Workers workers) {
        return lesson.judge(logits, workers).chosenBy().value();
    }
}
