package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScoreTilesTest {
    @ParameterizedTest
    @EnumSource(Distance.class)
    void tilesAgreeWithDoubleLoops(Distance distance) {
        for (long seed = 0; seed < 30; seed++) {
            Keyed random = Keyed.of(seed, 77);
            int n = 1 + random.nextInt(90);
            int m = 1 + random.nextInt(150);
            int d = 1 + random.nextInt(100);
            Embeddings rows = Drawn.of(seed, n, 1, d, 1, distance).embeddings();
            Embeddings items = Drawn.of(seed + 1000, m, 1, d, 1, distance).embeddings();
            ScoreTiles tiles = ScoreTiles.of(rows, items);
            int from = random.nextInt(n);
            int itemFrom = random.nextInt(m) / ScoreTiles.WIDTH * ScoreTiles.WIDTH;
            int stride = ScoreTiles.stride(itemFrom, m);
            float[] out = new float[(n - from) * stride];
            tiles.scores(from, n, itemFrom, m, out);
            for (int i = from; i < n; i++) {
                for (int j = itemFrom; j < m; j++) {
                    double expected = distance.score(rows.values(), i * d, items.values(), j * d, d);
                    double longest = distance == Distance.COSINE ? 1 : length(rows, i) * length(items, j);
                    double size = distance == Distance.L2 ? length(rows, i) + length(items, j) : longest;
                    assertThat((double) out[(i - from) * stride + j - itemFrom])
                            .as("seed %d row %d item %d", seed, i, j)
                            .isCloseTo(expected, within(4e-7 * Math.sqrt(d) * size + 1e-9));
                }
            }
        }
    }

    @Test
    void nearVectorsKeepTheirDistance() {
        int d = 64;
        Embeddings rows = Drawn.of(1, 1, 1, d, 1, Distance.L2).embeddings();
        float[] nudged = rows.values().clone();
        nudged[5] += 1e-3f;
        Embeddings items = new Embeddings(rows.space(), 1, nudged);
        float[] out = new float[ScoreTiles.WIDTH];
        ScoreTiles.of(rows, items).scores(0, 1, 0, 1, out);
        assertThat((double) out[0]).isCloseTo(Distance.L2.score(rows.values(), nudged), within(1e-9));
    }

    @Test
    void aZeroVectorScoresNothingByCosine() {
        Embeddings zero = Drawn.onePerRow(Distance.COSINE, 0f, 2f);
        float[] out = new float[2 * ScoreTiles.WIDTH];
        ScoreTiles.of(zero, zero).scores(0, 2, 0, 2, out);
        assertThat(out[0]).isEqualTo(0f);
        assertThat(out[1]).isEqualTo(0f);
        assertThat(out[ScoreTiles.WIDTH + 1]).isEqualTo(1f);
    }

    @Test
    void whatIsNotFiniteIsRefusedByRow() {
        Embeddings bad = Drawn.onePerRow(Distance.COSINE, 1f, Float.NaN);
        assertThatThrownBy(() -> ScoreTiles.of(bad, bad))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.what()).contains("embedding 1"));
    }

    private static double length(Embeddings embeddings, int row) {
        return -Distance.L2.score(embeddings.row(row), new float[embeddings.dimension()]);
    }
}
