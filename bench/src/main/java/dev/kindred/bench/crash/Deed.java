package dev.kindred.bench.crash;

import dev.kindred.core.Keyed;
import dev.kindred.index.Change;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A write as it is told: its number, and what it does to which ids. An item's content follows from its id and the number of the write, so
 * that whoever finds one knows whose it is and whether it is whole.
 *
 * @param number of the write; no two writes of a history share one
 * @param steps each of another id
 */
record Deed(long number, List<Step> steps) {
    static final int DIMENSION = 16;
    /** The payload's field with the number of the write. */
    static final String WRITE = "write";

    /** Few enough that writes meet each other's ids. */
    private static final int IDS = 300;

    private static final int MOST_STEPS = 6;

    Deed {
        steps = List.copyOf(steps);
    }

    /** @param put whether it is put, new or over another; else it is deleted */
    record Step(boolean put, String id) {
        @Override
        public String toString() {
            return (put ? "+" : "-") + id;
        }
    }

    static Deed random(long number, Keyed random) {
        int count = random.nextInt(2) == 0 ? 1 : 1 + random.nextInt(MOST_STEPS);
        List<String> ids = new ArrayList<>();
        while (ids.size() < count) {
            String id = "é" + random.nextInt(IDS);
            if (!ids.contains(id)) {
                ids.add(id);
            }
        }
        return new Deed(
                number,
                ids.stream().map(id -> new Step(random.nextInt(4) != 0, id)).toList());
    }

    List<Change> changes() {
        return steps.stream()
                .<Change>map(
                        step -> step.put() ? new Change.Put(item(step.id(), number)) : new Change.Delete(step.id()))
                .toList();
    }

    /** Mostly small; some take several pages, some have no source. */
    // NullAway does not read `byte @Nullable []` from another source file.
    @SuppressWarnings("NullAway")
    static Item item(String id, long write) {
        Keyed random = Keyed.of(write, id.hashCode());
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        byte[] source = switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 -> new byte[random.nextInt(30_000)];
            default -> new byte[random.nextInt(700)];
        };
        for (int i = 0; source != null && i < source.length; i++) {
            source[i] = (byte) random.nextLong();
        }
        return new Item(id, vector, Map.of(WRITE, Value.of(write)), source);
    }

    /** Which write an item says that it is of; -1 where it says none. */
    static long writeOf(Item item) {
        return item.payload().get(WRITE) instanceof Value.Whole(long write) ? write : -1;
    }

    /** Whether it is to the last bit what that write put. */
    static boolean isWhole(Item item) {
        Item put = item(item.id(), writeOf(item));
        return Arrays.equals(put.vector(), item.vector())
                && put.payload().equals(item.payload())
                && Objects.deepEquals(put.source(), item.source());
    }
}
