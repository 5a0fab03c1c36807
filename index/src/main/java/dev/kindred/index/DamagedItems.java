package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a damaged items file still says, gathered page by page: items whose checksum holds, the index of ids, what is gone, settings, and
 * of what space all that is. A tree's leaf is found also where the pages above it are lost.
 */
final class DamagedItems {
    /** Roots as the schema makes them, in a copy too: their order is the script's. */
    private static final int ITEM = 3;

    private static final int ITEM_IDS = 4;
    private static final int GONE = 5;
    private static final int GONE_IDS = 6;
    private static final int SETTING = 7;
    private static final int DEEPEST = 20;

    private final DamagedPages pages;
    private final @Nullable BitSet free;
    private final BitSet reached = new BitSet();
    private final BitSet proven = new BitSet();
    private boolean whole = true;

    /** Where an item stands. */
    record Place(int page, int cell, String id, boolean proven) {}

    /**
     * What the file says of itself.
     *
     * @param forgotten up to which number it is forgotten what was deleted
     */
    record Generation(String identity, Space space, long sequence, long forgotten) {}

    /** By number; of one number all that there are, which are one but for what was left behind. */
    private final TreeMap<Long, List<Place>> items = new TreeMap<>();

    private final Map<Integer, Integer> dimensions = new HashMap<>();
    private final TreeMap<Long, String> ids = new TreeMap<>();
    /** The number of its deletion by id, by the table and by its index. */
    private final Map<String, Long> gone = new HashMap<>();

    private final Map<String, Long> goneIds = new HashMap<>();
    private final Map<String, String> settings = new HashMap<>();
    private boolean goneWhole;
    /** Whether all of the items' tree was read, and all of the index of ids. */
    private boolean itemsWhole;

    private boolean idsWhole;
    private @Nullable Generation generation;

    private DamagedItems(DamagedPages pages) {
        this.pages = pages;
        this.free = pages.free();
    }

    static DamagedItems read(DamagedPages pages) {
        DamagedItems read = new DamagedItems(pages);
        boolean treeWhole = read.table(ITEM);
        BitSet leaves = (BitSet) read.proven.clone();
        boolean goneTable = read.table(GONE);
        boolean goneIndex = read.index(GONE_IDS, row -> {
            if (row.has(byte[].class, Long.class)) {
                read.goneIds.merge(text(row.bytes(0)), row.number(1), Math::max);
            }
        });
        read.idsWhole = read.index(ITEM_IDS, row -> {
            if (row.has(byte[].class, Long.class)) {
                read.ids.put(row.number(1), text(row.bytes(0)));
            }
        });
        read.index(SETTING, row -> {
            if (row.has(byte[].class, byte[].class)) {
                read.settings.put(text(row.bytes(0)), text(row.bytes(1)));
            }
        });
        for (int page = 1; page <= pages.count(); page++) {
            read.leaf(page, treeWhole);
        }
        for (int page : pages.beyond()) {
            read.leaf(page, treeWhole);
        }
        read.itemsWhole = treeWhole && read.count(leaves) == read.items.size();
        read.goneWhole = goneTable && goneIndex && read.gone.equals(read.goneIds);
        return read;
    }

    /** Whether every page of the table was found as it should be. */
    private boolean table(int root) {
        whole = true;
        table(root, Long.MIN_VALUE, Long.MAX_VALUE, true, 0);
        return whole;
    }

    private @Nullable DamagedTree enter(int number, int depth) {
        if (!pages.has(number) || depth > DEEPEST || reached.get(number) || (free != null && free.get(number))) {
            whole = false;
            return null;
        }
        reached.set(number);
        return DamagedTree.of(pages, number);
    }

    /** @param trusted whether all pages above are sound, so that what they name is in use */
    private void table(int number, long above, long upTo, boolean trusted, int depth) {
        DamagedTree page = enter(number, depth);
        if (page == null) {
            return;
        }
        boolean sound = trusted && page.isSound();
        if (page.type() == DamagedTree.TABLE_LEAF) {
            sound &= rises(page, above, upTo);
            proven.set(number, sound);
        } else if (page.type() == DamagedTree.TABLE_INNER) {
            long low = above;
            for (int cell = 0; cell < page.cells(); cell++) {
                long key = page.key(cell);
                if (key > low && key <= upTo) {
                    table(page.child(cell), low, key, sound, depth + 1);
                    low = key;
                } else {
                    sound = false;
                }
            }
            table(page.lastChild(), low, upTo, sound, depth + 1);
        } else {
            sound = false;
        }
        whole &= sound;
    }

    private static boolean rises(DamagedTree page, long above, long upTo) {
        long low = above;
        for (int cell = 0; cell < page.cells(); cell++) {
            // The row itself may go on in a page that is lost.
            long key = page.key(cell);
            if (key <= low || key > upTo) {
                return false;
            }
            low = key;
        }
        return true;
    }

    private boolean index(int root, Consumer<DamagedTree.Row> each) {
        whole = true;
        index(root, each, 0);
        return whole;
    }

    /** Rows of an index have no checksum: those of a page that does not add up are left out. */
    private void index(int number, Consumer<DamagedTree.Row> each, int depth) {
        DamagedTree page = enter(number, depth);
        if (page == null) {
            return;
        }
        boolean inner = page.type() == DamagedTree.INDEX_INNER;
        if (!page.isSound() || (!inner && page.type() != DamagedTree.INDEX_LEAF)) {
            whole = false;
            return;
        }
        for (int cell = 0; cell < page.cells(); cell++) {
            DamagedTree.Row row = page.row(cell);
            if (row == null) {
                whole = false;
            } else {
                each.accept(row);
            }
            if (inner) {
                index(page.child(cell), each, depth + 1);
            }
        }
        if (inner) {
            index(page.lastChild(), each, depth + 1);
        }
    }

    /** Takes what a leaf of a table holds, whichever table's it is. */
    private void leaf(int number, boolean itemsWhole) {
        if (free != null && free.get(number)) {
            return;
        }
        DamagedTree page = DamagedTree.of(pages, number);
        if (page.type() != DamagedTree.TABLE_LEAF) {
            return;
        }
        // One that no page above names, and that is not free, is in use nevertheless.
        boolean inUse = proven.get(number)
                || (!itemsWhole && free != null && page.isSound() && rises(page, Long.MIN_VALUE, Long.MAX_VALUE));
        for (int cell = 0; cell < page.cells(); cell++) {
            DamagedTree.Row row = page.row(cell);
            if (row == null) {
                continue;
            }
            if (row.has(Void.class, byte[].class, Long.class, byte[].class, byte[].class, Void.class)) {
                item(row, number, cell, inUse);
            } else if (row.has(Void.class, byte[].class)) {
                gone.merge(text(row.bytes(1)), row.key(), Math::max);
            } else if (row.has(byte[].class, byte[].class, Long.class, byte[].class, Long.class, Long.class)) {
                generation(row);
            }
        }
    }

    private int count(BitSet leaves) {
        return leaves.stream().map(page -> DamagedTree.of(pages, page).cells()).sum();
    }

    private void item(DamagedTree.Row row, int page, int cell, boolean inUse) {
        if (isWhole(row)) {
            dimensions.merge(row.bytes(3).length / Float.BYTES, 1, Integer::sum);
            items.computeIfAbsent(row.key(), key -> new ArrayList<>(1))
                    .add(new Place(page, cell, text(row.bytes(1)), inUse));
        }
    }

    private static boolean isWhole(DamagedTree.Row row) {
        // NullAway does not see that a cast keeps null.
        Object source = row.columns().get(5);
        return (source == null || source instanceof byte[])
                && row.number(2) == TruthFile.sum(row.key(), row.bytes(1), row.bytes(3), row.bytes(4), (byte[]) source);
    }

    private void generation(DamagedTree.Row row) {
        try {
            int dimension = Math.toIntExact(row.number(2));
            String id = text(row.bytes(1));
            Distance distance = Distance.ofWireName(text(row.bytes(3)));
            Space space = new Space(id, dimension, distance);
            boolean told = !space.isExternal() || id.endsWith("/" + dimension + "/" + distance.wireName());
            if (told && !id.isEmpty() && dimension <= Header.MAX_DIMENSION && row.number(4) >= 0) {
                generation = new Generation(text(row.bytes(0)), space, row.number(4), row.number(5));
            }
        } catch (Refusal | ArithmeticException | IllegalArgumentException e) {
            // It says nothing then.
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** An item as it was written. */
    Item item(long sequence, Place place, Space space) {
        DamagedTree.Row row = DamagedTree.of(pages, place.page()).row(place.cell());
        if (row == null || row.key() != sequence || row.columns().size() != 6 || !isWhole(row)) {
            throw new IllegalStateException("the damaged file changes while it is read");
        }
        if (row.bytes(3).length != space.dimension() * Float.BYTES) {
            throw new Refusal("has a vector of another length", place.id(), "it is left out");
        }
        return TruthFile.item(
                row.bytes(1), row.bytes(3), row.bytes(4), (byte[]) row.columns().get(5), space);
    }

    TreeMap<Long, List<Place>> items() {
        return items;
    }

    /** Ids by number, as the index of ids has them. */
    TreeMap<Long, String> ids() {
        return ids;
    }

    @Nullable
    Generation generation() {
        return generation;
    }

    /** Values that most items have; 0 where there is none. */
    int dimension() {
        return dimensions.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(0);
    }

    Map<String, String> settings() {
        return settings;
    }

    /**
     * Whether no item can be missing that nothing names: all of the tree was read, or every id is known. Which of a tree's pages are free
     * ones that were written over tells only the list of these, or that the two are whole together.
     */
    boolean knowsAll() {
        return free != null ? itemsWhole || idsWhole : itemsWhole && idsWhole;
    }

    /** Whether the table of what is gone and its index say the same and all of it. */
    boolean knowsGone() {
        return goneWhole;
    }

    /** Whether an id was deleted after a number, by the table and its index. */
    boolean isGone(String id, long sequence) {
        Long one = gone.get(id);
        return one != null && one > sequence && one.equals(goneIds.get(id));
    }

    /** Whether one of the two says so, which may be damaged itself. */
    boolean mayBeGone(String id, long sequence) {
        return Math.max(gone.getOrDefault(id, 0L), goneIds.getOrDefault(id, 0L)) > sequence;
    }

    /** The last number that anything here has. */
    long lastSequence() {
        long last = generation == null ? 0 : generation.sequence();
        for (long number : gone.values()) {
            last = Math.max(last, number);
        }
        last = Math.max(last, items.isEmpty() ? 0 : items.lastKey());
        return Math.max(last, ids.isEmpty() ? 0 : ids.lastKey());
    }
}
