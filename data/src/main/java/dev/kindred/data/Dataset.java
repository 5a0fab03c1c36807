package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Hashes;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Samples found in DATA, in a fixed order: of folders and zips by name, of tables by row. Reading finds and labels
 * them; pictures are decoded when asked for. Immutable and safe for many threads.
 */
public final class Dataset {
    private final Kind kind;
    private final List<Item> items;
    private final List<Problem> problems;
    private final List<String> warnings;
    private final List<String> classes;
    private final int[] labels;
    private final Map<String, Integer> rowsById;
    private final List<String> columns;

    Dataset(List<Item> items, List<Problem> problems, List<String> warnings) {
        this(items, problems, warnings, List.of());
    }

    Dataset(List<Item> items, List<Problem> problems, List<String> warnings, List<String> columns) {
        this(items.isEmpty() ? Kind.PICTURE : items.getFirst().kind(), items, problems, warnings, columns);
    }

    private Dataset(Kind kind, List<Item> items, List<Problem> problems, List<String> warnings, List<String> columns) {
        this.kind = kind;
        this.columns = columns;
        this.items = List.copyOf(items);
        this.problems = List.copyOf(problems);
        this.warnings = List.copyOf(warnings);
        Set<String> distinct = new TreeSet<>();
        rowsById = new HashMap<>();
        for (int i = 0; i < this.items.size(); i++) {
            Entry entry = this.items.get(i).entry();
            rowsById.put(entry.id(), i);
            if (entry.label() != null) {
                distinct.add(entry.label());
            }
        }
        classes = List.copyOf(distinct);
        Map<String, Integer> number = new HashMap<>();
        for (String label : classes) {
            number.put(label, number.size());
        }
        labels = new int[this.items.size()];
        for (int i = 0; i < labels.length; i++) {
            String label = this.items.get(i).entry().label();
            labels[i] = label == null ? -1 : number.getOrDefault(label, -1);
        }
    }

    /**
     * Finds the samples of one or several DATA: a folder of class folders (nested too), a zip of such, a table of texts
     * or of picture paths (.csv, .tsv, .jsonl, each also .gz; .txt with a text a line), or a single picture. Of pairs
     * and triplets it gives the samples, of judged queries the corpus: see {@link Examples} for all of them.
     *
     * @throws Refusal where a path is missing or unreadable, a zip leads outside or is a bomb, nothing is found, kinds
     *     are mixed, or too many rows are bad
     */
    public static Dataset read(List<Path> data, ReadOptions options, Progress progress) {
        return Examples.read(data, options, progress).samples();
    }

    /**
     * Texts that stand in no file, such as those of a command line; their ids count from 1.
     *
     * @param label of them all, or null
     * @throws Refusal where one has no words
     */
    public static Dataset texts(List<String> texts, @Nullable String label) {
        Gathering gathering = new Gathering(ReadOptions.defaults(), Progress.SILENT);
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).isBlank()) {
                throw new Refusal("text " + (i + 1) + " is empty", "texts", "give it words");
            }
            gathering.add(
                    String.valueOf(i + 1),
                    label,
                    Map.of(),
                    new Origin.OfText(Path.of("texts"), "number", i + 1L, gathering.whole(texts.get(i))));
        }
        return gathering.dataset("texts");
    }

    /** Its last name, also for {@code .} and {@code ..}. */
    static String nameOf(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    public int size() {
        return items.size();
    }

    /** What every sample is. */
    public Kind kind() {
        return kind;
    }

    public Entry entry(int row) {
        return items.get(row).entry();
    }

    /** The row of an id, or empty. */
    public OptionalInt row(String id) {
        Integer row = rowsById.get(id);
        return row == null ? OptionalInt.empty() : OptionalInt.of(row);
    }

    /** For messages: the file, going into zips, or the table and its line. */
    public String where(int row) {
        return items.get(row).origin().where();
    }

    /** The file's bytes, read anew; at most 64 MiB. Of a text its UTF-8, of a vector its little-endian floats. */
    public byte[] bytes(int row) {
        return items.get(row).bytes();
    }

    /** The sample decoded, anew; for many of them see {@link Loading}. */
    public Content content(int row) {
        return items.get(row).content();
    }

    Item item(int row) {
        return items.get(row);
    }

    /** The chosen rows in the order given; rows that were bad when it was read stay counted with the whole. */
    public Dataset subset(int[] rows) {
        List<Item> chosen = new ArrayList<>(rows.length);
        for (int row : rows) {
            chosen.add(items.get(row));
        }
        return new Dataset(kind, chosen, List.of(), warnings, columns);
    }

    /** The chosen rows with all that is known of the whole: what was read, but for those that nobody asked for. */
    Dataset chosen(int[] rows) {
        return subset(rows).with(problems);
    }

    /** The same with further bad rows. */
    Dataset with(List<Problem> more) {
        List<Problem> all = new ArrayList<>(problems);
        all.addAll(more);
        return new Dataset(kind, items, all, warnings, columns);
    }

    /** The distinct labels, sorted by code point. */
    public List<String> classes() {
        return classes;
    }

    /** For each row the index of its label in {@link #classes()}, −1 without one. */
    public int[] labels() {
        return labels.clone();
    }

    /** What a label is nested in: all before its last slash, or null where it is not nested. */
    public static @Nullable String parent(String label) {
        int slash = label.lastIndexOf('/');
        return slash < 0 ? null : label.substring(0, slash);
    }

    /** The names of all attributes, sorted. */
    public List<String> attributeNames() {
        Set<String> names = new TreeSet<>();
        items.forEach(item -> names.addAll(item.entry().attributes().keySet()));
        return List.copyOf(names);
    }

    /** The columns of the tables it was read from, as their headers name them; empty where there was no table. */
    public List<String> columns() {
        return columns;
    }

    /** Rows of tables that were bad and are left out. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * What a person should know: labels that differ only by case, formats that are not read, links left out. One line
     * each.
     */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * SHA-256 in hex over the samples' ids, labels and the SHA-256 of their bytes, whatever their order. Reads what
     * was not yet read.
     */
    public String fingerprint() {
        MessageDigest sha = Hashes.sha256();
        List<Item> sorted = new ArrayList<>(items);
        sorted.sort(Comparator.comparing(item -> item.entry().id()));
        for (Item item : sorted) {
            update(sha, item.entry().id());
            update(sha, item.entry().label());
            byte[] hash = item.bytesHash();
            sha.update(hash == null ? new byte[32] : hash);
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    private static void update(MessageDigest sha, @Nullable String text) {
        byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        sha.update(
                ByteBuffer.allocate(4).putInt(text == null ? -1 : bytes.length).flip());
        sha.update(bytes);
    }

    @Override
    public String toString() {
        return "%,d samples of %,d classes".formatted(size(), classes.size());
    }

    /** Rows by class: {@code result[c]} are the rows of class {@code c}, in order. */
    int[][] rowsByClass() {
        int[] counts = new int[classes.size()];
        for (int label : labels) {
            if (label >= 0) {
                counts[label]++;
            }
        }
        int[][] rows = new int[counts.length][];
        for (int c = 0; c < counts.length; c++) {
            rows[c] = new int[counts[c]];
        }
        Arrays.fill(counts, 0);
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= 0) {
                rows[labels[i]][counts[labels[i]]++] = i;
            }
        }
        return rows;
    }
}
