package dev.kindred.serve;

import dev.kindred.core.Keyed;
import dev.kindred.index.Item;
import dev.kindred.index.Items;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The items' names and fields, held in memory for browsing and picking: vectors stay in the index, sources on disk. Made anew when the
 * index has been written to since. Of each item no more is held than fits into {@link Brief}, and of all no more than there is room for:
 * where that is less than all there is, each page {@link Page#isPartial says} so.
 */
final class Catalogue {
    /** A field with more different texts than this is a name, not a group to choose from. */
    private static final int MAX_GROUPS = 64;
    /** While it is written to all the time, it is read again after so many times the time that reading took. */
    private static final int REST = 10;

    /**
     * @param brief of its payload
     * @param words id and texts of {@code brief} in lower case, for finding by name
     * @param source whether its source is kept
     */
    record Entry(String id, Brief brief, String words, boolean source) {
        /** Bytes that it takes, about: what is written here, the fields' nodes, and the objects themselves. */
        long bytes() {
            return 400 + Brief.bytes(id) + Brief.bytes(words) + brief.bytes();
        }
    }

    /**
     * @param there items of the index, of which {@code entries} may be the first alone
     * @param shortened entries whose payload is not held whole
     * @param fields that any of them has
     * @param mixed the same entries in an order that mixes groups, the same each time: for a first look
     */
    record Contents(
            long sequence,
            long there,
            int shortened,
            long readAt,
            long readNanos,
            List<Entry> entries,
            List<Entry> mixed,
            Set<String> fields,
            Map<String, Map<String, Long>> groups) {
        /** Whether what no entry has no item has. */
        boolean isWhole() {
            return entries.size() >= there && shortened == 0;
        }
    }

    /**
     * @param total how many there are in all, among those looked through
     * @param lookedThrough items
     * @param there items of the index
     * @param shortened items of those looked through of which the beginning alone was
     */
    record Page(List<Entry> entries, int total, int lookedThrough, long there, int shortened) {
        /** Whether more may match. */
        boolean isPartial() {
            return lookedThrough < there || shortened > 0;
        }
    }

    private final VectorIndex index;
    private final LongSupplier room;
    private volatile @Nullable Contents known;

    /** @param room bytes that may be held, asked each time it is made anew */
    Catalogue(VectorIndex index, LongSupplier room) {
        this.index = index;
        this.room = room;
    }

    /**
     * Items whose id or texts hold every word asked for, and whose fields have the values asked for.
     *
     * @param words what to look for; blank for all
     * @param groups wanted value by field, as text
     * @param from how many to pass over
     */
    static Page page(Contents now, String words, Map<String, String> groups, int from, int limit) {
        String[] wanted = Arrays.stream(words.toLowerCase(Locale.ROOT).split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new);
        List<Entry> page = new ArrayList<>();
        int matching = 0;
        for (Entry entry : wanted.length == 0 ? now.mixed() : now.entries()) {
            if (holds(entry, wanted) && isOf(entry, groups)) {
                if (matching >= from && page.size() < limit) {
                    page.add(entry);
                }
                matching++;
            }
        }
        return new Page(page, matching, now.entries().size(), now.there(), now.shortened());
    }

    /** The fields that sort items into a few groups, and how many items are in each. */
    Map<String, Map<String, Long>> groups() {
        return contents().groups();
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
            Value value = entry.brief().payload().get(group.getKey());
            if (value == null || entry.brief().isCut(group.getKey()) || !isOf(value, group.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOf(Value value, String said) {
        return switch (value) {
            case Value.Text(String text) -> text.equals(said);
            case Value.Words(List<String> several) -> several.contains(said);
            case Value.Whole(long whole) -> Long.toString(whole).equals(said);
            case Value.Real(double real) -> Double.toString(real).equals(said);
            case Value.Flag(boolean flag) -> Boolean.toString(flag).equals(said);
            case Value.Moment(Instant moment) -> moment.toString().equals(said);
        };
    }

    /** As they are now, or were lately; read anew where they have changed. */
    Contents contents() {
        Contents last = known;
        if (last != null && isFresh(last)) {
            return last;
        }
        synchronized (this) {
            Contents now = known;
            if (now == null || !isFresh(now)) {
                // What is made anew does not stand beside what it replaces.
                known = null;
                now = read();
                known = now;
            }
            return now;
        }
    }

    /** Of this moment, or so young that reading all again would take a tenth of the time or more. */
    private boolean isFresh(Contents last) {
        return index.info().lastSequence() == last.sequence()
                || System.nanoTime() - last.readAt() < REST * last.readNanos();
    }

    private Contents read() {
        long begun = System.nanoTime();
        long sequence = index.info().lastSequence();
        List<Entry> entries = new ArrayList<>();
        long left = room.getAsLong();
        long there = 0;
        int shortened = 0;
        try (Items items = index.scan(0)) {
            for (Items.Written written : items) {
                Entry entry = entry(written.item());
                left -= entry.bytes();
                if (left < 0) {
                    there = Math.max(index.info().count(), entries.size() + 1L);
                    break;
                }
                entries.add(entry);
                shortened += entry.brief().isWhole() ? 0 : 1;
            }
        }
        there = Math.max(there, entries.size());
        entries.sort(Comparator.comparing(Entry::id));
        int[] order = IntStream.range(0, entries.size()).toArray();
        Keyed.of(entries.size()).shuffle(order);
        List<Entry> mixed = Arrays.stream(order).mapToObj(entries::get).toList();
        Map<String, Map<String, Long>> groups = groups(entries);
        Set<String> fields = entries.stream()
                .flatMap(entry -> entry.brief().payload().keySet().stream())
                .collect(Collectors.toUnmodifiableSet());
        long now = System.nanoTime();
        return new Contents(sequence, there, shortened, now, now - begun, List.copyOf(entries), mixed, fields, groups);
    }

    private static Entry entry(Item item) {
        Brief brief = Brief.of(item.payload());
        StringBuilder words = new StringBuilder(item.id());
        for (Value value : brief.payload().values()) {
            if (value instanceof Value.Text(String text)) {
                words.append('\n').append(text);
            } else if (value instanceof Value.Words(List<String> several)) {
                words.append('\n').append(String.join("\n", several));
            }
        }
        return new Entry(item.id(), brief, words.toString().toLowerCase(Locale.ROOT), item.source() != null);
    }

    private static Map<String, Map<String, Long>> groups(List<Entry> entries) {
        Map<String, Map<String, Long>> groups = new TreeMap<>();
        for (Entry entry : entries) {
            entry.brief().payload().forEach((field, value) -> {
                if (value instanceof Value.Text(String text) && !entry.brief().isCut(field)) {
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
