package dev.kindred.evaluate;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Rankings;
import dev.kindred.core.metric.Relevance;
import dev.kindred.data.Dataset;
import dev.kindred.data.Examples;
import dev.kindred.data.Examples.Judgement;
import dev.kindred.data.Kind;
import dev.kindred.data.Problem;
import dev.kindred.encode.LearnedDistance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Queries, a corpus and what answers what, each side encoded in its role.
 *
 * @param relevance of the rows that could be decoded
 */
record JudgedSet(Examples.Judged judged, Encoded queries, Encoded corpus, Relevance relevance) {

    static JudgedSet of(
            Subject subject, Examples.Judged judged, EvaluationOptions options, Workers workers, Progress progress) {
        Encoded corpus = subject.encode(Encoded.DOCUMENT, judged.corpus(), options, workers, progress);
        Encoded queries = subject.encode(Encoded.QUERY, judged.queries(), options, workers, progress);
        int[] queryPlaces = queries.places(judged.queries().size());
        int[] documentPlaces = corpus.places(judged.corpus().size());
        List<Judgement> kept = judged.judgements().stream()
                .filter(j -> queryPlaces[j.query()] >= 0 && documentPlaces[j.document()] >= 0)
                .toList();
        Relevance relevance = Relevance.of(
                queries.samples().size(),
                corpus.samples().size(),
                kept.stream().mapToInt(j -> queryPlaces[j.query()]).toArray(),
                kept.stream().mapToInt(j -> documentPlaces[j.document()]).toArray(),
                kept.stream().mapToDouble(Judgement::grade).toArray());
        return new JudgedSet(judged, queries, corpus, relevance);
    }

    /**
     * Pairs that are the same, as queries (what stands on the left) and their answers (among all that stands on the right).
     *
     * @throws Refusal where a pair is graded
     */
    static Examples.Judged of(Examples.Pairs pairs) {
        if (pairs.graded()) {
            throw new Refusal("graded pairs are no queries with answers", "--task", "say --task sts");
        }
        int[] left = IntStream.of(pairs.left()).distinct().toArray();
        int[] right = IntStream.of(pairs.right()).distinct().toArray();
        int[] queryOf = places(left, pairs.samples());
        int[] documentOf = places(right, pairs.samples());
        Map<List<Integer>, Judgement> judgements = new LinkedHashMap<>();
        for (int p = 0; p < pairs.size(); p++) {
            int query = queryOf[pairs.left()[p]];
            int document = documentOf[pairs.right()[p]];
            judgements.put(List.of(query, document), new Judgement(query, document, pairs.scores()[p]));
        }
        return new Examples.Judged(
                pairs.samples().subset(left), pairs.samples().subset(right), List.copyOf(judgements.values()));
    }

    private static int[] places(int[] rows, Dataset samples) {
        int[] places = new int[samples.size()];
        for (int i = 0; i < rows.length; i++) {
            places[rows[i]] = i;
        }
        return places;
    }

    /** @param comparator what reorders the first that were found, or null */
    RankedTask.Result ranked(@Nullable LearnedDistance comparator, EvaluationOptions options, Workers workers) {
        int depth = Rankings.DEPTH;
        Rankings found =
                Rankings.nearest(queries.views().encoder(), corpus.views().encoder(), depth, workers);
        Map<String, Rankings> baselines = new LinkedHashMap<>();
        if (comparator != null) {
            baselines.put(
                    Views.RERANKED,
                    Reranking.of(
                            found, queries.views().encoder(), corpus.views().encoder(), comparator));
        }
        queries.views().baselines().forEach((name, view) -> {
            var documents = corpus.views().baselines().get(name);
            if (documents != null) {
                baselines.put(name, Rankings.nearest(view, documents, depth, workers));
            }
        });
        if (judged.corpus().kind() == Kind.TEXT && options.baselines()) {
            try (Bm25 bm25 = Bm25.of(documents())) {
                Rankings words = bm25.rankings(asked(), depth, workers);
                baselines.put("bm25", words);
                baselines.put("hybrid", Rankings.fused(found, words, depth));
            }
        }
        return RankedTask.run(relevance, found, baselines, options.seed());
    }

    /** The queries in words. */
    List<String> asked() {
        return LabelledSet.texts(judged.queries(), queries.rows());
    }

    /** The documents in words. */
    List<String> documents() {
        return LabelledSet.texts(judged.corpus(), corpus.rows());
    }

    List<Problem> failures() {
        return Stream.concat(queries.failures().stream(), corpus.failures().stream())
                .toList();
    }

    List<String> warnings() {
        List<String> warnings = new ArrayList<>(judged.queries().warnings());
        judged.corpus().warnings().stream().filter(w -> !warnings.contains(w)).forEach(warnings::add);
        queries.notes().forEach(note -> warnings.add("of the queries, " + note));
        corpus.notes().forEach(note -> warnings.add("of the documents, " + note));
        return warnings;
    }

    String sentence() {
        return String.format(
                Locale.ROOT,
                "Measured on %,d queries against %,d documents.",
                queries.samples().size(),
                corpus.samples().size());
    }
}
