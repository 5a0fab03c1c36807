package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.jspecify.annotations.Nullable;

/**
 * The view of a generation's items: a Lucene index of ids, payloads, filters, vectors and, by the engine, a graph. Everything in it comes
 * from the truth and can be made again. Its commit carries the truth's identity and the number of the last write it holds; what came
 * after is replayed. For one thread at a time.
 */
final class LuceneView implements Closeable {
    private static final long LARGEST_MAPPING = 1L << 46;
    private static final String SEQUENCE = "sequence";
    private static final String TRUTH = "truth";
    private static final String FORMAT = "format";
    private static final String FORMAT_NOW = "2";
    private static final double BUFFER_MIB = 64;
    /** Of gone rows, in percent, at which segments are made anew. */
    private static final double MOST_GONE = 20;

    private final Space space;
    private final Engine engine;
    private final Building workers;
    private final String truth;
    private final Directory directory;
    private final IndexWriter writer;
    private long sequence;
    private long committed;

    private LuceneView(
            Space space,
            Engine engine,
            Building workers,
            String truth,
            Directory directory,
            IndexWriter writer,
            long sequence) {
        this.space = space;
        this.engine = engine;
        this.workers = workers;
        this.truth = truth;
        this.directory = directory;
        this.writer = writer;
        this.sequence = sequence;
        this.committed = sequence;
    }

    /**
     * Opens the view of a folder, or begins one there.
     *
     * <p>One of other items, or of another time of them, is begun anew: that holds more than was ever written, or less than what is
     * forgotten of the deleted.
     *
     * @param workers threads that build one graph
     * @throws IOException where it is damaged
     */
    static LuceneView open(Path folder, Truth truth, Engine engine, Building workers) throws IOException {
        requireOwn(folder);
        // Vectors are read as one piece, however large a segment is.
        return open(new MMapDirectory(folder, LARGEST_MAPPING), truth, engine, workers);
    }

    /**
     * Who builds graphs.
     *
     * @param pace of all that merges
     * @param rows counts those of the graph under way
     * @param ended whether the view is closed, so that a graph under way is given up
     */
    record Building(ExecutorService pool, int threads, Pace pace, GraphRows rows, AtomicBoolean ended) {
        Building(ExecutorService pool, int threads, Pace pace) {
            this(pool, threads, pace, new GraphRows(pace), new AtomicBoolean());
        }

        /** The same for one view. */
        private Building ofView() {
            return new Building(pool, threads, pace, rows, new AtomicBoolean());
        }
    }

    /** @param directory closed with the view, or where this fails */
    static LuceneView open(Directory directory, Truth truth, Engine engine, Building workers) throws IOException {
        IndexWriter writer = null;
        boolean opened = false;
        try {
            dropEarlier(directory);
            String identity = identity(truth, engine);
            long held = DirectoryReader.indexExists(directory) ? held(directory, identity) : 0;
            boolean known = held > 0 && held <= truth.lastSequence() && held >= truth.forgotten();
            Building own = workers.ofView();
            writer = new IndexWriter(directory, config(engine, own, known));
            if (known) {
                // Merges that a closing cut off are begun again.
                writer.maybeMerge();
            } else {
                // Of what stood there nothing is opened again, whatever ends this process.
                commit(writer, 0, identity);
            }
            opened = true;
            return new LuceneView(truth.space(), engine, own, identity, directory, writer, known ? held : 0);
        } finally {
            if (!opened) {
                if (writer != null) {
                    writer.rollback();
                }
                directory.close();
            }
        }
    }

    /**
     * Takes away commits that a later one replaced. A loss of power can bring one back without its files, and a writer, which looks at all
     * that are there, would take the view for damaged.
     */
    private static void dropEarlier(Directory directory) throws IOException {
        String last = SegmentInfos.getLastCommitSegmentsFileName(directory);
        for (String name : directory.listAll()) {
            if (name.startsWith(IndexFileNames.SEGMENTS + "_") && !name.equals(last)) {
                directory.deleteFile(name);
            }
        }
    }

    /**
     * Puts aside a view that holds more than the items, which is not theirs to search, but may hold what they lost.
     *
     * @return what is told of it; null where there is none
     */
    static @Nullable Damage putAhead(Path folder, Truth truth, Engine engine) throws IOException {
        long ahead = sequence(folder, truth, engine);
        if (ahead <= truth.lastSequence()) {
            return null;
        }
        Path aside = folder.resolveSibling(folder.getFileName() + ".ahead");
        clear(aside);
        Files.deleteIfExists(aside);
        Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
        return new Damage(
                "it held writes up to number %,d where the items end at %,d: a load that lost power, or items put back or cut; it is kept as %s"
                        .formatted(ahead, truth.lastSequence(), aside.getFileName()));
    }

    /** The number of the last write that a view of these items holds; 0 where there is none that can be read. */
    private static long sequence(Path folder, Truth truth, Engine engine) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Directory directory = new MMapDirectory(folder, LARGEST_MAPPING)) {
            return DirectoryReader.indexExists(directory) ? held(directory, identity(truth, engine)) : 0;
        } catch (IOException | RuntimeException e) {
            // Opening it tells.
            return 0;
        }
    }

    /** Of these items, searched in this way. */
    private static String identity(Truth truth, Engine engine) {
        return truth.identity() + ", " + engine.text();
    }

    private static long held(Directory directory, String truth) throws IOException {
        Map<String, String> data = SegmentInfos.readLatestCommit(directory).getUserData();
        boolean ours = truth.equals(data.get(TRUTH)) && FORMAT_NOW.equals(data.get(FORMAT));
        return ours ? Long.parseLong(data.getOrDefault(SEQUENCE, "0")) : 0;
    }

    private static IndexWriterConfig config(Engine engine, Building workers, boolean known) {
        TieredMergePolicy merges = new TieredMergePolicy();
        merges.setMaxMergedSegmentMB(1 << 20);
        merges.setDeletesPctAllowed(MOST_GONE);
        IndexWriterConfig config = new IndexWriterConfig();
        config.setOpenMode(known ? IndexWriterConfig.OpenMode.APPEND : IndexWriterConfig.OpenMode.CREATE);
        config.setCodec(ViewCodec.of(engine, workers));
        config.setMergePolicy(engine instanceof Engine.Graph graph ? new GraphMerges(merges, graph.from()) : merges);
        config.setMergeScheduler(new BackgroundMerges(workers.pace()));
        config.setUseCompoundFile(false);
        config.setRAMBufferSizeMB(BUFFER_MIB);
        config.setCommitOnClose(false);
        return config;
    }

    /** Whether files are not what they were when they were written, rather than that they cannot be read or written now. */
    static boolean isDamage(Exception e) {
        return switch (e) {
            case UncheckedIOException unchecked
            when unchecked.getCause() instanceof IOException cause -> isDamage(cause);
            case Damage d -> true;
            case CorruptIndexException c -> true;
            case IndexFormatTooOldException o -> true;
            case IndexFormatTooNewException n -> true;
            case EOFException end -> true;
            case NoSuchFileException gone -> true;
            case FileNotFoundException gone -> true;
            // Numbers in a damaged file lead anywhere.
            case IndexOutOfBoundsException i -> true;
            case IllegalArgumentException i -> true;
            // What ended a merge closed the writer, or is just about to.
            case IllegalStateException closed when closed.getCause() instanceof Exception cause -> isDamage(cause);
            case IOException outer when outer.getCause() instanceof IOException cause -> isDamage(cause);
            case Refusal refusal -> !(refusal.getCause() instanceof SQLException);
            default -> false;
        };
    }

    /** The number of the last write that it holds. */
    long sequence() {
        return sequence;
    }

    long committed() {
        return committed;
    }

    /** Takes changes in, in the order of their numbers. */
    void apply(List<Truth.Numbered> changes) throws IOException {
        for (Truth.Numbered numbered : changes) {
            switch (numbered.change()) {
                case Change.Put(Item item) ->
                    writer.updateDocument(
                            ViewFields.id(item.id()),
                            ViewFields.of(numbered.sequence(), item, space.distance(), engine.codes()));
                case Change.Delete(String id) -> writer.deleteDocuments(ViewFields.id(id));
            }
        }
    }

    /** Says that everything up to a number is in, and nothing after. */
    void holds(long through) {
        sequence = through;
    }

    /** What can be searched now; the caller releases it. */
    ViewReader reader() throws IOException {
        DirectoryReader reader = DirectoryReader.open(writer, true, false);
        boolean ready = false;
        try {
            ViewReader view = new ViewReader(reader, space, sequence);
            ready = true;
            return view;
        } finally {
            if (!ready) {
                reader.decRef();
            }
        }
    }

    /** Writes what is in memory as a segment of its own. */
    void flush() throws IOException {
        writer.flush();
    }

    /** Makes it durable, so that an opening replays less. */
    void commit() throws IOException {
        commit(writer, sequence, truth);
        committed = sequence;
    }

    private static void commit(IndexWriter writer, long sequence, String truth) throws IOException {
        writer.setLiveCommitData(Map.of(SEQUENCE, Long.toString(sequence), TRUTH, truth, FORMAT, FORMAT_NOW)
                .entrySet());
        writer.commit();
    }

    /** Whether a commit would keep something, a merge too. */
    boolean hasUncommitted() {
        return writer.hasUncommittedChanges();
    }

    /** Makes one segment of all, without rows that are gone; beside whatever else is done. */
    void compact() throws IOException {
        writer.forceMerge(1);
    }

    /** Bytes of the files in a view's folder. */
    static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /**
     * Refuses a link or a file in the view's place: a folder from somebody else may lead anywhere, and what is damaged is taken away, which
     * nothing of anybody's is to be.
     */
    static void requireOwn(Path folder) {
        boolean link = Files.isSymbolicLink(folder);
        if (link || Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new Refusal(
                    link ? "is a link" : "is no folder",
                    folder.toString(),
                    "remove it; the view is made anew in its place");
        }
    }

    /** Takes away all files of a view's folder, if it is there. */
    static void clear(Path folder) throws IOException {
        requireOwn(folder);
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Gives merges under way up; the last commit stays. */
    @Override
    public void close() throws IOException {
        workers.ended().set(true);
        try (Pace.Hurry hurry = workers.pace().hurry()) {
            writer.rollback();
        } finally {
            directory.close();
        }
    }
}
