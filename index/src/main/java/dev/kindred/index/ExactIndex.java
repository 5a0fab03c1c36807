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
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
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
 * <p>A folder with {@code vectors.rows}, memory-mapped: header, rows, ids, payloads, sources, checksums ({@link Header}); and beside it
 * {@code vectors.journal}, the writes since ({@link Journal}), which are kept in memory too. Searches read one moment of both and wait
 * for nobody. A write is appended to the journal and costs its own size; where the journal would grow past a quarter of the rows file,
 * that is made anew beside the old one with all writes in it and moved into its place. Either way a write is durable when it returns,
 * and found by the next search. Other processes may have the folder open for reading meanwhile; they go on seeing what they opened.
 *
 * <p>Files up to 1 GiB are checked whole when opened (CRC-32C, some GB/s); of larger ones, rows and sources before their first use.
 */
public final class ExactIndex implements EmbeddedIndex {
    /** The file's name in the folder. */
    public static final String FILE = "vectors.rows";

    /** What stands beside it while somebody writes, and after a writer that was killed. */
    public static final Set<String> LOCK_FILES = Set.of(WriterLock.LOCK, WriterLock.OWNER);

    private static final long SMALLEST_JOURNAL = 1 << 20;
    private static final long LARGEST_JOURNAL = 256 << 20;

    private final Path dir;
    private final Space space;
    private final String owner;
    private final AtomicReference<@Nullable View> current;
    private final ReentrantLock writing = new ReentrantLock();
    private @Nullable WriterLock lock;
    /** What the journal's file held when the lock was taken. */
    private Journal.Replay found;

    private Journal.@Nullable Appender journal;

    private ExactIndex(Path dir, String owner, @Nullable WriterLock lock, Loaded loaded) {
        this.dir = dir;
        this.space = loaded.view().space();
        this.owner = owner;
        this.lock = lock;
        this.found = loaded.found();
        this.current = new AtomicReference<>(loaded.view());
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
        return new ExactIndex(dir, thisProcess(), null, Loaded.from(dir));
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
                IndexBuilder builder = builder(dir, space)) {
            Iterator<Item> each = items.iterator();
            while (each.hasNext()) {
                builder.add(each.next());
                progress.at("indexing", builder.count(), 0, "");
            }
            return builder.finish();
        }
    }

    /** The same, item by item. */
    public static IndexBuilder builder(Path dir, Space space) {
        if (space.dimension() > Header.MAX_DIMENSION
                || space.id().isEmpty()
                || space.id().getBytes(StandardCharsets.UTF_8).length > Header.MAX_SPACE_ID) {
            throw new Refusal(
                    "an index cannot hold the space " + space.shortId() + " of " + space.dimension() + " dimensions",
                    dir.toString(),
                    "use at most 65,536 dimensions and a space id of 1 to 512 bytes");
        }
        return new IndexBuilder(dir, space, WriterLock.take(dir, thisProcess()));
    }

    static String thisProcess() {
        return "this computer's Kindred";
    }

    /** Opens for writing under a lock that is held, and is let go of where that fails. */
    static ExactIndex opened(Path dir, String owner, WriterLock lock) {
        boolean opened = false;
        try {
            ExactIndex index = new ExactIndex(dir, owner, lock, Loaded.from(dir));
            opened = true;
            return index;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    @Override
    public IndexInfo info() {
        return reading(this::info);
    }

    private IndexInfo info(View view) {
        return new IndexInfo(space, "exact", view.count(), view.lastSequence(), EnumSet.allOf(Capability.class));
    }

    Path folder() {
        return dir;
    }

    @Override
    public IndexStats stats() {
        return reading(view -> {
            long vectors = 0;
            long payloads = 0;
            long sources = 0;
            for (Piece piece : view.pieces()) {
                vectors += piece.columns().rows().byteSize();
                payloads += piece.columns().payloads().bytes().byteSize();
                sources += piece.columns().sources().bytes().byteSize();
            }
            long written = view.lastSequence() > view.file().header().lastSequence()
                    ? Journal.in(dir).toFile().length()
                    : 0;
            return new IndexStats(info(view), view.file().header().fileLength() + written, vectors, payloads, sources);
        });
    }

    /** Reads both files again: checksums, ids, payloads, numbers. */
    @Override
    public List<Finding> check() {
        return reading(view -> {
            List<Finding> findings = new ArrayList<>(Inspection.of(view.file(), dir.resolve(FILE)));
            Inspection.of(view, dir).ifPresent(findings::add);
            return List.copyOf(findings);
        });
    }

    @Override
    public Found search(Query query) {
        return reading(view -> {
            Scan scan = scan(view, query);
            int[] candidates = RowTest.candidates(query.filter(), view);
            if (candidates != null) {
                scan.run(candidates);
            } else {
                scan.run(0, view.rows());
            }
            return scan.found();
        });
    }

    /** The same on several threads, each with its share of the rows. The answer does not depend on how many. */
    public Found search(Query query, Workers workers) {
        return reading(view -> {
            int count = view.rows();
            if (workers.threads() == 1 || count == 0 || RowTest.candidates(query.filter(), view) != null) {
                return search(query);
            }
            int share = Math.ceilDiv(count, workers.threads());
            List<Scan> scans = IntStream.range(0, Math.ceilDiv(count, share))
                    .mapToObj(i -> scan(view, query))
                    .toList();
            workers.blocks(count, share, (from, to) -> scans.get(from / share).run(from, to));
            scans.stream().skip(1).forEach(scans.getFirst()::addAll);
            return scans.getFirst().found();
        });
    }

    /** Many queries at once, which share each pass over the rows; answers in their order, as if asked one by one. */
    public List<Found> search(List<Query> queries, Workers workers) {
        return reading(view -> {
            List<Scan> scans = queries.stream().map(query -> scan(view, query)).toList();
            int count = view.rows();
            int step = Scan.blockRows(Columns.stride(space.dimension()));
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

    private Scan scan(View view, Query query) {
        space.require(query.space(), dir.toString());
        FilterCheck.require(query.filter(), view.payloadFields());
        return new Scan(view, query);
    }

    @Override
    public Optional<Item> get(String id) {
        return reading(view -> {
            int row = view.find(id);
            return row < 0 ? Optional.empty() : Optional.of(view.item(row));
        });
    }

    @Override
    public Items scan(long afterSequence) {
        View view = retained();
        AtomicBoolean released = new AtomicBoolean();
        Iterator<Items.Written> rows = view.after(afterSequence)
                .mapToObj(row -> {
                    if (released.get()) {
                        throw new IllegalStateException("these items were closed");
                    }
                    return new Items.Written(view.sequence(row), view.item(row));
                })
                .iterator();
        return new Items(rows, () -> {
            if (released.compareAndSet(false, true)) {
                view.file().release();
            }
        });
    }

    @Override
    public Receipt write(List<Change> changes, Visibility until) {
        writing.lock();
        try {
            requireLock();
            View old = retained();
            try {
                if (changes.isEmpty()) {
                    return new Receipt(old.lastSequence(), Visibility.SEARCHABLE);
                }
                for (Change change : changes) {
                    if (change instanceof Change.Put put) {
                        Vectors.require(space, put.item());
                    }
                }
                Batch batch = Batch.of(changes, old.lastSequence() + 1);
                if (!append(old, batch)) {
                    rewrite(old, batch);
                }
                return new Receipt(batch.lastSequence(), Visibility.SEARCHABLE);
            } finally {
                old.file().release();
            }
        } finally {
            writing.unlock();
        }
    }

    /** @return false where the journal has no room for it, and nothing was done */
    private boolean append(View old, Batch batch) {
        long room = Math.clamp(old.file().header().fileLength() / 4, SMALLEST_JOURNAL, LARGEST_JOURNAL)
                - (journal == null ? found.soundBytes() : journal.length());
        if (batch.bytes() > room) {
            return false;
        }
        byte[] record = Journal.record(batch, old.lastSequence() + 1);
        if (record.length > room) {
            return false;
        }
        View next = old.with(batch, dir);
        if (journal == null) {
            journal = Journal.Appender.open(dir, found, old.file().base());
        }
        journal.append(record);
        swap(next);
        return true;
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
            Loaded fresh = Loaded.from(dir);
            try {
                fresh.view().space().require(space, dir.toString());
            } catch (Refusal e) {
                fresh.view().file().release();
                throw e;
            }
            found = fresh.found();
            swap(fresh.view());
            lock = taken;
            ready = true;
        } finally {
            if (!ready) {
                taken.close();
            }
        }
    }

    private void rewrite(View old, Batch batch) {
        try (ColumnsBuilder added = new ColumnsBuilder(space, dir);
                Arena arena = Arena.ofConfined()) {
            batch.addTo(added);
            // What is copied must be sound: fresh checksums over damaged rows would hide the damage for good.
            old.file().checksums().requireAll();
            RowsWriter writer = new RowsWriter(space);
            old.without(batch).forEach(piece -> writer.add(piece.columns(), piece.gone()));
            writer.add(added.columns(arena), new BitSet()).write(dir.resolve(FILE), batch.lastSequence());
        }
        // Until it is gone it is overtaken: the new file's sequence numbers go past its own.
        closeJournal();
        found = Journal.Replay.NONE;
        swap(View.of(Snapshot.open(dir.resolve(FILE))));
        Journal.delete(dir);
    }

    private void closeJournal() {
        if (journal != null) {
            journal.close();
            journal = null;
        }
    }

    private void swap(View fresh) {
        View before = current.getAndSet(fresh);
        if (before != null && before.file() != fresh.file()) {
            before.file().release();
        }
    }

    private <T> T reading(Function<View, T> work) {
        View view = retained();
        try {
            return work.apply(view);
        } finally {
            view.file().release();
        }
    }

    private View retained() {
        while (true) {
            View view = current.get();
            if (view == null) {
                throw closed();
            }
            if (view.file().retain()) {
                return view;
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
            View last = current.getAndSet(null);
            if (last != null) {
                last.file().release();
            }
            closeJournal();
            if (lock != null) {
                lock.close();
                lock = null;
            }
        } finally {
            writing.unlock();
        }
    }
}
