package dev.kindred.evaluate;

import dev.kindred.core.Content;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Exclusion;
import dev.kindred.core.metric.Retrieval;
import dev.kindred.data.Dataset;
import dev.kindred.data.Kind;
import dev.kindred.encode.LearnedDistance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Samples of classes, encoded: what retrieval and verification by label are measured on. */
record LabelledSet(Subject subject, Dataset data, Encoded encoded, EvaluationOptions options, Workers workers) {
    /** Beyond these, words are not compared with words: it would take longer than the encoder. */
    private static final int MOST_TEXTS = 20_000;

    RetrievalTask.Result found() {
        Samples samples = encoded.samples();
        Map<String, Retrieval> beside = new LinkedHashMap<>();
        try (LearnedDistance comparator = subject.comparator(workers.threads()).orElse(null)) {
            if (comparator != null) {
                Retrieval.Scores reranked = Reranking.scores(encoded.views().encoder(), comparator);
                beside.put(
                        Views.RERANKED,
                        Retrieval.measure(
                                reranked, samples.labels(), samples.labels(), Exclusion.SELF, options.seed(), workers));
            }
        }
        beside.putAll(words());
        return RetrievalTask.run(
                samples, encoded.views(), beside, Exclusion.SELF, options.by(), options.seed(), workers);
    }

    VerificationTask.Result told() {
        try (LearnedDistance comparator = subject.comparator(workers.threads()).orElse(null)) {
            return VerificationTask.run(
                    encoded.samples(),
                    encoded.views(),
                    comparator,
                    subject.decision().orElse(null),
                    options.by(),
                    options.seed(),
                    workers);
        }
    }

    /** BM25 with every text as a query against all others, for texts. */
    private Map<String, Retrieval> words() {
        Map<String, Retrieval> baselines = new LinkedHashMap<>();
        if (options.baselines() && comparesWords(data)) {
            List<String> texts = texts(data, encoded.rows());
            int[] labels = encoded.samples().labels();
            try (Bm25 bm25 = Bm25.of(texts)) {
                baselines.put(
                        "bm25",
                        Retrieval.measure(
                                (query, scores) -> bm25.scores(texts.get(query), scores),
                                labels,
                                labels,
                                Exclusion.SELF,
                                options.seed(),
                                workers));
            }
        }
        return baselines;
    }

    /** Whether each text can be held against every other by its words: where there are texts, and not too many. */
    static boolean comparesWords(Dataset data) {
        return data.kind() == Kind.TEXT && data.size() <= MOST_TEXTS;
    }

    /** What a person should know of the data: its own warnings, and where words were not compared. */
    static List<String> warnings(Dataset data, Encoded encoded, EvaluationOptions options) {
        List<String> warnings = new ArrayList<>(data.warnings());
        warnings.addAll(encoded.notes());
        if (data.kind() == Kind.TEXT && options.baselines() && !comparesWords(data)) {
            warnings.add(String.format(
                    Locale.ROOT, "beyond %,d texts, words (BM25) are not measured beside the encoder", MOST_TEXTS));
        }
        return warnings;
    }

    /** The texts of these rows of a data set. */
    static List<String> texts(Dataset data, int[] rows) {
        return Arrays.stream(rows)
                .mapToObj(row -> data.content(row) instanceof Content.Text text ? text.value() : "")
                .toList();
    }

    Thumbnails thumbnails() {
        return new DatasetThumbnails(data, encoded.rows());
    }

    /** What was measured on, in a sentence. */
    String sentence() {
        Samples samples = encoded.samples();
        long labelled =
                IntStream.of(samples.labels()).filter(label -> label >= 0).count();
        return labelled == 0
                ? String.format(Locale.ROOT, "Measured on %,d samples.", samples.size())
                : String.format(
                        Locale.ROOT,
                        "Measured on %,d samples of %,d classes.",
                        samples.size(),
                        samples.classesPresent());
    }
}
