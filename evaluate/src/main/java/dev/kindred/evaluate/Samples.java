package dev.kindred.evaluate;

import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.data.Entry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the samples whose embeddings are judged, row by row.
 *
 * @param classes the class names, in the order their numbers count
 * @param labels class numbers; −1 without one
 * @param attributes of each row
 */
public record Samples(List<String> ids, List<String> classes, int[] labels, List<Map<String, String>> attributes) {

    /** The name of the attribute that every labelled sample has: its class. */
    public static final String LABEL = "label";

    /** What a nested class lies in, all before its last slash. */
    public static final String PARENT = "parent";

    public Samples {
        ids = List.copyOf(ids);
        classes = List.copyOf(classes);
        attributes = List.copyOf(attributes);
        if (ids.size() != labels.length || attributes.size() != labels.length) {
            throw new IllegalArgumentException("one id, label and map of attributes a row");
        }
    }

    public int size() {
        return labels.length;
    }

    /** These rows of a data set, in the order given. */
    public static Samples of(Dataset data, int[] rows) {
        int[] all = data.labels();
        List<Entry> entries = Arrays.stream(rows).mapToObj(data::entry).toList();
        return new Samples(
                entries.stream().map(Entry::id).toList(),
                data.classes(),
                Arrays.stream(rows).map(row -> all[row]).toArray(),
                entries.stream().map(Entry::attributes).toList());
    }

    /** Samples without attributes. */
    public static Samples of(List<String> ids, List<String> classes, int[] labels) {
        return new Samples(
                ids,
                classes,
                labels,
                ids.stream().map(id -> Map.<String, String>of()).toList());
    }

    /** Classes that have a sample here. */
    public int classesPresent() {
        return (int)
                Arrays.stream(labels).filter(label -> label >= 0).distinct().count();
    }

    public String className(int row) {
        return labels[row] < 0 ? "" : classes.get(labels[row]);
    }

    /**
     * The value of an attribute of a row, or null. {@code label} and {@code parent} are known of every labelled row unless an attribute
     * of that name is given.
     */
    public @Nullable String value(int row, String attribute) {
        String own = attributes.get(row).get(attribute);
        if (own != null || labels[row] < 0) {
            return own;
        }
        String label = className(row);
        return switch (attribute) {
            case LABEL -> label;
            case PARENT -> label.contains("/") ? label.substring(0, label.lastIndexOf('/')) : null;
            default -> null;
        };
    }

    /**
     * The distinct values of an attribute, sorted.
     *
     * @throws Refusal where no row has it, naming those there are
     */
    public List<String> values(String attribute) {
        TreeSet<String> values = new TreeSet<>();
        for (int row = 0; row < size(); row++) {
            String value = value(row, attribute);
            if (value != null) {
                values.add(value);
            }
        }
        if (values.isEmpty()) {
            TreeSet<String> known = new TreeSet<>();
            attributes.forEach(map -> known.addAll(map.keySet()));
            known.add(LABEL);
            throw new Refusal(
                    "no sample has the attribute '" + attribute + "'", "--by", "known are " + String.join(", ", known));
        }
        return List.copyOf(values);
    }

    /** The rows that have a value. */
    public int[] rowsWith(String attribute, String value) {
        return IntStream.range(0, size())
                .filter(row -> value.equals(value(row, attribute)))
                .toArray();
    }
}
