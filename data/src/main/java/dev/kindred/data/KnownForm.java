package dev.kindred.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Published sets whose own form, without a header, is told by the first line. */
enum KnownForm {
    /** STS Benchmark (Cer et al. 2017): TAB, no quoting; the score is 5th, the sentences 6th and 7th. */
    STS_B,
    /** Records to be matched (Li et al. 2021, Ditto): {@code COL name VAL value …} TAB the same TAB 0 or 1. */
    RECORDS;

    private static final Pattern FIELD = Pattern.compile("(?:^|\\s)COL (\\S+) VAL(?= |$)");

    static @Nullable KnownForm of(Path path) {
        String name = TextLines.withoutGz(path);
        if (!(name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".txt"))) {
            return null;
        }
        try (TextLines lines = TextLines.open(path)) {
            String first = lines.next();
            String[] fields = first == null ? new String[0] : first.split("\t", -1);
            if (fields.length >= 7 && !fields[4].isBlank() && TableReader.score(fields[4]) != null) {
                return STS_B;
            }
            if (fields.length == 3 && fields[0].startsWith("COL ") && fields[1].startsWith("COL ")) {
                return RECORDS;
            }
            return null;
        }
    }

    void read(Path path, String prefix, Gathering gathering, Tuples tuples) {
        try (TextLines lines = TextLines.open(path)) {
            Delimited rows = new Delimited(lines, '\t', false);
            for (Delimited.Row row = rows.next(); row != null; row = rows.next()) {
                String fault = this == STS_B
                        ? sentences(row, path, prefix, gathering, tuples)
                        : records(row, path, prefix, gathering, tuples);
                if (fault != null) {
                    gathering.problem(new Problem(path + " line " + row.line(), fault));
                }
            }
        }
    }

    private static @Nullable String sentences(
            Delimited.Row row, Path path, String prefix, Gathering gathering, Tuples tuples) {
        List<String> fields = row.fields();
        if (fields.size() < 7) {
            return "has %d columns where STS-B has at least 7".formatted(fields.size());
        }
        Double score = TableReader.score(fields.get(4));
        if (score == null) {
            return "has the score '" + fields.get(4) + "', which is no number";
        }
        List<Integer> sides = new ArrayList<>();
        for (int at = 5; at <= 6; at++) {
            if (fields.get(at).isBlank()) {
                return "has no sentence in column " + (at + 1);
            }
        }
        for (int at = 5; at <= 6; at++) {
            String text = gathering.whole(fields.get(at));
            String id = prefix + row.line() + (at == 5 ? ".left" : ".right");
            sides.add(tuples.row(text, id, Map.of(), new Origin.OfText(path, row.line(), text)));
        }
        tuples.pair(sides.get(0), sides.get(1), score);
        return null;
    }

    private static @Nullable String records(
            Delimited.Row row, Path path, String prefix, Gathering gathering, Tuples tuples) {
        List<String> fields = row.fields();
        if (fields.size() != 3) {
            return "has %d columns where a pair of records has 3".formatted(fields.size());
        }
        Double score = TableReader.score(fields.get(2));
        if (score == null || (score != 0 && score != 1)) {
            return "has the label '" + fields.get(2) + "', which is neither 0 nor 1";
        }
        List<Map<String, String>> sides = new ArrayList<>();
        for (int at = 0; at <= 1; at++) {
            Map<String, String> record = record(fields.get(at));
            if (record.isEmpty()) {
                return "has no value in its record of column " + (at + 1);
            }
            sides.add(record);
        }
        int[] rows = new int[2];
        for (int at = 0; at <= 1; at++) {
            String text = gathering.whole(String.join(" ", sides.get(at).values()));
            String id = prefix + row.line() + (at == 0 ? ".left" : ".right");
            rows[at] = tuples.row(fields.get(at).strip(), id, sides.get(at), new Origin.OfText(path, row.line(), text));
        }
        tuples.pair(rows[0], rows[1], score);
        return null;
    }

    /** The values by name, those that are empty left out. */
    static Map<String, String> record(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        Matcher field = FIELD.matcher(text);
        String name = null;
        int from = 0;
        while (field.find()) {
            put(values, name, text.substring(from, field.start()));
            name = field.group(1);
            from = field.end();
        }
        put(values, name, text.substring(from));
        return values;
    }

    private static void put(Map<String, String> values, @Nullable String name, String value) {
        if (name != null && !value.isBlank()) {
            values.merge(name, value.strip(), (a, b) -> a + " " + b);
        }
    }
}
