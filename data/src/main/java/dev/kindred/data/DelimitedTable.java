package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A .csv or .tsv with a header or without, or a .txt with one text a line. Where a header is looked for and the first row
 * is nothing but numbers, there is none (unless it counts its columns): the rows are vectors and the columns are named
 * by their position from 1.
 */
final class DelimitedTable implements Table {
    private final TextLines lines;
    private final @Nullable Delimited rows;
    private final List<String> names;
    private final int width;
    private boolean headless;
    private Delimited.@Nullable Row ahead;

    private DelimitedTable(TextLines lines, @Nullable Delimited rows, List<String> names, int width) {
        this.lines = lines;
        this.rows = rows;
        this.names = names;
        this.width = width;
    }

    static DelimitedTable of(TextLines lines, Delimited rows, boolean header) {
        if (!header) {
            return new DelimitedTable(lines, rows, List.of(), 0);
        }
        Delimited.Row first = rows.next();
        if (first == null) {
            throw new Refusal("is empty", lines.path().toString(), "give it a header and rows");
        }
        int count = first.fields().size();
        if (count > 1 && first.fields().stream().allMatch(Roles::isNumber) && !counts(first.fields())) {
            List<String> positions =
                    IntStream.rangeClosed(1, count).mapToObj(String::valueOf).toList();
            DelimitedTable bare = new DelimitedTable(lines, rows, positions, count);
            bare.ahead = first;
            bare.headless = true;
            return bare;
        }
        List<String> names = first.fields().stream().map(String::strip).toList();
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new Refusal("has two columns named '" + name + "'", lines.path() + " line 1", "rename one");
            }
        }
        return new DelimitedTable(lines, rows, names, names.size());
    }

    /** Whether these are the names that programs give to columns without any: 0, 1, 2, … or 1, 2, 3, … */
    private static boolean counts(List<String> fields) {
        String first = fields.getFirst().strip();
        int from = first.equals("0") ? 0 : 1;
        return IntStream.range(0, fields.size())
                .allMatch(i -> fields.get(i).strip().equals(String.valueOf(from + i)));
    }

    /** Each line that is not blank is a text. */
    static DelimitedTable ofLines(TextLines lines) {
        return new DelimitedTable(lines, null, List.of("text"), 1);
    }

    @Override
    public Path path() {
        return lines.path();
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public List<String> header() {
        return headless || rows == null ? List.of() : names;
    }

    @Override
    public @Nullable Row next() {
        if (rows == null) {
            String line = lines.next();
            while (line != null && line.isBlank()) {
                line = lines.next();
            }
            return line == null ? null : new Row(lines.number(), List.of(line), Map.of(), null);
        }
        Delimited.Row row = ahead == null ? rows.next() : ahead;
        ahead = null;
        if (row == null) {
            return null;
        }
        String fault = row.fault();
        if (fault == null && width > 0 && row.fields().size() != width) {
            fault = "has %d columns where the %s has %d"
                    .formatted(row.fields().size(), headless ? "first row" : "header", width);
        }
        return new Row(row.line(), Collections.unmodifiableList(row.fields()), Map.of(), fault);
    }

    @Override
    public void close() {
        lines.close();
    }
}
