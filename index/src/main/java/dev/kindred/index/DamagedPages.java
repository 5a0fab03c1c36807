package dev.kindred.index;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pages of an items file as of its last whole transaction, those in the write-ahead log before those in the file. Only reads, and
 * needs no page to be sound: SQLite itself gives up a page, and all below it, for one wrong byte. The formats are SQLite's, which are
 * fixed (sqlite.org/fileformat2.html).
 */
final class DamagedPages implements Closeable {
    /** Bytes of a page, as {@link TruthFile} makes them. */
    static final int SIZE = 8_192;

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int LOG_HEADER = 32;
    private static final int FRAME_HEADER = 24;
    /** Of a log whose checksums are of little-endian words; one more where they are big-endian. */
    private static final int LOG_MAGIC = 0x377f0682;

    /** A terabyte of pages, which sets of them are made for. */
    private static final int MOST_BEYOND = 1 << 27;

    private final FileChannel file;
    private final @Nullable FileChannel log;
    /** Where in the log a page's newest image begins. */
    private final Map<Integer, Long> newer = new HashMap<>();

    /** Of file and log. */
    private long bytes;

    private int count;
    private boolean logDamaged;

    /** @param log closed with it, as the file is */
    DamagedPages(FileChannel file, @Nullable FileChannel log) throws IOException {
        this.file = file;
        this.log = log;
        this.bytes = file.size();
        this.count = (int) Math.min(Integer.MAX_VALUE, bytes / SIZE);
        if (log != null) {
            try {
                bytes += log.size();
                readLog(log);
            } catch (IOException e) {
                // What was read up to there counts.
                logDamaged = true;
            }
        }
    }

    static DamagedPages open(Path file) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + "-wal");
        FileChannel pages = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        FileChannel log = null;
        boolean ready = false;
        try {
            if (Files.isRegularFile(beside, LinkOption.NOFOLLOW_LINKS)) {
                log = FileChannel.open(beside, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            }
            DamagedPages opened = new DamagedPages(pages, log);
            ready = true;
            return opened;
        } finally {
            if (!ready) {
                pages.close();
                if (log != null) {
                    log.close();
                }
            }
        }
    }

    /** Pages are numbered from 1 to this. */
    int count() {
        return count;
    }

    /** What there is to read: no row is longer. */
    long bytes() {
        return bytes;
    }

    /** Pages behind {@link #count} that the log has, where the file was cut. */
    List<Integer> beyond() {
        return newer.keySet().stream()
                .filter(page -> page > count && has(page))
                .sorted()
                .toList();
    }

    /**
     * Whether whole transactions lie in the log behind one that is damaged: what they wrote cannot be trusted. Or the disk does not give
     * the rest of it.
     */
    boolean logDamaged() {
        return logDamaged;
    }

    /** A page; zeros where the disk does not give it. */
    byte[] page(int number) {
        ByteBuffer page = ByteBuffer.allocate(SIZE);
        Long at = newer.get(number);
        try {
            if (at != null && log != null) {
                fill(log, page, at);
            } else {
                fill(file, page, (number - 1L) * SIZE);
            }
        } catch (IOException e) {
            return new byte[SIZE];
        }
        return page.array();
    }

    boolean has(int number) {
        return number >= 1 && (number <= count || (number <= MOST_BEYOND && newer.containsKey(number)));
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long at) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                return;
            }
        }
    }

    /** Whether the first page begins as an SQLite file's. */
    boolean hasHeader() {
        return has(1) && ByteBuffer.wrap(page(1), 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    }

    /** Pages that nothing uses, whose old content is still there; null where they cannot all be known. */
    @Nullable
    BitSet free() {
        if (!hasHeader()) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(page(1));
        int total = header.getInt(36);
        if (header.getInt(28) != count) {
            return null;
        }
        BitSet free = new BitSet();
        int trunk = header.getInt(32);
        while (trunk != 0) {
            if (!has(trunk) || free.get(trunk)) {
                return null;
            }
            free.set(trunk);
            ByteBuffer list = ByteBuffer.wrap(page(trunk));
            int leaves = list.getInt(4);
            if (leaves < 0 || leaves > SIZE / 4 - 2) {
                return null;
            }
            for (int i = 0; i < leaves; i++) {
                int leaf = list.getInt(8 + 4 * i);
                if (!has(leaf) || free.get(leaf)) {
                    return null;
                }
                free.set(leaf);
            }
            trunk = list.getInt(0);
        }
        return free.cardinality() == total ? free : null;
    }

    /** Frames up to the last that ends a transaction, each of which carries the checksum of all before. */
    private void readLog(FileChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(LOG_HEADER);
        fill(channel, header, 0);
        int magic = header.getInt(0);
        if ((magic & ~1) != LOG_MAGIC || header.getInt(8) != SIZE) {
            logDamaged = channel.size() > LOG_HEADER;
            return;
        }
        LogSum sum = new LogSum(magic == LOG_MAGIC ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        sum.add(header, 0, 24);
        if (!sum.is(header, 24)) {
            logDamaged = true;
            return;
        }
        long salts = header.getLong(16);
        Map<Integer, Long> open = new HashMap<>();
        boolean sound = true;
        ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER + SIZE);
        for (long at = LOG_HEADER; at + frame.capacity() <= channel.size(); at += frame.capacity()) {
            fill(channel, frame.clear(), at);
            if (frame.getLong(8) != salts) {
                // Of an earlier use of the log, or damaged itself: what comes behind tells.
                sound = false;
                continue;
            }
            int committed = frame.getInt(4);
            if (sound) {
                sum.add(frame, 0, 8);
                sum.add(frame, FRAME_HEADER, SIZE);
                sound = sum.is(frame, 16);
            }
            if (!sound) {
                logDamaged |= committed != 0;
                continue;
            }
            open.put(frame.getInt(0), at + FRAME_HEADER);
            if (committed != 0) {
                newer.putAll(open);
                open.clear();
                // A file says of its length what it likes.
                long most = bytes / SIZE;
                count = (int) (committed < 0 ? most : Math.min(committed, most));
            }
        }
    }

    /** The log's running checksum, two words over pairs of words. */
    private static final class LogSum {
        private final ByteOrder order;
        private int first;
        private int second;

        LogSum(ByteOrder order) {
            this.order = order;
        }

        void add(ByteBuffer bytes, int from, int length) {
            ByteBuffer words = bytes.duplicate().clear().order(order);
            for (int at = from; at < from + length; at += 8) {
                first += words.getInt(at) + second;
                second += words.getInt(at + 4) + first;
            }
        }

        boolean is(ByteBuffer bytes, int at) {
            return bytes.getInt(at) == first && bytes.getInt(at + 4) == second;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            if (log != null) {
                log.close();
            }
        }
    }
}
