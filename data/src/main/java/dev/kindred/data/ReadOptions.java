package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * How DATA is to be read.
 *
 * @param label searched in each sample's id, group 1 is its label; without it the label is the folder's relative
 *     path, or a table's column
 * @param attributes by name, searched in each sample's id, group 1 is the value
 * @param columns of tables: a role ({@code text}, {@code image}, {@code vector}, {@code label}, {@code id}, {@code left},
 *     {@code right}, {@code score}, {@code anchor}, {@code positive}, {@code negative}) or an attribute's name to the
 *     column's name, or to its position from 1 where the table has no header
 * @param strict the first bad row or picture stops the run; otherwise more than 1% of them do
 * @param labels a file of the labels (ids, attributes) of vectors; without it the one beside them is taken
 * @param kind what IDX files hold, pictures or vectors; null for pictures
 * @param taught the columns of the table that an encoder was taught on: what has changed since is told by name; empty
 *     where nobody knows
 * @param only values by attribute: samples whose attribute has another value, or none, are left out
 */
public record ReadOptions(
        @Nullable Pattern label,
        Map<String, Pattern> attributes,
        Map<String, String> columns,
        boolean strict,
        @Nullable Path labels,
        @Nullable Kind kind,
        Map<String, String> only,
        List<String> taught) {
    private static final ReadOptions DEFAULTS = new ReadOptions(null, Map.of(), Map.of(), false);

    public ReadOptions(
            @Nullable Pattern label, Map<String, Pattern> attributes, Map<String, String> columns, boolean strict) {
        this(label, attributes, columns, strict, null, null, Map.of(), List.of());
    }

    public ReadOptions {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
        only = Collections.unmodifiableMap(new LinkedHashMap<>(only));
        taught = List.copyOf(taught);
        if (label != null) {
            requireGroup(label, "--label");
        }
        attributes.forEach((name, pattern) -> requireGroup(pattern, "--attribute " + name));
    }

    public static ReadOptions defaults() {
        return DEFAULTS;
    }

    /**
     * As written on a command line.
     *
     * @param label a regular expression with one group
     * @param attributes each {@code NAME=REGEX}
     * @param columns each {@code ROLE=COLUMN}, several separated by commas
     */
    public static ReadOptions of(
            @Nullable String label, List<String> attributes, List<String> columns, boolean strict) {
        Map<String, Pattern> patterns = new LinkedHashMap<>();
        for (String attribute : attributes) {
            String[] pair =
                    pair(attribute, "--attribute", "write NAME=REGEX, e.g. --attribute drawer='_(\\d\\d)\\.png'");
            patterns.put(pair[0], pattern(pair[1], "--attribute " + pair[0]));
        }
        Map<String, String> roles = new LinkedHashMap<>();
        for (String list : columns) {
            for (String column : list.split(",", -1)) {
                String[] pair = pair(column, "--columns", "write ROLE=COLUMN, e.g. --columns label=category,text=body");
                roles.put(pair[0].strip(), pair[1].strip());
            }
        }
        return new ReadOptions(label == null ? null : pattern(label, "--label"), patterns, roles, strict);
    }

    /** The same, with the labels of vectors in a file. */
    public ReadOptions withLabels(@Nullable Path file) {
        return new ReadOptions(label, attributes, columns, strict, file, kind, only, taught);
    }

    /** The same, with IDX read as this kind. */
    public ReadOptions withKind(@Nullable Kind kind) {
        return new ReadOptions(label, attributes, columns, strict, labels, kind, only, taught);
    }

    /**
     * The same, with some samples alone.
     *
     * @param wanted each {@code NAME=VALUE}; a sample must have them all
     */
    public ReadOptions withOnly(List<String> wanted) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String one : wanted) {
            String[] pair = pair(one, "--where", "write NAME=VALUE, e.g. --where split=test");
            values.put(pair[0].strip(), pair[1].strip());
        }
        return new ReadOptions(label, attributes, columns, strict, labels, kind, values, taught);
    }

    /** The same, for an encoder that was taught on a table of these columns. */
    public ReadOptions withTaught(List<String> columns) {
        return new ReadOptions(label, attributes, this.columns, strict, labels, kind, only, columns);
    }

    /** How a header differs from the one of the teaching, column by column; null where it does not. */
    @Nullable
    String changed(List<String> header) {
        if (taught.isEmpty() || header.isEmpty()) {
            return null;
        }
        List<String> changes = new ArrayList<>();
        for (String column : taught) {
            if (!header.contains(column)) {
                changes.add("'" + column + "' is gone");
            }
        }
        for (String column : header) {
            if (!taught.contains(column)) {
                changes.add("'" + column + "' is new");
            }
        }
        return changes.isEmpty() ? null : "since it was taught " + String.join(", ", changes);
    }

    /** Group 1 of the first place where the pattern is found, or null. */
    static @Nullable String found(Pattern pattern, String id) {
        Matcher matcher = pattern.matcher(id);
        return matcher.find() ? matcher.group(1) : null;
    }

    private static String[] pair(String text, String option, String hint) {
        int at = text.indexOf('=');
        if (at < 1 || at == text.length() - 1) {
            throw new Refusal("'" + text + "' is no pair", option, hint);
        }
        return new String[] {text.substring(0, at), text.substring(at + 1)};
    }

    private static Pattern pattern(String regex, String option) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new Refusal(
                    "'" + regex + "' is no regular expression: " + e.getDescription(), option, "correct it", e);
        }
    }

    private static void requireGroup(Pattern pattern, String option) {
        if (pattern.matcher("").groupCount() < 1) {
            throw new Refusal(
                    "'" + pattern + "' has no group",
                    option,
                    "put what is meant in parentheses, e.g. '([0-9A-F-]+)\\.png'");
        }
    }
}
