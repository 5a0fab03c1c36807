package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Attributes of samples in a table of their own. {@code attributes.csv} (or .tsv) at the root of a folder DATA: its
 * column {@code image} names pictures by their path relative to the folder, going into zips. {@code x.attributes.csv}
 * beside a table {@code x.csv}, {@code x.parquet} …: its column {@code id} names the rows by their id. Every other column
 * is an attribute, {@code label} is the class in place of the folder's name or where the table has none.
 */
final class Sidecar {
    private static final List<String> NAMES = List.of("attributes.csv", "attributes.tsv");

    private final Map<String, Map<String, String>> byId = new HashMap<>();
    private final Set<String> used = new HashSet<>();

    private Sidecar() {}

    /** Empty where there is none. */
    static Sidecar in(Path folder, Gathering gathering) {
        Sidecar sidecar = new Sidecar();
        for (String name : NAMES) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                sidecar.read(file, "image", gathering);
            }
        }
        return sidecar;
    }

    /** Of a table; empty where there is none. */
    static Sidecar beside(Path table, Gathering gathering) {
        Sidecar sidecar = new Sidecar();
        String name = String.valueOf(table.getFileName());
        String bare = name.toLowerCase(Locale.ROOT).endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        String stem = bare.contains(".") ? bare.substring(0, bare.lastIndexOf('.')) : bare;
        for (String beside : NAMES) {
            Path file = table.resolveSibling(stem + "." + beside);
            if (Files.isRegularFile(file)) {
                sidecar.read(file, "id", gathering);
            }
        }
        return sidecar;
    }

    private void read(Path file, String key, Gathering gathering) {
        boolean tabs = file.toString().endsWith(".tsv");
        try (TextLines lines = TextLines.open(file)) {
            Delimited rows = new Delimited(lines, tabs ? '\t' : ',', !tabs);
            Delimited.Row header = rows.next();
            int image = header == null ? -1 : header.fields().indexOf(key);
            if (header == null || image < 0) {
                throw new Refusal(
                        "has no column '" + key + "'",
                        file + " line 1",
                        "its header is " + key + " and the attributes' names");
            }
            for (Delimited.Row row = rows.next(); row != null; row = rows.next()) {
                String where = file + " line " + row.line();
                if (row.fault() != null
                        || row.fields().size() != header.fields().size()) {
                    String counts = "has %d columns where the header has %d"
                            .formatted(row.fields().size(), header.fields().size());
                    gathering.problem(new Problem(where, row.fault() == null ? counts : row.fault()));
                    continue;
                }
                Map<String, String> values = new LinkedHashMap<>();
                for (int i = 0; i < header.fields().size(); i++) {
                    if (i != image && !row.fields().get(i).isEmpty()) {
                        values.put(header.fields().get(i).strip(), row.fields().get(i));
                    }
                }
                if (byId.put(row.fields().get(image), values) != null) {
                    gathering.problem(new Problem(where, "names " + row.fields().get(image) + " again"));
                }
            }
        }
    }

    /** The attributes of a sample, by its id without the name of DATA; the label among them. */
    Map<String, String> of(String id) {
        Map<String, String> values = byId.get(id);
        if (values == null) {
            return Map.of();
        }
        used.add(id);
        return values;
    }

    /** Rows that named no sample. */
    int unused() {
        return byId.size() - used.size();
    }
}
