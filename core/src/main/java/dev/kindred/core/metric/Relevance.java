package dev.kindred.core.metric;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which documents answer which queries, and how well: what TREC calls qrels. A grade above zero is relevant; a document that was not
 * judged, or judged zero or less, is not.
 */
public final class Relevance {
    private final int documents;
    private final int[][] judged;
    private final double[][] grades;

    private Relevance(int documents, int[][] judged, double[][] grades) {
        this.documents = documents;
        this.judged = judged;
        this.grades = grades;
    }

    /**
     * @param queries rows of queries
     * @param documents rows of documents
     * @param query the query's row, one a judgement
     * @param document the document's row, one a judgement; of a pair judged twice the last counts
     * @param grade finite, one a judgement
     */
    public static Relevance of(int queries, int documents, int[] query, int[] document, double[] grade) {
        if (query.length != document.length || query.length != grade.length) {
            throw new IllegalArgumentException("one query, document and grade a judgement");
        }
        // Stable, so that of equal pairs the last given stays last.
        Integer[] order = IntStream.range(0, query.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, (a, b) -> query[a] != query[b] ? query[a] - query[b] : document[a] - document[b]);
        int[][] judged = new int[queries][];
        double[][] grades = new double[queries][];
        int at = 0;
        for (int q = 0; q < queries; q++) {
            int from = at;
            while (at < order.length && query[order[at]] == q) {
                at++;
            }
            int[] rows = new int[at - from];
            double[] values = new double[at - from];
            int n = 0;
            for (int i = from; i < at; i++) {
                int row = document[order[i]];
                if (row < 0 || row >= documents || !Double.isFinite(grade[order[i]])) {
                    throw new IllegalArgumentException("document " + row + " of grade " + grade[order[i]]);
                }
                if (n > 0 && rows[n - 1] == row) {
                    n--;
                }
                rows[n] = row;
                values[n++] = grade[order[i]];
            }
            judged[q] = Arrays.copyOf(rows, n);
            grades[q] = Arrays.copyOf(values, n);
        }
        if (at < order.length) {
            throw new IllegalArgumentException("query " + query[order[at]] + " of " + queries);
        }
        return new Relevance(documents, judged, grades);
    }

    public int queries() {
        return judged.length;
    }

    public int documents() {
        return documents;
    }

    /** The grade of a document for a query; zero where it was not judged. */
    public double grade(int query, int document) {
        int at = Arrays.binarySearch(judged[query], document);
        return at < 0 ? 0 : grades[query][at];
    }

    /** The documents of a grade above zero, by row. */
    public int[] relevant(int query) {
        return IntStream.range(0, judged[query].length)
                .filter(i -> grades[query][i] > 0)
                .map(i -> judged[query][i])
                .toArray();
    }

    /** The grades above zero, highest first. */
    double[] ideal(int query) {
        double[] rising =
                Arrays.stream(grades[query]).filter(g -> g > 0).sorted().toArray();
        double[] falling = new double[rising.length];
        for (int i = 0; i < rising.length; i++) {
            falling[i] = rising[rising.length - 1 - i];
        }
        return falling;
    }
}
