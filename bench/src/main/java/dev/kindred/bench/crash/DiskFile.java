package dev.kindred.bench.crash;

import dev.kindred.core.Keyed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A file on a disk that may lose its power: what is safe, and what was asked for since. */
final class DiskFile {
    /** Bytes that a disk writes whole or not at all. */
    static final int SECTOR = 512;

    private byte[] safe;
    private int length;
    private final List<Change> pending = new ArrayList<>();
    /** Of all changes ever, so that a sync knows which came before it. */
    private long done;

    private sealed interface Change {}

    private record Written(long offset, byte[] bytes) implements Change {}

    /** @param least whether it only grows to it */
    private record Sized(long length, boolean least) implements Change {}

    /** What becomes of changes that were not synced. */
    enum Fate {
        ALL,
        NONE,
        /** Each write whole or not. */
        SOME,
        /** Each sector of each write. */
        TORN
    }

    DiskFile(byte[] content) {
        safe = content.clone();
        length = content.length;
    }

    void write(long offset, byte[] bytes) {
        pending.add(new Written(offset, bytes));
        done++;
    }

    void resize(long size, boolean least) {
        pending.add(new Sized(size, least));
        done++;
    }

    /** How many changes there were so far. */
    long mark() {
        return done;
    }

    /** What was asked before a mark is safe. */
    void sync(long mark) {
        int count = (int) Math.max(0, pending.size() - (done - mark));
        List<Change> before = pending.subList(0, count);
        for (Change change : before) {
            switch (change) {
                case Written(long offset, byte[] bytes) -> put(offset, bytes, 0, bytes.length);
                case Sized(long size, boolean least) -> size(size, least);
            }
        }
        before.clear();
    }

    /**
     * Its content after a loss of power. A sector that was written several times has the state after one of the writes, as it lay in memory
     * then. Sizes change in their order, so that of them the first few are kept.
     */
    byte[] after(Fate fate, Keyed random) {
        DiskFile left = new DiskFile(Arrays.copyOf(safe, length));
        Map<Long, Integer> latest = new HashMap<>();
        int sizes = (int) pending.stream().filter(Sized.class::isInstance).count();
        sizes = switch (fate) {
            case ALL -> sizes;
            case NONE -> 0;
            case SOME, TORN -> random.nextInt(sizes + 1);
        };
        for (int i = 0; i < pending.size(); i++) {
            if (pending.get(i) instanceof Written written) {
                boolean whole = keeps(fate, random);
                for (long sector = written.offset / SECTOR; sector <= last(written); sector++) {
                    if (fate == Fate.TORN ? random.nextInt(2) == 0 : whole) {
                        latest.put(sector, i);
                    }
                }
            }
        }
        for (int i = 0; i < pending.size(); i++) {
            switch (pending.get(i)) {
                case Written written -> {
                    for (long sector = written.offset / SECTOR; sector <= last(written); sector++) {
                        if (latest.getOrDefault(sector, -1) >= i) {
                            left.put(written, sector);
                        }
                    }
                }
                case Sized(long size, boolean least) -> {
                    if (sizes > 0) {
                        sizes--;
                        left.size(size, least);
                    }
                }
            }
        }
        return Arrays.copyOf(left.safe, left.length);
    }

    private static boolean keeps(Fate fate, Keyed random) {
        return switch (fate) {
            case ALL -> true;
            case NONE -> false;
            case SOME, TORN -> random.nextInt(2) == 0;
        };
    }

    private static long last(Written written) {
        return (written.offset + written.bytes.length - 1) / SECTOR;
    }

    private void put(Written written, long sector) {
        long from = Math.max(written.offset, sector * SECTOR);
        long to = Math.min(written.offset + written.bytes.length, (sector + 1) * SECTOR);
        put(from, written.bytes, (int) (from - written.offset), (int) (to - from));
    }

    private void put(long offset, byte[] bytes, int from, int count) {
        int end = Math.toIntExact(offset + count);
        reserve(end);
        System.arraycopy(bytes, from, safe, (int) offset, count);
        length = Math.max(length, end);
    }

    private void size(long size, boolean least) {
        if (least && size <= length) {
            return;
        }
        int to = Math.toIntExact(size);
        reserve(to);
        // What was cut off does not come back where it grows again.
        Arrays.fill(safe, Math.min(to, length), Math.max(to, length), (byte) 0);
        length = to;
    }

    private void reserve(int size) {
        if (size > safe.length) {
            safe = Arrays.copyOf(safe, Math.max(size, safe.length + (safe.length >> 1)));
        }
    }
}
