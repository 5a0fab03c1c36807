package dev.kindred.data;

import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One-shot trials: which of these candidates is the same as the query? */
public record Episodes(List<Trial> trials) {
    private static final List<String> COLUMNS = List.of("episode", "query", "candidate", "match");

    public Episodes {
        trials = List.copyOf(trials);
    }

    /**
     * @param episode its name; trials of one episode share their candidates
     * @param query a sample's id
     * @param candidates ids, one of them right
     * @param match the index of the right one
     */
    public record Trial(String episode, String query, List<String> candidates, int match) {}

    /** The largest number of candidates. */
    public int way() {
        return trials.stream().mapToInt(t -> t.candidates().size()).max().orElse(0);
    }

    /** Every id that is asked or offered, once, in the order of its first use. */
    public List<String> ids() {
        Set<String> ids = new LinkedHashSet<>();
        for (Trial trial : trials) {
            ids.add(trial.query());
            ids.addAll(trial.candidates());
        }
        return List.copyOf(ids);
    }

    /**
     * Reads {@code episode,query,candidate,match}: a row for each candidate of each query, match 1 for the right one
     * and 0 for the rest.
     *
     * @param root finds the pictures, whose paths are relative to DATA and go into zips
     * @throws Refusal naming file, line and column
     */
    public static Episodes read(Path csv, Located root) {
        Map<String, Map<String, Asked>> byEpisode = new LinkedHashMap<>();
        Set<String> seen = new LinkedHashSet<>();
        try (TextLines lines = TextLines.open(csv)) {
            Delimited rows = new Delimited(lines, ',', true);
            Delimited.Row header = rows.next();
            if (header == null) {
                throw new Refusal("is empty", csv.toString(), "its header is " + String.join(",", COLUMNS));
            }
            int[] at = new int[COLUMNS.size()];
            for (int i = 0; i < at.length; i++) {
                at[i] = header.fields().indexOf(COLUMNS.get(i));
                if (at[i] < 0) {
                    throw new Refusal(
                            "has no column '" + COLUMNS.get(i) + "'",
                            csv + " line 1",
                            "its header is " + String.join(",", COLUMNS));
                }
            }
            for (Delimited.Row row = rows.next(); row != null; row = rows.next()) {
                if (row.fault() != null
                        || row.fields().size() != header.fields().size()) {
                    String fault = row.fault() == null ? "has " + row.fields().size() + " columns" : row.fault();
                    throw new Refusal(fault, csv + " line " + row.line(), "its header is " + String.join(",", COLUMNS));
                }
                take(row, at, csv, root, seen, byEpisode);
            }
        }
        List<Trial> trials = new ArrayList<>();
        byEpisode.forEach(
                (episode, queries) -> queries.forEach((query, asked) -> trials.add(asked.trial(csv, episode, query))));
        if (trials.isEmpty()) {
            throw new Refusal("holds no episode", csv.toString(), "give it rows");
        }
        return new Episodes(trials);
    }

    private static void take(
            Delimited.Row row,
            int[] at,
            Path csv,
            Located root,
            Set<String> seen,
            Map<String, Map<String, Asked>> byEpisode) {
        String[] value = new String[at.length];
        for (int i = 0; i < at.length; i++) {
            value[i] = row.fields().get(at[i]);
        }
        for (int i = 1; i <= 2; i++) {
            if (seen.add(value[i])) {
                try {
                    root.resolve(value[i]);
                } catch (Refusal bad) {
                    throw new Refusal(
                            "'" + value[i] + "' " + bad.what(),
                            csv + " line " + row.line() + ", column " + COLUMNS.get(i),
                            bad.hint(),
                            bad);
                }
            }
        }
        boolean match = switch (value[3].strip()) {
            case "1", "true" -> true;
            case "0", "false" -> false;
            default ->
                throw new Refusal(
                        "'" + value[3] + "' is neither 0 nor 1",
                        csv + " line " + row.line() + ", column match",
                        "write 1 for the right candidate");
        };
        Asked asked = byEpisode
                .computeIfAbsent(value[0], k -> new LinkedHashMap<>())
                .computeIfAbsent(value[1], k -> new Asked(row.line()));
        if (match && asked.match >= 0) {
            throw new Refusal(
                    "a second candidate is right for the same query",
                    csv + " line " + row.line() + ", column match",
                    "one is right");
        }
        if (match) {
            asked.match = asked.candidates.size();
        }
        asked.candidates.add(value[2]);
    }

    /** A query being read. */
    private static final class Asked {
        private final long line;
        private final List<String> candidates = new ArrayList<>();
        private int match = -1;

        Asked(long line) {
            this.line = line;
        }

        Trial trial(Path csv, String episode, String query) {
            if (match < 0 || candidates.size() < 2) {
                throw new Refusal(
                        match < 0
                                ? "no candidate is right for " + query + " of episode " + episode
                                : "there is one candidate only for " + query + " of episode " + episode,
                        csv + " line " + line,
                        "give each query its candidates, one of them with match 1");
            }
            return new Trial(episode, query, List.copyOf(candidates), match);
        }
    }

    /**
     * Draws trials: the query and one candidate are two different samples of one class, the other candidates are
     * samples of other classes. Each trial is a function of (seed, its number). Parents take turns, so each gives as
     * many trials as any other.
     *
     * @param way candidates a trial, at least 2
     * @param withinParent all classes of a trial share a parent (an alphabet); labels that are not nested count as
     *     one parent
     */
    public static Episodes draw(Dataset data, int way, int trials, long seed, boolean withinParent) {
        if (way < 2 || trials < 1) {
            throw new Refusal(trials + " trials of " + way + " ways", "--way", "at least one trial of at least 2 ways");
        }
        List<int[][]> parents = parents(data, way, withinParent);
        List<Trial> drawn = new ArrayList<>(trials);
        for (int t = 0; t < trials; t++) {
            int[][] classes = parents.get(t % parents.size());
            Keyed random = Keyed.of(seed, 0xE715L, t);
            int[] order = new int[classes.length];
            Arrays.setAll(order, i -> i);
            // The first `way` places of a Fisher–Yates shuffle from the front.
            for (int i = 0; i < way; i++) {
                int j = i + random.nextInt(order.length - i);
                int swap = order[i];
                order[i] = order[j];
                order[j] = swap;
            }
            int match = random.nextInt(way);
            List<String> candidates = new ArrayList<>(way);
            String query = "";
            for (int i = 0; i < way; i++) {
                int[] rows = classes[order[i]];
                int chosen = random.nextInt(rows.length);
                candidates.add(data.entry(rows[chosen]).id());
                if (i == match) {
                    int other = random.nextInt(rows.length - 1);
                    query = data.entry(rows[other < chosen ? other : other + 1]).id();
                }
            }
            drawn.add(new Trial("trial" + (t + 1), query, candidates, match));
        }
        return new Episodes(drawn);
    }

    /** For each parent with enough classes, the rows of those of its classes that have two samples. */
    private static List<int[][]> parents(Dataset data, int way, boolean withinParent) {
        Map<String, List<int[]>> byParent = new TreeMap<>();
        int[][] byClass = data.rowsByClass();
        for (int c = 0; c < byClass.length; c++) {
            if (byClass[c].length > 1) {
                String parent = withinParent ? Dataset.parent(data.classes().get(c)) : null;
                byParent.computeIfAbsent(parent == null ? "" : parent, k -> new ArrayList<>())
                        .add(byClass[c]);
            }
        }
        List<int[][]> parents = new ArrayList<>();
        int largest = 0;
        for (List<int[]> classes : byParent.values()) {
            largest = Math.max(largest, classes.size());
            if (classes.size() >= way) {
                parents.add(classes.toArray(int[][]::new));
            }
        }
        if (parents.isEmpty()) {
            throw new Refusal(
                    "%d ways need %d classes of two samples%s; there are %d"
                            .formatted(way, way, withinParent ? " in one parent" : "", largest),
                    "DATA",
                    largest < 2 ? "give more classes of more samples" : "say --way " + largest);
        }
        return parents;
    }
}
