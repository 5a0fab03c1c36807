package dev.kindred.demo;

import dev.kindred.core.metric.Rankings;
import dev.kindred.demo.WordNet.Sense;
import java.util.List;

/**
 * Whether words are found by their definitions: a query is the definition of a meaning that was never taught, the gallery every word, a
 * hit any word of that meaning.
 *
 * @param at1 share of the queries whose first word is right
 * @param at10 share with a right one among the first ten
 */
public record WordRecall(double at1, double at10, int queries) {
    /** Words looked at for each query. */
    public static final int DEPTH = 10;

    /**
     * @param found for each of {@link Words#queries()} rows of {@link Words#senses()}, at least {@link #DEPTH} deep where so many were
     *     found
     */
    public static WordRecall of(Words words, Rankings found) {
        List<Sense> queries = words.queries();
        if (found.queries() != queries.size()) {
            throw new IllegalArgumentException(found.queries() + " rankings for " + queries.size() + " queries");
        }
        int first = 0;
        int ten = 0;
        for (int q = 0; q < queries.size(); q++) {
            int[] rows = found.documents()[q];
            for (int rank = 0; rank < Math.min(DEPTH, rows.length); rank++) {
                if (words.senses()
                        .get(rows[rank])
                        .meaning()
                        .equals(queries.get(q).meaning())) {
                    first += rank == 0 ? 1 : 0;
                    ten++;
                    break;
                }
            }
        }
        double n = Math.max(1, queries.size());
        return new WordRecall(first / n, ten / n, queries.size());
    }
}
