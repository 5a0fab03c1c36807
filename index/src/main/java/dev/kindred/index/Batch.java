package dev.kindred.index;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one write changes: of each id the last change, in their order, and the sequence number of each.
 *
 * @param lastSequence of the whole write, also where its last change was overtaken by none
 */
record Batch(List<Numbered> changes, long lastSequence) {

    record Numbered(Change change, long sequence) {}

    /** Adds what is put. */
    void addTo(ColumnsBuilder columns) {
        for (Numbered numbered : changes) {
            if (numbered.change() instanceof Change.Put put) {
                columns.add(put.item(), numbered.sequence());
            }
        }
    }

    /** About what it takes on disk, in bytes. */
    long bytes() {
        long bytes = 0;
        for (Numbered numbered : changes) {
            bytes += 64 + numbered.change().id().length();
            if (numbered.change() instanceof Change.Put(Item item)) {
                byte[] source = item.source();
                bytes += 4L * item.vector().length + (source == null ? 0 : source.length);
            }
        }
        return bytes;
    }

    /** @param first the sequence number of the first change */
    static Batch of(List<Change> changes, long first) {
        Map<String, Numbered> lasts = new LinkedHashMap<>();
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            lasts.remove(change.id());
            lasts.put(change.id(), new Numbered(change, first + i));
        }
        return new Batch(new ArrayList<>(lasts.values()), first + changes.size() - 1);
    }
}
