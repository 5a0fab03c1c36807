package dev.kindred.index;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.index.IndexInfo.Capability;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The exact engine: every answer is the true one, found by reading all rows.
 *
 * <p>A folder with one file, {@code vectors.rows}, memory-mapped: header, rows, ids, payloads, sources, checksums ({@link Header}).
 * Searches read one snapshot of it and wait for nobody. A write makes the file anew beside the old one and moves it into its place, so
 * it costs the size of the whole index: write in batches. It is durable when it returns, and found by the next search. Other processes
 * may have the folder open for reading meanwhile; they go on seeing what they opened.
 *
 * <p>Files up to 1 GiB are checked whole when opened (CRC-32C, some GB/s); of larger ones, rows and sources before their first use.
 */
public final class ExactIndex implements VectorIndex {
    /** The file's name in the folder. */
    public static final String FILE = "vectors.rows";

    /** What stands beside it while somebody writes, and after a writer that was killed. */
    public static final Set<String> LOCK_FILES = Set.of(WriterLock.LOCK, WriterLock.OWNER);

    private final Path dir;
    private final Space space;
    private final String owner;
    private final AtomicReference<@Nullable Snapshot> current;
    private final ReentrantLock writing = new ReentrantLock();
    private @Nullable WriterLock lock;

    private ExactIndex(Path dir, String owner, @Nullable WriterLock lock, Snapshot snapshot) {
        this.dir = dir;
        this.space = snapshot.space();
        this.owner = owner;
        this.lock = lock;
        this.current = new AtomicReference<>(snapshot);
    }

    /** An empty index in a folder that has none, open for writing. */
    public static ExactIndex create(Path dir, Space space) {
        if (Files.exists(dir.resolve(FILE))) {
            throw new Refusal("there is an index already", dir.toString(), "open it, or choose another folder");
        }
        return build(dir, space, Stream.empty(), Progress.SILENT);
    }

    /** Opens the index of a folder. The writer's lock is taken by the first write and held until closed. */
    public static ExactIndex open(Path dir) {
        return new ExactIndex(dir, thisProcess(), null, Snapshot.open(dir.resolve(FILE)));
    }

    /** Opens for writing now, as {@code owner} (e.g. a server's URL), whom a second writer's refusal names. */
    public static ExactIndex open(Path dir, String owner) {
        Path file = dir.resolve(FILE);
        if (!Files.exists(file)) {
            return open(dir);
        }
        WriterLock lock = WriterLock.take(dir, owner);
        return opened(dir, owner, lock);
    }

    /**
     * Builds the index of a folder from a stream of items, which are never all in memory, and puts it in place of the one that stood
     * there, if any, when it is whole. Sequence numbers start at 1. Closes the stream.
     *
     * @throws Refusal where an id stands twice, or an item does not belong into the space
     */
    public static ExactIndex build(Path dir, Space space, Stream<Item> items, Progress progress) {
        try (items;
                Builder builder = builder(dir, space)) {
            Iterator<Item> each = items.iterator();
            while (each.hasNext()) {
                builder.add(each.next());
                progress.at("indexing", builder.count(), 0, "");
            }
            return builder.finish();
        }
    }

    /** The same, item by item. */
    public static Builder builder(Path dir, Space space) {
        if (space.dimension() > Header.MAX_DIMENSION
                || space.id().isEmpty()
                || space.id().getBytes(StandardCharsets.UTF_8).length > Header.MAX_SPACE_ID) {
            throw new Refusal(
                    "an index cannot hold the space " + space.shortId() + " of " + space.dimension() + " dimensions",
                    dir.toString(),
                    "use at most 65,536 dimensions and a space id of 1 to 512 bytes");
        }
        return new Builder(dir, space, WriterLock.take(dir, thisProcess()));
    }

    private static String thisProcess() {
        return "this computer's Kindred";
    }

    private static ExactIndex opened(Path dir, String owner, WriterLock lock) {
        boolean opened = false;
        try {
            ExactIndex index = new ExactIndex(dir, owner, lock, Snapshot.open(dir.resolve(FILE)));
            opened = true;
            return index;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    /** Takes items and makes an index of them; closed without {@link #finish} it leaves everything as it was. For one thread. */
    public static final class Builder implements AutoCloseable {
        private final Path dir;
        private final Space space;
        private final ColumnsBuilder columns;
        private @Nullable WriterLock lock;

        private Builder(Path dir, Space space, WriterLock lock) {
            this.dir = dir;
            this.space = space;
            this.lock = lock;
            this.columns = new ColumnsBuilder(space, dir);
        }

        public int count() {
            return columns.count();
        }

        /** @throws Refusal where the item does not belong into the space, naming it */
        public void add(Item item) {
            columns.add(item, columns.count() + 1);
        }

        /** Writes the file, puts it in its place and opens it for writing. */
        public ExactIndex finish() {
            WriterLock held = lock;
            if (held == null) {
                throw new IllegalStateException("finished already");
            }
            try (Arena arena = Arena.ofConfined()) {
                new RowsWriter(space)
                        .add(columns.columns(arena), new BitSet())
                        .write(dir.resolve(FILE), columns.count());
            }
            lock = null;
            return opened(dir, thisProcess(), held);
        }

        @Override
        public void close() {
            columns.close();
            if (lock != null) {
                lock.close();
                lock = null;
            }
        }
    }

    @Override
    public IndexInfo info() {
        return reading(this::info);
    }

    private IndexInfo info(Snapshot snapshot) {
        Header header = snapshot.header();
        return new IndexInfo(space, "exact", header.count(), header.lastSequence(), EnumSet.allOf(Capability.class));
    }

    /** What it takes on disk. */
    public IndexStats stats() {
        return reading(snapshot -> {
            Header header = snapshot.header();
            return new IndexStats(
                    info(snapshot),
                    header.fileLength(),
                    header.length(Header.Section.ROWS),
                    header.length(Header.Section.PAYLOAD_BYTES),
                    header.length(Header.Section.SOURCE_BYTES));
        });
    }

    /** Reads the whole file again: checksums, ids, payloads, numbers. Empty where all is sound. */
    public List<Finding> check() {
        return reading(snapshot -> Inspection.of(snapshot, dir.resolve(FILE)));
    }

    @Override
    public Found search(Query query) {
        return reading(snapshot -> {
            Scan scan = scan(snapshot, query);
            int[] candidates = RowTest.candidates(query.filter(), snapshot);
            if (candidates != null) {
                scan.run(candidates);
            } else {
                scan.run(0, snapshot.columns().count());
            }
            return scan.found();
        });
    }

    /** The same on several threads, each with its share of the rows. The answer does not depend on how many. */
    public Found search(Query query, Workers workers) {
        return reading(snapshot -> {
            int count = snapshot.columns().count();
            if (workers.threads() == 1 || count == 0 || RowTest.candidates(query.filter(), snapshot) != null) {
                return search(query);
            }
            int share = Math.ceilDiv(count, workers.threads());
            List<Scan> scans = IntStream.range(0, Math.ceilDiv(count, share))
                    .mapToObj(i -> scan(snapshot, query))
                    .toList();
            workers.blocks(count, share, (from, to) -> scans.get(from / share).run(from, to));
            scans.stream().skip(1).forEach(scans.getFirst()::addAll);
            return scans.getFirst().found();
        });
    }

    /** Many queries at once, which share each pass over the rows; answers in their order, as if asked one by one. */
    public List<Found> search(List<Query> queries, Workers workers) {
        return reading(snapshot -> {
            List<Scan> scans =
                    queries.stream().map(query -> scan(snapshot, query)).toList();
            int count = snapshot.columns().count();
            int step = Scan.blockRows(snapshot.columns().stride());
            int share = Math.max(1, Math.ceilDiv(scans.size(), workers.threads()));
            workers.blocks(scans.size(), share, (from, to) -> {
                for (int row = 0; row < count; row += step) {
                    for (Scan scan : scans.subList(from, to)) {
                        scan.run(row, Math.min(count, row + step));
                    }
                }
            });
            return scans.stream().map(Scan::found).toList();
        });
    }

    private Scan scan(Snapshot snapshot, Query query) {
        space.require(query.space(), dir.toString());
        return new Scan(snapshot, query);
    }

    @Override
    public Optional<Item> get(String id) {
        return reading(snapshot -> {
            int row = snapshot.find(id);
            return row < 0 ? Optional.empty() : Optional.of(snapshot.item(row));
        });
    }

    @Override
    public Items scan(long afterSequence) {
        Snapshot snapshot = retained();
        AtomicBoolean released = new AtomicBoolean();
        Iterator<Items.Written> rows = IntStream.range(
                        snapshot.firstAfter(afterSequence), snapshot.columns().count())
                .mapToObj(row -> {
                    if (released.get()) {
                        throw new IllegalStateException("these items were closed");
                    }
                    return new Items.Written(snapshot.columns().sequence(row), snapshot.item(row));
                })
                .iterator();
        return new Items(rows, () -> {
            if (released.compareAndSet(false, true)) {
                snapshot.release();
            }
        });
    }

    @Override
    public Receipt write(List<Change> changes, Visibility until) {
        writing.lock();
        try {
            requireLock();
            Snapshot old = retained();
            try {
                if (changes.isEmpty()) {
                    return new Receipt(old.header().lastSequence(), Visibility.SEARCHABLE);
                }
                rewrite(old, changes);
            } finally {
                old.release();
            }
            return new Receipt(old.header().lastSequence() + changes.size(), Visibility.SEARCHABLE);
        } finally {
            writing.unlock();
        }
    }

    /** Of the lock's first taking, the file is opened again: another process may have written since. */
    private void requireLock() {
        if (lock != null) {
            return;
        }
        if (current.get() == null) {
            throw closed();
        }
        WriterLock taken = WriterLock.take(dir, owner);
        boolean ready = false;
        try {
            Snapshot fresh = Snapshot.open(dir.resolve(FILE));
            try {
                fresh.space().require(space, dir.toString());
            } catch (Refusal e) {
                fresh.release();
                throw e;
            }
            swap(fresh);
            lock = taken;
            ready = true;
        } finally {
            if (!ready) {
                taken.close();
            }
        }
    }

    private void rewrite(Snapshot old, List<Change> changes) {
        long first = old.header().lastSequence() + 1;
        Map<String, Integer> lasts = new LinkedHashMap<>();
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            if (change instanceof Change.Put put) {
                Vectors.require(space, put.item());
            }
            lasts.remove(change.id());
            lasts.put(change.id(), i);
        }
        BitSet dropped = new BitSet();
        try (ColumnsBuilder added = new ColumnsBuilder(space, dir);
                Arena arena = Arena.ofConfined()) {
            lasts.forEach((id, i) -> {
                int row = old.find(id);
                if (row >= 0) {
                    dropped.set(row);
                }
                if (changes.get(i) instanceof Change.Put put) {
                    added.add(put.item(), first + i);
                }
            });
            // What is copied must be sound: fresh checksums over damaged rows would hide the damage for good.
            old.checksums().requireAll();
            new RowsWriter(space)
                    .add(old.columns(), dropped)
                    .add(added.columns(arena), new BitSet())
                    .write(dir.resolve(FILE), first + changes.size() - 1);
        }
        swap(Snapshot.open(dir.resolve(FILE)));
    }

    private void swap(Snapshot fresh) {
        Snapshot before = current.getAndSet(fresh);
        if (before != null) {
            before.release();
        }
    }

    private <T> T reading(Function<Snapshot, T> work) {
        Snapshot snapshot = retained();
        try {
            return work.apply(snapshot);
        } finally {
            snapshot.release();
        }
    }

    private Snapshot retained() {
        while (true) {
            Snapshot snapshot = current.get();
            if (snapshot == null) {
                throw closed();
            }
            if (snapshot.retain()) {
                return snapshot;
            }
        }
    }

    private IllegalStateException closed() {
        return new IllegalStateException("the index in " + dir + " is closed");
    }

    /** Searches under way end as they would have; the file is unmapped after the last. */
    @Override
    public void close() {
        writing.lock();
        try {
            Snapshot last = current.getAndSet(null);
            if (last != null) {
                last.release();
            }
            if (lock != null) {
                lock.close();
                lock = null;
            }
        } finally {
            writing.unlock();
        }
    }
}
