package dev.kindred.index;

import dev.kindred.core.Keyed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.store.BaseDirectory;
import org.apache.lucene.store.ByteBuffersDataInput;
import org.apache.lucene.store.ByteBuffersIndexInput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.OutputStreamIndexOutput;
import org.apache.lucene.store.SingleInstanceLockFactory;
import org.jspecify.annotations.Nullable;

/**
 * Files in memory, and what a disk would have of them after a loss of power: what was synced stays; of a file that was not, nothing, a
 * part, or sectors of zeros or of anything; names made, changed or taken away since the last sync of the folder are so or as before, each
 * by itself.
 */
final class PowerLossDirectory extends BaseDirectory {
    private static final int SECTOR = 512;
    private static final int BUFFER = 1_024;

    private final double kept;
    private final Keyed random;
    private final Map<String, Content> names = new TreeMap<>();
    private final Map<String, Content> safe = new TreeMap<>();
    private final List<Names> pending = new ArrayList<>();
    /** What is done to the files until power is lost. */
    private int left;

    private int temporary;
    private @Nullable Map<String, byte[]> lost;

    /**
     * @param disk the files that are there, by name
     * @param kept the share of syncs that do what they say
     * @param after how many things are done to the files until power is lost
     */
    PowerLossDirectory(Map<String, byte[]> disk, double kept, Keyed random, int after) {
        super(new SingleInstanceLockFactory());
        this.kept = kept;
        this.random = random;
        this.left = after;
        disk.forEach((name, bytes) -> names.put(name, new Content(bytes)));
        safe.putAll(names);
    }

    private static final class Content {
        private byte[] bytes;
        private int length;
        private boolean synced;

        Content(byte[] bytes) {
            this.bytes = bytes;
            this.length = bytes.length;
            this.synced = true;
        }

        void append(byte[] from, int offset, int count) {
            if (length + count > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
            }
            System.arraycopy(from, offset, bytes, length, count);
            length += count;
            synced = false;
        }

        byte[] after(Keyed random) {
            byte[] whole = Arrays.copyOf(bytes, length);
            if (synced) {
                return whole;
            }
            int fate = random.nextInt(5);
            if (fate == 0) {
                return whole;
            }
            if (fate <= 2) {
                return Arrays.copyOf(whole, fate == 1 ? 0 : random.nextInt(length + 1));
            }
            for (int from = 0; from < length; from += SECTOR) {
                for (int i = from; random.nextInt(2) == 0 && i < Math.min(from + SECTOR, length); i++) {
                    whole[i] = fate == 3 ? 0 : (byte) random.nextLong();
                }
            }
            return whole;
        }
    }

    /** A change of names: one that is gone, one that is there. */
    private record Names(
            @Nullable String gone,
            @Nullable String there,
            @Nullable Content content) {
        void apply(Map<String, Content> to) {
            if (gone != null) {
                to.remove(gone);
            }
            if (there != null && content != null) {
                to.put(there, content);
            }
        }

        Set<String> touched() {
            Set<String> touched = new HashSet<>();
            if (gone != null) {
                touched.add(gone);
            }
            if (there != null) {
                touched.add(there);
            }
            return touched;
        }
    }

    /** The files that the disk has once power was lost; null as long as it is there. */
    synchronized @Nullable Map<String, byte[]> lost() {
        return lost;
    }

    /** Power is lost now, if it is not yet. */
    synchronized Map<String, byte[]> lose() {
        Map<String, byte[]> before = lost;
        if (before != null) {
            return before;
        }
        Map<String, Content> there = new HashMap<>(safe);
        Set<String> stuck = new HashSet<>();
        for (Names change : pending) {
            boolean free = change.touched().stream().noneMatch(stuck::contains);
            if (free && random.nextInt(2) == 0) {
                change.apply(there);
            } else {
                // A name whose earlier change is lost has none of the later ones.
                stuck.addAll(change.touched());
            }
        }
        Map<String, byte[]> files = new TreeMap<>();
        new TreeMap<>(there).forEach((name, content) -> files.put(name, content.after(random)));
        lost = files;
        return files;
    }

    /** Counts what is done; before the last of it, power is lost. What comes then is done for nobody. */
    private void step() {
        if (--left == 0) {
            lose();
        }
    }

    private void change(@Nullable String gone, @Nullable String there, @Nullable Content content) {
        step();
        Names change = new Names(gone, there, content);
        change.apply(names);
        pending.add(change);
    }

    @Override
    public synchronized String[] listAll() {
        return names.keySet().toArray(String[]::new);
    }

    private Content content(String name) throws NoSuchFileException {
        Content content = names.get(name);
        if (content == null) {
            throw new NoSuchFileException(name);
        }
        return content;
    }

    @Override
    public synchronized void deleteFile(String name) throws IOException {
        content(name);
        change(name, null, null);
    }

    @Override
    public synchronized long fileLength(String name) throws IOException {
        return content(name).length;
    }

    @Override
    public synchronized IndexOutput createOutput(String name, IOContext context) throws IOException {
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        Content content = new Content(new byte[0]);
        content.synced = false;
        change(null, name, content);
        OutputStream stream = new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int count) {
                synchronized (PowerLossDirectory.this) {
                    step();
                    content.append(from, offset, count);
                }
            }
        };
        return new OutputStreamIndexOutput(name, name, stream, BUFFER);
    }

    @Override
    public synchronized IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
            throws IOException {
        return createOutput(prefix + "_" + suffix + "_" + temporary++ + ".tmp", context);
    }

    @Override
    public synchronized void sync(Collection<String> files) throws IOException {
        for (String name : files) {
            Content content = content(name);
            step();
            content.synced |= random.uniform(0, 1) < kept;
        }
    }

    @Override
    public synchronized void syncMetaData() {
        step();
        if (random.uniform(0, 1) < kept) {
            pending.forEach(change -> change.apply(safe));
            pending.clear();
        }
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        change(from, to, content(from));
    }

    @Override
    public synchronized IndexInput openInput(String name, IOContext context) throws IOException {
        Content content = content(name);
        ByteBuffer bytes = ByteBuffer.wrap(content.bytes, 0, content.length).order(ByteOrder.LITTLE_ENDIAN);
        return new ByteBuffersIndexInput(new ByteBuffersDataInput(List.of(bytes)), name);
    }

    @Override
    public Set<String> getPendingDeletions() {
        return Set.of();
    }

    @Override
    public void close() {
        isOpen = false;
    }
}
