package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.metric.Fusion;
import dev.kindred.core.metric.Rankings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A search by likeness and by words at once: both are asked of one moment to a depth of {@link #DEPTH} (or k, where that is more) under the query's
 * filter, and fused. With the usual fusion and the usual field this is what evaluation measures as {@code hybrid}.
 *
 * @param words whose sharing counts
 * @param fields to look for them in, none for the usual; see {@link WordQuery}
 */
public record Hybrid(String words, Set<String> fields, Fusion fusion) {
    /** As deep as evaluation ranks. */
    public static final int DEPTH = Rankings.DEPTH;

    public Hybrid {
        fields = Set.copyOf(fields);
    }

    /** What each side says of an item; null where it did not find it so far up. */
    public record Parts(
            @Nullable Double similarity, @Nullable Double words) {}

    /**
     * The best by both.
     *
     * @param found with the fused scores; equal ones by id. There is no next page: what is on it depends on how deep both were asked.
     * @param parts of each neighbour
     */
    public record Answer(Found found, List<Parts> parts) {
        public Answer {
            parts = List.copyOf(parts);
        }
    }

    /** @throws Refusal where the index keeps no words, a page after the first is asked for, and what a search refuses */
    public Answer search(EmbeddedIndex index, Query query) {
        if (query.after() != null) {
            throw new Refusal(
                    "what words and likeness find together is one page", "after", "ask for a greater k instead");
        }
        int depth = Math.max(query.k(), DEPTH);
        Generation.Both both =
                withWords(index).both(query.k(depth), new WordQuery(words, fields, depth, query.filter()));
        Found byWords = both.byWords();
        Found similar = both.similar();
        Map<String, Merged> merged = new HashMap<>();
        double[] similarities = fusion.ofSimilarities(scores(similar));
        for (int i = 0; i < similarities.length; i++) {
            Neighbor neighbor = similar.neighbors().get(i);
            merged.put(neighbor.id(), new Merged(neighbor, similarities[i], new Parts(neighbor.score(), null)));
        }
        double[] shared = fusion.ofWords(scores(byWords));
        for (int i = 0; i < shared.length; i++) {
            Neighbor neighbor = byWords.neighbors().get(i);
            merged.merge(
                    neighbor.id(),
                    new Merged(neighbor, shared[i], new Parts(null, neighbor.score())),
                    (one, other) -> new Merged(
                            one.neighbor, one.score + other.score, new Parts(one.parts.similarity, other.parts.words)));
        }
        List<Merged> best =
                merged.values().stream().sorted(Merged.ORDER).limit(query.k()).toList();
        List<Neighbor> neighbors = new ArrayList<>();
        best.forEach(each -> neighbors.add(new Neighbor(each.neighbor.id(), each.score, each.neighbor.payload())));
        Found found = new Found(
                similar.space(),
                neighbors,
                similar.exact() && byWords.exact(),
                similar.degraded() || byWords.degraded(),
                null);
        return new Answer(found, best.stream().map(Merged::parts).toList());
    }

    /** By words alone, with BM25's scores; no item that shares none. */
    public static Found words(EmbeddedIndex index, WordQuery query) {
        return withWords(index).words(query);
    }

    private static Generation withWords(EmbeddedIndex index) {
        return switch (index) {
            case Generation generation -> generation;
            case ExactIndex rows ->
                throw new Refusal(
                        "a rows file keeps no words to search by",
                        rows.folder().toString(),
                        "build the index with --engine exact or graph");
        };
    }

    private static double[] scores(Found found) {
        return found.neighbors().stream().mapToDouble(Neighbor::score).toArray();
    }

    private record Merged(Neighbor neighbor, double score, Parts parts) {
        static final Comparator<Merged> ORDER = Comparator.comparingDouble((Merged each) -> -each.score)
                .thenComparing(each -> each.neighbor.id().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);
    }
}
