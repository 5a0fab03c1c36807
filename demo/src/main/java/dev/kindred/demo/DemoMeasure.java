package dev.kindred.demo;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.ScoreTiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How well an embedding finds <em>the same thing by another hand</em> among icons it was not taught on. A query's gallery is every icon of
 * every other family, whatever its name; a hit has the query's name. The query's twins ({@link Hands}) stand in no gallery of it, and a
 * query with no hit to find is no query. A tie counts against the embedding.
 */
public final class DemoMeasure {
    /** Choices in a one-of-many trial; chance is one in as many. */
    public static final int WAYS = 20;

    private static final int BLOCK = 32;

    private final IconSplit split;
    private final List<Icon> icons;

    /** Of each row a number for its name and one for its family: the inner loops compare numbers. */
    private final int[] name;

    private final int[] family;
    private final int[] unseenNames;
    private final int[] unseenFamily;
    private final List<int[]> trials;

    /** @param seed draws the trials */
    public DemoMeasure(IconSplit split, long seed) {
        this.split = split;
        this.icons = split.icons();
        Map<String, int[]> byName = Hands.rowsByName(icons);
        this.family = icons.stream().mapToInt(icon -> icon.family().ordinal()).toArray();
        this.name = new int[icons.size()];
        byName.values().forEach(rows -> Arrays.stream(rows).forEach(row -> name[row] = rows[0]));
        this.unseenNames = answerable(split.ofUnseenNames(), byName);
        this.unseenFamily = answerable(split.ofUnseenFamily(), byName);
        this.trials = draw(byName, seed);
    }

    /**
     * Shares of queries, from 0 to 1, with a hit among the first 1, 5 and 10.
     *
     * @param queries how many
     */
    public record Recall(double at1, double at5, double at10, int queries) {}

    /**
     * @param unseenNames queries: every icon of an unseen name
     * @param twentyWay share of trials won: an unseen name's icon, and of one other family the same name and 19 others
     * @param trials how many
     * @param unseenFamily queries: every icon of the unseen family
     */
    public record Figures(Recall unseenNames, double twentyWay, int trials, Recall unseenFamily) {}

    /**
     * @param embeddings of the split's icons, in their order
     * @throws dev.kindred.core.Refusal for an embedding that is not finite
     */
    public Figures measure(Workers workers, Embeddings embeddings) {
        if (embeddings.count() != icons.size()) {
            throw new IllegalArgumentException(embeddings.count() + " embeddings for " + icons.size() + " icons");
        }
        int[] queries = IntStream.concat(Arrays.stream(unseenNames), Arrays.stream(unseenFamily))
                .toArray();
        int[] before = before(workers, embeddings, queries);
        return new Figures(
                recall(Arrays.copyOf(before, unseenNames.length)),
                won(embeddings),
                trials.size(),
                recall(Arrays.copyOfRange(before, unseenNames.length, before.length)));
    }

    /** For each query the wrong icons at least as near as the nearest right one. */
    private int[] before(Workers workers, Embeddings embeddings, int[] queries) {
        ScoreTiles tiles = ScoreTiles.of(embeddings.select(queries), embeddings);
        int stride = ScoreTiles.stride(0, icons.size());
        int[] before = new int[queries.length];
        workers.blocks(queries.length, BLOCK, (from, to) -> {
            float[] scores = new float[(to - from) * stride];
            tiles.scores(from, to, 0, icons.size(), scores);
            for (int q = from; q < to; q++) {
                before[q] = before(queries[q], scores, (q - from) * stride);
            }
        });
        return before;
    }

    private int before(int query, float[] scores, int offset) {
        float right = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < name.length; j++) {
            if (name[j] == name[query] && hit(query, j)) {
                right = Math.max(right, scores[offset + j]);
            }
        }
        int before = 0;
        for (int j = 0; j < name.length; j++) {
            if (scores[offset + j] >= right && family[j] != family[query] && name[j] != name[query]) {
                before++;
            }
        }
        return before;
    }

    private boolean hit(int query, int other) {
        return name[other] == name[query]
                && family[other] != family[query]
                && !split.hands().twins(query, other);
    }

    private static Recall recall(int[] before) {
        return new Recall(within(before, 1), within(before, 5), within(before, 10), before.length);
    }

    private static double within(int[] before, int k) {
        return before.length == 0
                ? 0
                : (double) Arrays.stream(before).filter(wrong -> wrong < k).count() / before.length;
    }

    private int[] answerable(int[] rows, Map<String, int[]> byName) {
        return Arrays.stream(rows)
                .filter(query -> Arrays.stream(rows(byName, query)).anyMatch(j -> hit(query, j)))
                .toArray();
    }

    /** A trial for each query of an unseen name: the query, the right icon, and {@link #WAYS} − 1 of other names from the same family. */
    private List<int[]> draw(Map<String, int[]> byName, long seed) {
        Map<IconFamily, List<int[]>> drawn = new EnumMap<>(IconFamily.class);
        for (int[] rows : byName.values()) {
            Arrays.stream(rows)
                    .mapToObj(row -> icons.get(row).family())
                    .distinct()
                    .forEach(family -> drawn.computeIfAbsent(family, each -> new ArrayList<>())
                            .add(of(family, rows)));
        }
        List<int[]> all = new ArrayList<>();
        for (int query : unseenNames) {
            Keyed random = Keyed.of(seed, query);
            int[] right = Arrays.stream(rows(byName, query))
                    .filter(j -> hit(query, j))
                    .toArray();
            IconFamily[] families = Arrays.stream(right)
                    .mapToObj(j -> icons.get(j).family())
                    .distinct()
                    .toArray(IconFamily[]::new);
            IconFamily family = families[random.nextInt(families.length)];
            List<int[]> others = new ArrayList<>(drawn.getOrDefault(family, List.of()));
            others.removeIf(
                    rows -> icons.get(rows[0]).name().equals(icons.get(query).name()));
            if (others.size() >= WAYS - 1) {
                int[] trial = new int[1 + WAYS];
                trial[0] = query;
                trial[1] = any(of(family, right), random);
                for (int i = 2; i < trial.length; i++) {
                    trial[i] = any(others.remove(random.nextInt(others.size())), random);
                }
                all.add(trial);
            }
        }
        return List.copyOf(all);
    }

    private int[] of(IconFamily family, int[] rows) {
        return Arrays.stream(rows)
                .filter(row -> icons.get(row).family() == family)
                .toArray();
    }

    private static int any(int[] rows, Keyed random) {
        return rows[random.nextInt(rows.length)];
    }

    private int[] rows(Map<String, int[]> byName, int query) {
        return byName.getOrDefault(icons.get(query).name(), new int[0]);
    }

    private double won(Embeddings embeddings) {
        int won = 0;
        for (int[] trial : trials) {
            double right = embeddings.score(trial[0], trial[1]);
            won += Arrays.stream(trial, 2, trial.length).allMatch(other -> embeddings.score(trial[0], other) < right)
                    ? 1
                    : 0;
        }
        return trials.isEmpty() ? 0 : (double) won / trials.size();
    }
}
