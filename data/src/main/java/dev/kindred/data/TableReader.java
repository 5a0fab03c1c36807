package dev.kindred.data;

import dev.kindred.core.Refusal;
import dev.kindred.media.Pictures;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tables of texts, of pictures' paths (relative to the table's folder or absolute, going into zips), and of pairs and
 * triplets of either. Every column without a role is an attribute.
 */
final class TableReader {
    private final Table table;
    private final String prefix;
    private final Gathering gathering;
    private final Tuples tuples;
    private final Located located;
    private final Roles roles;
    private final Sidecar sidecar;

    private TableReader(Table table, String prefix, Gathering gathering, Tuples tuples, Roles roles) {
        this.table = table;
        this.prefix = prefix;
        this.gathering = gathering;
        this.tuples = tuples;
        this.roles = roles;
        Path folder = table.path().toAbsolutePath().normalize().getParent();
        this.sidecar = Sidecar.beside(table.path(), gathering);
        this.located = Located.anywhereFrom(folder == null ? table.path().toAbsolutePath() : folder);
    }

    static Shape read(Path path, String prefix, Gathering gathering, Tuples tuples) {
        Map<String, String> options = gathering.options().columns();
        Roles placed = Roles.byPosition(options);
        try (Table table = Table.open(path, placed == null)) {
            Roles roles = placed == null ? Roles.byName(table.names(), options, path.toString()) : placed;
            return new TableReader(table, prefix, gathering, tuples, roles).read();
        }
    }

    private Shape read() {
        Table.Row first = table.next();
        if (first != null && first.fault() != null && table instanceof JsonLines) {
            throw new Refusal(first.fault(), table.where(first), "mend it or take it out");
        }
        if (first != null) {
            roles.numbers(table.names(), first);
        }
        String changed = gathering.options().changed(table.header());
        Shape shape = shape(changed);
        if (changed != null) {
            gathering.note("%s has other columns: %s".formatted(table.path(), changed));
        }
        int known = table.names().size();
        for (Table.Row row = first; row != null; row = table.next()) {
            if (table.names().size() > known) {
                roles.grow(table.names());
                known = table.names().size();
            }
            String fault = row.fault() == null ? take(row, shape) : row.fault();
            if (fault != null) {
                gathering.problem(new Problem(table.where(row), fault));
            }
        }
        gathering.columns(table.header());
        for (int i = shape == Shape.LABELLED ? sidecar.unused() : 0; i > 0; i--) {
            gathering.leftOut("rows of the attributes' table name no sample");
        }
        return shape;
    }

    private Shape shape(@Nullable String changed) {
        if (roles.has("anchor") && roles.has("positive")) {
            return roles.has("negative") ? Shape.TRIPLETS : Shape.PAIRS;
        }
        if (roles.has("left") && roles.has("right")) {
            return Shape.PAIRS;
        }
        if (roles.has("text") || roles.has("image") || roles.has("vector") || roles.numeric().length > 0) {
            return Shape.LABELLED;
        }
        throw new Refusal(
                table.names().isEmpty()
                        ? "no column is named for the texts, the pictures' paths or the vectors"
                        : "has no column of texts, of picture paths, of pairs or of vectors; its columns are "
                                + String.join(", ", table.names()) + (changed == null ? "" : "; " + changed),
                table.path().toString(),
                "say --columns text=NAME, image=NAME or left=NAME,right=NAME (or POSITION where there is no header)");
    }

    /** @return what is wrong with the row, or null */
    private @Nullable String take(Table.Row row, Shape shape) {
        return switch (shape) {
            case PAIRS -> pair(row);
            case TRIPLETS -> triplet(row);
            case LABELLED, JUDGED -> sample(row);
        };
    }

    private @Nullable String sample(Table.Row row) {
        if (roles.has("text")) {
            return text(row);
        }
        return roles.has("image") ? picture(row) : vector(row);
    }

    private @Nullable String text(Table.Row row) {
        String text = roles.cell("text", row);
        Map<String, String> attributes = roles.attributes(row);
        if (table.names().contains("_id")) {
            text = Beir.joined(attributes.remove("title"), text);
        }
        if (text == null || text.isBlank()) {
            return "has no text";
        }
        return add(row, attributes, new Origin.OfText(table.path(), table.place(), row.line(), gathering.whole(text)));
    }

    private @Nullable String vector(Table.Row row) {
        float[] values = row.arrays().get(roles.column("vector"));
        if (values == null) {
            String[] cells = cells(row);
            values = new float[cells.length];
            for (int i = 0; i < cells.length; i++) {
                try {
                    values[i] = Float.parseFloat(cells[i]);
                } catch (NumberFormatException e) {
                    return "has '%s' as value %d of its vector".formatted(cells[i], i);
                }
            }
        }
        String fault = values.length == 0 ? "has no vector" : gathering.vectorFault(values, 0, values.length);
        return fault != null
                ? fault
                : add(
                        row,
                        roles.attributes(row),
                        new Origin.OfVector(table.path(), table.place(), row.line(), values, 0, values.length));
    }

    /** A vector's values as they are written: in columns, or in one cell, with or without brackets. */
    private String[] cells(Table.Row row) {
        if (roles.has("vector")) {
            String cell = roles.cell("vector", row);
            String inner = cell == null ? "" : cell.replaceAll("[\\[\\]]", " ").strip();
            return inner.isEmpty() ? new String[0] : inner.split("[\\s,;|]+", -1);
        }
        return Arrays.stream(roles.numeric())
                .mapToObj(row::cell)
                .map(cell -> cell == null ? "" : cell.strip())
                .toArray(String[]::new);
    }

    private @Nullable String add(Table.Row row, Map<String, String> attributes, Origin origin) {
        String given = roles.cell("id", row);
        String id = given == null || given.isBlank() ? String.valueOf(row.line()) : given;
        String unique = prefix + id;
        if (gathering.holds(unique)) {
            return "has the id '" + unique + "', which stood before";
        }
        Map<String, String> all = new LinkedHashMap<>(attributes);
        all.putAll(sidecar.of(id));
        String beside = all.remove("label");
        String own = roles.cell("label", row);
        String label = own == null || own.isEmpty() ? beside : own;
        gathering.add(unique, label == null || label.isEmpty() ? null : label, all, origin);
        return null;
    }

    private @Nullable String picture(Table.Row row) {
        String image = roles.cell("image", row);
        if (image == null || image.isBlank()) {
            return "names no picture";
        }
        String label = roles.cell("label", row);
        Map<String, String> attributes = new LinkedHashMap<>(roles.attributes(row));
        String id = roles.cell("id", row);
        if (id == null || !gathering.options().columns().containsKey("id")) {
            if (id != null && !id.isEmpty()) {
                attributes.put("id", id);
            }
            id = image.replace('\\', '/');
        }
        try {
            Origin origin = located.resolve(image);
            String unique = gathering.holds(prefix + id) ? prefix + id + "#" + row.line() : prefix + id;
            gathering.add(unique, label == null || label.isEmpty() ? null : label, attributes, origin);
            return null;
        } catch (Refusal bad) {
            return "names " + image + ", which " + bad.what();
        }
    }

    private @Nullable String pair(Table.Row row) {
        boolean sides = roles.has("left") && roles.has("right");
        String left = sides ? "left" : "anchor";
        String right = sides ? "right" : "positive";
        Double score = roles.has("score") ? score(roles.cell("score", row)) : Double.valueOf(1);
        if (score == null) {
            return "has the score '" + roles.cell("score", row) + "', which is no number";
        }
        try {
            Side first = side(left, row);
            Side second = side(right, row);
            tuples.pair(row(first), row(second), score);
            return null;
        } catch (Refusal bad) {
            return bad.what();
        }
    }

    private @Nullable String triplet(Table.Row row) {
        try {
            Side anchor = side("anchor", row);
            Side positive = side("positive", row);
            Side negative = side("negative", row);
            tuples.triplet(row(anchor), row(positive), row(negative));
            return null;
        } catch (Refusal bad) {
            return bad.what();
        }
    }

    /** A cell that is a sample, sound but not yet kept. */
    private record Side(String key, String id, Origin origin) {}

    private int row(Side side) {
        return tuples.row(side.key, side.id, Map.of(), side.origin);
    }

    private Side side(String role, Table.Row row) {
        String cell = roles.cell(role, row);
        if (cell == null || cell.isBlank()) {
            throw new Refusal("has nothing in its column for " + role, "", "");
        }
        if (Pictures.named(cell)) {
            Origin origin = picture(cell);
            if (origin != null) {
                return new Side(origin.where(), prefix + cell.replace('\\', '/'), origin);
            }
        }
        String text = gathering.whole(cell);
        return new Side(
                text,
                prefix + row.line() + "." + role,
                new Origin.OfText(table.path(), table.place(), row.line(), text));
    }

    private @Nullable Origin picture(String cell) {
        try {
            return located.resolve(cell);
        } catch (Refusal bad) {
            throw new Refusal("names " + cell + ", which " + bad.what(), "", "", bad);
        }
    }

    /** A number, or true and false; null for anything else. */
    static @Nullable Double score(@Nullable String cell) {
        String text = cell == null ? "" : cell.strip();
        if (text.equalsIgnoreCase("true")) {
            return 1.0;
        }
        if (text.equalsIgnoreCase("false")) {
            return 0.0;
        }
        try {
            double score = Double.parseDouble(text);
            return Double.isFinite(score) ? score : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
