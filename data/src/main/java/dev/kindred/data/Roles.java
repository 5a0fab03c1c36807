package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which column of a table is what. {@code --columns} decides; what it leaves open is told by the columns' usual names,
 * in any case; every other column is an attribute of its own name.
 */
final class Roles {
    static final Set<String> KNOWN = Set.of(
            "text", "image", "vector", "label", "id", "left", "right", "score", "anchor", "positive", "negative");

    private static final List<String> TEXTS = List.of("text", "sentence", "utterance");
    private static final List<String> IMAGES = List.of("path", "file", "filename");
    private static final List<List<String>> SIDES = List.of(
            List.of("left", "right"),
            List.of("sentence1", "sentence2"),
            List.of("text1", "text2"),
            List.of("sentence_a", "sentence_b"),
            List.of("question1", "question2"),
            List.of("#1 string", "#2 string"));
    private static final List<String> SCORES =
            List.of("score", "similarity", "label", "is_duplicate", "quality", "match");
    private static final Pattern RANGE = Pattern.compile("[1-9]\\d{0,4}-[1-9]\\d{0,4}");
    private static final List<String> VECTORS = List.of("vector", "embedding");

    private final Map<String, Integer> columns = new LinkedHashMap<>();
    private int[] numeric = new int[0];

    private Roles() {}

    /**
     * {@code --columns} as positions from 1 ({@code label=385,vector=1-384}), or null where they are names. Only a vector
     * may have several.
     */
    static @Nullable Roles byPosition(Map<String, String> options) {
        if (options.isEmpty()
                || !options.entrySet().stream()
                        .allMatch(option -> isPosition(option.getValue())
                                || (option.getKey().equals("vector")
                                        && RANGE.matcher(option.getValue()).matches()))) {
            return null;
        }
        Roles roles = new Roles();
        options.forEach((role, position) -> {
            if (isPosition(position)) {
                roles.columns.put(role, Integer.parseInt(position) - 1);
            } else {
                String[] ends = position.split("-");
                roles.numeric = IntStream.range(Integer.parseInt(ends[0]) - 1, Integer.parseInt(ends[1]))
                        .toArray();
            }
        });
        return roles;
    }

    /**
     * @param names of the columns, in order
     * @param where names the table in refusals
     */
    static Roles byName(List<String> names, Map<String, String> options, String where) {
        Roles roles = new Roles();
        options.forEach((role, name) -> {
            int at = names.indexOf(name);
            if (role.equals("vector") && name.endsWith("*")) {
                roles.numeric = roles.startingWith(name.substring(0, name.length() - 1), names, where);
                return;
            }
            if (at < 0) {
                throw new Refusal(
                        "has no column '" + name + "'; its columns are " + String.join(", ", names),
                        where,
                        "correct --columns");
            }
            roles.columns.put(role, at);
        });
        roles.guess(names);
        return roles;
    }

    /** Of a file of labels: {@code --columns} that name none of its columns speak of other files. */
    static Roles ofLabels(List<String> names, Map<String, String> options, String where) {
        Roles roles = new Roles();
        options.forEach((role, name) -> {
            if (names.contains(name)) {
                roles.columns.put(role, names.indexOf(name));
            }
        });
        roles.take("label", List.of("label"), names);
        roles.take("id", List.of("id"), names);
        if (!roles.has("label") && !roles.has("id")) {
            throw new Refusal(
                    "has no column 'label'; its columns are " + String.join(", ", names),
                    where,
                    "name it label, or say --columns label=NAME");
        }
        roles.attributes(names);
        return roles;
    }

    /**
     * Where no column has told what the samples are: columns of numbers make a vector, either all of one name and a
     * number ({@code e0, e1, …}) or all but label and id.
     */
    void numbers(List<String> names, Table.Row first) {
        if (has("text") || has("image") || has("vector") || tuples()) {
            return;
        }
        if (numeric.length == 0) {
            numeric = numbered(names);
        }
        if (numeric.length == 0) {
            int[] others = IntStream.range(0, names.size())
                    .filter(at -> at != column("label") && at != column("id"))
                    .filter(at -> names.size() < 2 || !names.get(at).equalsIgnoreCase("id"))
                    .toArray();
            boolean all = others.length > 0 && Arrays.stream(others).allMatch(at -> isNumber(first.cell(at)));
            numeric = all ? others : numeric;
        }
        if (numeric.length > 0) {
            for (int at : numeric) {
                columns.values().remove(at);
            }
            take("id", List.of("id", "_id"), names);
        }
    }

    /** The columns of a vector's values, or empty. */
    int[] numeric() {
        return numeric;
    }

    private int[] startingWith(String prefix, List<String> names, String where) {
        int[] found = IntStream.range(0, names.size())
                .filter(at -> names.get(at).startsWith(prefix))
                .toArray();
        if (found.length == 0) {
            throw new Refusal(
                    "has no column that begins with '" + prefix + "'; its columns are " + String.join(", ", names),
                    where,
                    "correct --columns");
        }
        return found;
    }

    /** At least two columns {@code e0, e1, …} or {@code e1, e2, …}, whatever their common name. */
    private static int[] numbered(List<String> names) {
        for (int first = 0; first < names.size(); first++) {
            String name = names.get(first);
            if (name.endsWith("0") || name.endsWith("1")) {
                String stem = name.substring(0, name.length() - 1);
                int number = name.charAt(name.length() - 1) - '0';
                int length = 0;
                while (first + length < names.size()
                        && names.get(first + length).equals(stem + (number + length))) {
                    length++;
                }
                if (length > 1) {
                    int from = first;
                    int[] found = new int[length];
                    Arrays.setAll(found, i -> from + i);
                    return found;
                }
            }
        }
        return new int[0];
    }

    static boolean isNumber(@Nullable String cell) {
        return TableReader.score(cell) != null
                && cell != null
                && !Character.isLetter(cell.strip().charAt(0));
    }

    /** Gives columns that have come since a role or an attribute's name. */
    void grow(List<String> names) {
        guess(names);
    }

    private void guess(List<String> names) {
        boolean chosen = has("text") || has("image") || has("vector") || tuples();
        if (!chosen) {
            for (List<String> pair : SIDES) {
                if (free(names, pair.get(0)) >= 0 && free(names, pair.get(1)) >= 0) {
                    take("left", pair.subList(0, 1), names);
                    take("right", pair.subList(1, 2), names);
                }
            }
            if (!tuples()) {
                take("anchor", List.of("anchor"), names);
                take("positive", List.of("positive"), names);
            }
        }
        if (has("anchor") && has("positive")) {
            take("negative", List.of("negative"), names);
        }
        if (tuples()) {
            take("score", SCORES, names);
        } else {
            if (!chosen) {
                take("image", List.of("image"), names);
                if (!has("image")) {
                    take("text", TEXTS, names);
                }
                if (!has("text") && !has("image")) {
                    take("vector", VECTORS, names);
                }
                if (!has("text") && !has("vector")) {
                    take("image", IMAGES, names);
                }
            }
            take("label", List.of("label"), names);
        }
        if (has("text") || has("vector")) {
            take("id", List.of("_id", "id"), names);
        }
        attributes(names);
    }

    private void attributes(List<String> names) {
        for (int at = 0; at < names.size(); at++) {
            if (!columns.containsValue(at)) {
                columns.putIfAbsent(names.get(at), at);
            }
        }
    }

    /** Gives a role that nobody named to the first of these names that is there and free. */
    private void take(String role, List<String> wanted, List<String> names) {
        for (String name : wanted) {
            int at = free(names, name);
            if (at >= 0 && !columns.containsKey(role)) {
                columns.put(role, at);
            }
        }
    }

    private int free(List<String> names, String wanted) {
        for (int at = 0; at < names.size(); at++) {
            if (!columns.containsValue(at)
                    && names.get(at).toLowerCase(Locale.ROOT).equals(wanted)) {
                return at;
            }
        }
        return -1;
    }

    private boolean tuples() {
        return (has("left") && has("right")) || (has("anchor") && has("positive"));
    }

    boolean has(String role) {
        return columns.containsKey(role);
    }

    /** Its column from 0, or −1. */
    int column(String role) {
        return columns.getOrDefault(role, -1);
    }

    /** What a row has under a role, or null. */
    @Nullable
    String cell(String role, Table.Row row) {
        int at = column(role);
        return at < 0 ? null : row.cell(at);
    }

    /** Everything of a row that has no role, by name; empty cells left out. */
    Map<String, String> attributes(Table.Row row) {
        Map<String, String> attributes = new LinkedHashMap<>();
        columns.forEach((name, at) -> {
            String cell = row.cell(at);
            if (!KNOWN.contains(name) && cell != null && !cell.isEmpty()) {
                attributes.put(name, cell);
            }
        });
        return attributes;
    }

    private static boolean isPosition(String text) {
        return text.length() < 6
                && !text.isEmpty()
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && !text.equals("0");
    }
}
