package dev.kindred.data;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What readers have found so far; becomes a {@link Dataset}. */
final class Gathering {
    private static final int MAX_SAMPLES = 20_000_000;
    private static final int MAX_PROBLEMS = MAX_SAMPLES / 100;

    private final ReadOptions options;
    private final Progress progress;
    private final List<Item> items = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private final Map<String, Integer> leftOut = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();
    private final Set<String> columns = new LinkedHashSet<>();
    private int unlabelledByPattern;

    Gathering(ReadOptions options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    ReadOptions options() {
        return options;
    }

    /**
     * A sample.
     *
     * @param id relative to DATA, with DATA's name where there are several
     * @param label as the folder or the column has it
     */
    void add(String id, @Nullable String label, Map<String, String> attributes, Origin origin) {
        String theirs = label;
        if (options.label() != null) {
            theirs = ReadOptions.found(options.label(), id);
            if (theirs == null) {
                unlabelledByPattern++;
            }
        }
        Map<String, String> all = attributes;
        if (!options.attributes().isEmpty()) {
            all = new LinkedHashMap<>(attributes);
            for (var attribute : options.attributes().entrySet()) {
                String value = ReadOptions.found(attribute.getValue(), id);
                if (value != null) {
                    all.put(attribute.getKey(), value);
                }
            }
        }
        if (!ids.add(id)) {
            throw new Refusal("the id '" + id + "' stands twice", origin.where(), "give each sample one name");
        }
        Kind kind = items.isEmpty() ? origin.kind() : items.getFirst().kind();
        if (origin.kind() != kind) {
            throw new Refusal(
                    "is a %s where %s is a %s"
                            .formatted(
                                    origin.kind().singular(),
                                    items.getFirst().origin().where(),
                                    kind.singular()),
                    origin.where(),
                    "read one kind at a time");
        }
        if (items.size() == MAX_SAMPLES) {
            throw new Refusal("more than %,d samples".formatted(MAX_SAMPLES), origin.where(), "read fewer at once");
        }
        items.add(new Item(new Entry(id, theirs, all), origin));
        if (items.size() % 1024 == 0) {
            progress.at("finding", items.size(), 0, "");
        }
    }

    /** What is wrong with a vector, or null: a value that is no number, or another length than those before. */
    @Nullable
    String vectorFault(float[] values, int from, int d) {
        for (int i = 0; i < d; i++) {
            if (!Float.isFinite(values[from + i])) {
                return "holds %s as value %d of its vector"
                        .formatted(Float.isNaN(values[from + i]) ? "NaN" : "an infinite number", i);
            }
        }
        if (!items.isEmpty() && items.getFirst().origin() instanceof Origin.OfVector first && first.dimension() != d) {
            return "holds %d values where the first vector has %d".formatted(d, first.dimension());
        }
        return null;
    }

    /** The text with U+FFFD in place of each unpaired surrogate, which no encoding can hold; such texts are counted. */
    String whole(String text) {
        StringBuilder mended = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            mended = mended == null ? new StringBuilder(text) : mended;
            mended.setCharAt(i, '\uFFFD');
        }
        if (mended == null) {
            return text;
        }
        leftOut("texts had unpaired surrogates, read as U+FFFD");
        return mended.toString();
    }

    /** The names of a table's columns, in its order. */
    void columns(List<String> names) {
        columns.addAll(names);
    }

    boolean holds(String id) {
        return ids.contains(id);
    }

    int size() {
        return items.size();
    }

    void problem(Problem problem) {
        problems.add(problem);
        if (options.strict()) {
            Problem.requireFew(problems, items.size() + 1L, true, problem.where());
        }
        if (problems.size() > MAX_PROBLEMS) {
            throw new Refusal(
                    "has more than %,d bad rows".formatted(MAX_PROBLEMS), problem.where(), "is this the right table?");
        }
    }

    /** Something that a person should know. */
    void note(String note) {
        notes.add(note);
    }

    /** Something that was left out on purpose, counted under its reason. */
    void leftOut(String reason) {
        leftOut.merge(reason, 1, Integer::sum);
    }

    Dataset dataset(String where) {
        Problem.requireFew(problems, items.size() + (long) problems.size(), options.strict(), where);
        if (items.isEmpty()) {
            String found = leftOut.isEmpty() ? "" : " (" + String.join("; ", leftOutLines()) + ")";
            throw new Refusal(
                    "holds no samples" + found,
                    where,
                    "pictures (PNG, JPEG, GIF, BMP, PGM, PPM) in folders, zips or a table, texts in a table are read");
        }
        if (options.label() != null && unlabelledByPattern == items.size()) {
            throw new Refusal(
                    "'" + options.label() + "' is found in no sample's path, such as "
                            + items.getFirst().entry().id(),
                    "--label",
                    "correct the regular expression");
        }
        for (var attribute : options.attributes().entrySet()) {
            if (items.stream().noneMatch(item -> item.entry().attributes().containsKey(attribute.getKey()))) {
                throw new Refusal(
                        "'" + attribute.getValue() + "' is found in no sample's path, such as "
                                + items.getFirst().entry().id(),
                        "--attribute " + attribute.getKey(),
                        "correct the regular expression");
            }
        }
        return new Dataset(items, problems, warnings(), List.copyOf(columns));
    }

    private List<String> leftOutLines() {
        List<String> lines = new ArrayList<>();
        leftOut.forEach((reason, count) -> lines.add("%,d %s".formatted(count, reason)));
        return lines;
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>(notes);
        warnings.addAll(leftOutLines());
        if (unlabelledByPattern > 0) {
            warnings.add(
                    "%,d samples have no label: --label is not found in their path".formatted(unlabelledByPattern));
        }
        Map<String, Set<String>> byLowerCase = new TreeMap<>();
        for (Item item : items) {
            String label = item.entry().label();
            if (label != null) {
                byLowerCase
                        .computeIfAbsent(label.toLowerCase(Locale.ROOT), k -> new TreeSet<>())
                        .add(label);
            }
        }
        for (Set<String> labels : byLowerCase.values()) {
            if (labels.size() > 1) {
                warnings.add("labels that differ only by case are kept apart: " + String.join(", ", labels));
            }
        }
        return Collections.unmodifiableList(warnings);
    }
}
