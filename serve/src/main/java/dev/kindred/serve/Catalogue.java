package dev.kindred.serve;

import dev.kindred.core.Keyed;
import dev.kindred.index.Item;
import dev.kindred.index.Items;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The items' names and fields, held in memory for browsing and picking: vectors stay in the index, sources on disk. Made anew when the
 * index has been written to since.
 */
final class Catalogue {
    /** A field with more different texts than this is a name, not a group to choose from. */
    private static final int MAX_GROUPS = 64;
    /** While it is written to all the time, it is read again after so many times the time that reading took. */
    private static final int REST = 10;

    /**
     * @param words id and texts in lower case, for finding by name
     * @param source whether its source is kept
     */
    record Entry(String id, Map<String, Value> payload, String words, boolean source) {}

    /** @param mixed the same entries in an order that mixes groups, the same each time: for a first look */
    private record Contents(
            long sequence,
            long readAt,
            long readNanos,
            List<Entry> entries,
            List<Entry> mixed,
            Map<String, Map<String, Long>> groups) {}

    /** @param total how many there are in all */
    record Page(List<Entry> entries, int total) {}

    private final VectorIndex index;
    private volatile @Nullable Contents contents;

    Catalogue(VectorIndex index) {
        this.index = index;
    }

    /**
     * Items whose id or texts hold every word asked for, and whose field is of the group asked for.
     *
     * @param words what to look for; blank for all
     * @param groups wanted value by field
     * @param from how many to pass over
     */
    Page page(String words, Map<String, String> groups, int from, int limit) {
        String[] wanted = Arrays.stream(words.toLowerCase(Locale.ROOT).split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new);
        List<Entry> page = new ArrayList<>();
        int matching = 0;
        Contents now = current();
        for (Entry entry : wanted.length == 0 ? now.mixed() : now.entries()) {
            if (holds(entry, wanted) && isOf(entry, groups)) {
                if (matching >= from && page.size() < limit) {
                    page.add(entry);
                }
                matching++;
            }
        }
        return new Page(page, matching);
    }

    /** The fields that sort items into a few groups, and how many items are in each. */
    Map<String, Map<String, Long>> groups() {
        return current().groups();
    }

    private static boolean holds(Entry entry, String[] words) {
        for (String word : words) {
            if (!entry.words().contains(word)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOf(Entry entry, Map<String, String> groups) {
        for (Map.Entry<String, String> group : groups.entrySet()) {
            if (!(entry.payload().get(group.getKey()) instanceof Value.Text(String text))
                    || !text.equals(group.getValue())) {
                return false;
            }
        }
        return true;
    }

    private Contents current() {
        Contents known = contents;
        if (known != null && isFresh(known)) {
            return known;
        }
        synchronized (this) {
            Contents now = contents;
            if (now == null || !isFresh(now)) {
                now = read();
                contents = now;
            }
            return now;
        }
    }

    /** Of this moment, or so young that reading all again would take a tenth of the time or more. */
    private boolean isFresh(Contents known) {
        return index.info().lastSequence() == known.sequence()
                || System.nanoTime() - known.readAt() < REST * known.readNanos();
    }

    private Contents read() {
        long begun = System.nanoTime();
        long sequence = index.info().lastSequence();
        List<Entry> entries = new ArrayList<>();
        try (Items items = index.scan(0)) {
            for (Items.Written written : items) {
                entries.add(entry(written.item()));
            }
        }
        entries.sort(Comparator.comparing(Entry::id));
        int[] order = IntStream.range(0, entries.size()).toArray();
        Keyed.of(entries.size()).shuffle(order);
        List<Entry> mixed = Arrays.stream(order).mapToObj(entries::get).toList();
        Map<String, Map<String, Long>> groups = groups(entries);
        long now = System.nanoTime();
        return new Contents(sequence, now, now - begun, List.copyOf(entries), mixed, groups);
    }

    private static Entry entry(Item item) {
        StringBuilder words = new StringBuilder(item.id());
        for (Value value : item.payload().values()) {
            if (value instanceof Value.Text(String text)) {
                words.append('\n').append(text);
            } else if (value instanceof Value.Words(List<String> several)) {
                words.append('\n').append(String.join("\n", several));
            }
        }
        return new Entry(item.id(), item.payload(), words.toString().toLowerCase(Locale.ROOT), item.source() != null);
    }

    private static Map<String, Map<String, Long>> groups(List<Entry> entries) {
        Map<String, Map<String, Long>> groups = new TreeMap<>();
        for (Entry entry : entries) {
            entry.payload().forEach((field, value) -> {
                if (value instanceof Value.Text(String text)) {
                    Map<String, Long> counts = groups.computeIfAbsent(field, key -> new TreeMap<>());
                    if (counts.size() <= MAX_GROUPS) {
                        counts.merge(text, 1L, Long::sum);
                    }
                }
            });
        }
        groups.values().removeIf(counts -> counts.size() < 2 || counts.size() > MAX_GROUPS);
        return Collections.unmodifiableMap(groups);
    }
}
