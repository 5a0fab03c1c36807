package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the rows of a matrix, row by row in its order. For {@code x.npy} it is found in {@code x.labels.csv}
 * or {@code .tsv} (a header; {@code label}, {@code id}, and attributes), in {@code x.labels.txt} (a label a line) and in
 * {@code x.ids.txt} (an id a line), or in the file that {@code --labels} names.
 */
final class RowLabels {
    private final @Nullable Path file;
    private final List<Entry> entries;

    private RowLabels(@Nullable Path file, List<Entry> entries) {
        this.file = file;
        this.entries = entries;
    }

    static RowLabels none() {
        return new RowLabels(null, List.of());
    }

    /** @param entries one a row; their ids are taken */
    static RowLabels of(Path file, List<Entry> entries) {
        return new RowLabels(file, entries);
    }

    static RowLabels beside(Path matrix, Gathering gathering) {
        Path chosen = gathering.options().labels();
        String name = String.valueOf(matrix.getFileName());
        String bare = name.toLowerCase(Locale.ROOT).endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        String stem = bare.contains(".") ? bare.substring(0, bare.lastIndexOf('.')) : bare;
        Path labels = chosen != null
                ? chosen
                : Stream.of(".labels.csv", ".labels.tsv", ".labels.txt")
                        .map(end -> matrix.resolveSibling(stem + end))
                        .filter(Files::isRegularFile)
                        .findFirst()
                        .orElse(null);
        Path ids = matrix.resolveSibling(stem + ".ids.txt");
        RowLabels named = Files.isRegularFile(ids) ? new RowLabels(ids, lines(ids, true)) : none();
        if (labels == null) {
            return named;
        }
        RowLabels labelled = new RowLabels(
                labels, TextLines.withoutGz(labels).endsWith(".txt") ? lines(labels, false) : table(labels, gathering));
        return named.file == null ? labelled : labelled.named(named);
    }

    private static List<Entry> lines(Path path, boolean ids) {
        List<Entry> entries = new ArrayList<>();
        try (TextLines lines = TextLines.open(path)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                String row = String.valueOf(entries.size());
                entries.add(
                        ids ? new Entry(line, null, Map.of()) : new Entry(row, line.isBlank() ? null : line, Map.of()));
            }
        }
        return entries;
    }

    private static List<Entry> table(Path path, Gathering gathering) {
        List<Entry> entries = new ArrayList<>();
        try (Table table = Table.open(path, true)) {
            Roles roles = Roles.ofLabels(table.names(), gathering.options().columns(), path.toString());
            for (Table.Row row = table.next(); row != null; row = table.next()) {
                if (row.fault() != null) {
                    throw new Refusal(row.fault(), path + " line " + row.line(), "each row is a vector's: mend it");
                }
                String label = roles.cell("label", row);
                String id = roles.cell("id", row);
                entries.add(new Entry(
                        id == null || id.isEmpty() ? String.valueOf(entries.size()) : id,
                        label == null || label.isEmpty() ? null : label,
                        roles.attributes(row)));
            }
        }
        return entries;
    }

    /** The same under the ids of another file, which must name the same where both name some. */
    private RowLabels named(RowLabels ids) {
        requireCount(ids.entries.size(), Objects.requireNonNull(ids.file));
        List<Entry> both = new ArrayList<>();
        for (int row = 0; row < entries.size(); row++) {
            Entry entry = entries.get(row);
            String id = ids.entries.get(row).id();
            if (!entry.id().equals(id) && !entry.id().equals(String.valueOf(row))) {
                throw new Refusal(
                        "names '%s' in row %d, where %s names '%s'".formatted(entry.id(), row, ids.file, id),
                        String.valueOf(file),
                        "bring both into one order");
            }
            both.add(new Entry(id, entry.label(), entry.attributes()));
        }
        return new RowLabels(file, both);
    }

    /** Refuses where there are labels, but not one for each row. */
    void requireCount(int rows, Path matrix) {
        if (file != null && entries.size() != rows) {
            throw new Refusal(
                    "has %,d rows where %s has %,d".formatted(entries.size(), matrix, rows),
                    file.toString(),
                    "give each row one");
        }
    }

    String id(int row) {
        return file == null ? String.valueOf(row) : entries.get(row).id();
    }

    @Nullable
    String label(int row) {
        return file == null ? null : entries.get(row).label();
    }

    Map<String, String> attributes(int row) {
        return file == null ? Map.of() : entries.get(row).attributes();
    }
}
