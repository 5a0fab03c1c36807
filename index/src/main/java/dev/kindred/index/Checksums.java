package dev.kindred.index;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.zip.CRC32C;

/** The CRC-32C of each MiB of a rows file, checked once each, when asked for or before first use. Safe for many threads. */
final class Checksums {
    private static final int BLOCK = Header.BLOCK;

    private final MemorySegment file;
    private final long covered;
    private final int blocks;
    private final String where;
    private final AtomicIntegerArray checked;
    private volatile boolean allChecked;

    private Checksums(MemorySegment file, Header header, String where) {
        this.file = file;
        this.covered = header.checksumsAt();
        this.blocks = header.blocks();
        this.where = where;
        this.checked = new AtomicIntegerArray(blocks);
    }

    /** Checks the list of checksums itself. */
    static Checksums of(MemorySegment file, Header header, String where) {
        Checksums checksums = new Checksums(file, header, where);
        long list = header.checksumsAt();
        long end = list + 4L * header.blocks();
        if (crc(file, list, end - list) != Layout.int32(file, end)) {
            throw Header.damaged("is damaged: its list of checksums does not hold", where);
        }
        return checksums;
    }

    /** Refuses the file if any of its bytes {@code [from, to)} lies in a block whose checksum does not hold. */
    void require(long from, long to) {
        if (allChecked || from >= to) {
            return;
        }
        for (int block = (int) (from / BLOCK); block <= (int) ((to - 1) / BLOCK); block++) {
            if (checked.getPlain(block) == 0) {
                if (!holds(block)) {
                    throw Header.damaged("is damaged: " + describe(block), where);
                }
                checked.set(block, 1);
            }
        }
    }

    void requireAll() {
        require(0, covered);
        allChecked = true;
    }

    int blocks() {
        return blocks;
    }

    /** Reads the block again, whatever was found before. */
    boolean holds(int block) {
        long start = (long) block * BLOCK;
        return crc(file, start, Math.min(BLOCK, covered - start)) == Layout.int32(file, covered + 4L * block);
    }

    String describe(int block) {
        long start = (long) block * BLOCK;
        return "the checksum of bytes %,d to %,d does not hold".formatted(start, Math.min(start + BLOCK, covered));
    }

    private static int crc(MemorySegment file, long from, long length) {
        CRC32C crc = new CRC32C();
        for (long at = from; at < from + length; at += BLOCK) {
            crc.update(file.asSlice(at, Math.min(BLOCK, from + length - at)).asByteBuffer());
        }
        return (int) crc.getValue();
    }
}
