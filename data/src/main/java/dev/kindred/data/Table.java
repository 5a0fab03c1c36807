package dev.kindred.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of named columns, read one after another. */
sealed interface Table extends AutoCloseable permits DelimitedTable, JsonLines, JsonTable, ParquetTable {

    Path path();

    /** The columns' names in order, without spaces around them; grows while rows of JSON bring new ones. */
    List<String> names();

    /** The names that the file itself gives its columns; empty where it gives none. */
    default List<String> header() {
        return names();
    }

    /** What a row's number counts: {@code line}, or {@code row} where the file has no lines. */
    default String place() {
        return "line";
    }

    /** For messages: the file and the row in it. */
    default String where(Row row) {
        return path() + " " + place() + " " + row.line();
    }

    /** The next row, or null after the last. */
    @Nullable
    Row next();

    @Override
    void close();

    /**
     * One row.
     *
     * @param line where it begins, or its number where the file has no lines, from 1
     * @param cells by column; null where there is none, and shorter than the names where columns came later
     * @param arrays of numbers, by column
     * @param fault what is wrong with it, or null
     */
    record Row(
            long line,
            List<@Nullable String> cells,
            Map<Integer, float[]> arrays,
            @Nullable String fault) {
        @Nullable
        String cell(int column) {
            return column < cells.size() ? cells.get(column) : null;
        }
    }

    /** Whether a file of this name is read as a table. */
    static boolean named(Path path) {
        String name = TextLines.withoutGz(path);
        return name.endsWith(".csv")
                || name.endsWith(".tsv")
                || name.endsWith(".txt")
                || name.endsWith(".json")
                || name.endsWith(".parquet")
                || name.endsWith(".jsonl")
                || name.endsWith(".ndjson");
    }

    /** @param header whether the first row of a delimited table names the columns */
    static Table open(Path path, boolean header) {
        String name = TextLines.withoutGz(path).toLowerCase(Locale.ROOT);
        if (name.endsWith(".parquet")) {
            return ParquetTable.open(path);
        }
        TextLines lines = TextLines.open(path);
        try {
            if (name.endsWith(".json")) {
                return JsonTable.of(lines);
            }
            if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
                return new JsonLines(lines);
            }
            if (name.endsWith(".txt")) {
                return DelimitedTable.ofLines(lines);
            }
            boolean csv = name.endsWith(".csv");
            return DelimitedTable.of(lines, new Delimited(lines, csv ? ',' : '\t', csv), header);
        } catch (RuntimeException e) {
            lines.close();
            throw e;
        }
    }
}
