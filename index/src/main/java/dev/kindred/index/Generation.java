package dev.kindred.index;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.index.IndexInfo.Capability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The items of a collection in one space: the {@link Truth}, which writes go to and which alone is to be kept, and a view of it, in
 * the folder {@code view}, which searches read, which is always some moment of the truth, and which can be made again from it at any
 * time. One process has it open for writing; many threads may use it.
 */
public final class Generation implements EmbeddedIndex {
    /** The file of the items. */
    public static final String ITEMS = Truth.FILE;

    /** The view's folder. */
    public static final String VIEW = "view";

    static final String ENGINE = "engine";
    static final String MERGE_SHARE = "merge-share";

    /** Of the threads' cores: what merges in the background may take where nothing else was said. */
    public static final double USUAL_MERGE_SHARE = 0.5;

    /** Items that are written at once while loading, and their bytes. */
    private static final int GROUP = 1_024;

    private static final int RECALL_QUERIES = 200;
    private static final long GROUP_BYTES = 16L << 20;

    private final Path folder;
    private final Truth truth;
    private final Engine engine;
    private final Follower follower;
    private final Upkeep upkeep;
    private final Warming warming;

    private Generation(Path folder, Truth truth, Engine engine, Follower follower) {
        this.folder = folder;
        this.truth = truth;
        this.engine = engine;
        this.follower = follower;
        this.upkeep = new Upkeep(folder.resolve(VIEW), truth, engine, follower);
        this.warming = new Warming(folder.resolve(VIEW), follower::reader);
    }

    /**
     * An empty one in a folder that has none.
     *
     * @param owner whom a second writer's refusal names, e.g. a server's URL
     * @param threads that build a graph
     */
    public static Generation create(Path folder, Space space, Engine engine, String owner, int threads) {
        Truth truth = Truth.create(folder, space, owner);
        return opened(folder, truth, threads, engine);
    }

    /** Opens for writing; the view takes in what it lacks before this returns. */
    public static Generation open(Path folder, String owner, int threads) {
        return opened(folder, Truth.open(folder, owner), threads, null);
    }

    private static Generation opened(Path folder, Truth truth, int threads, @Nullable Engine created) {
        boolean opened = false;
        try {
            if (created != null) {
                truth.set(ENGINE, created.text());
            }
            Engine engine = created != null
                    ? created
                    : truth.setting(ENGINE).map(Engine::ofText).orElseGet(Engine::exact);
            double share = truth.setting(MERGE_SHARE)
                    .filter(kept -> isSetting(MERGE_SHARE, kept))
                    .map(Pace::ofText)
                    .orElse(USUAL_MERGE_SHARE);
            Follower follower = Follower.start(folder.resolve(VIEW), truth, engine, threads, share);
            opened = true;
            return new Generation(folder, truth, engine, follower);
        } finally {
            if (!opened) {
                truth.close();
            }
        }
    }

    /** Whether a folder holds items, archived or not. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(ITEMS)) || Archive.isIn(folder);
    }

    @Override
    public IndexInfo info() {
        ViewReader now = follower.reader();
        try {
            return new IndexInfo(
                    truth.space(),
                    engine.kind(),
                    now == null ? truth.count() : now.count(),
                    truth.lastSequence(),
                    EnumSet.allOf(Capability.class));
        } finally {
            if (now != null) {
                now.release();
            }
        }
    }

    @Override
    public Receipt write(List<Change> changes, Visibility until) {
        long sequence = truth.write(changes);
        if (until == Visibility.SEARCHABLE) {
            follower.await(sequence);
        } else {
            follower.wake();
        }
        return new Receipt(sequence, until);
    }

    @Override
    public Found search(Query query) {
        truth.space().require(query.space(), folder.toString());
        truth.space().distance().require(query.vector(), "query");
        ViewReader now = follower.reader();
        if (now == null) {
            return TruthSearch.search(truth, query);
        }
        try {
            return search(query, now);
        } finally {
            now.release();
        }
    }

    private Found search(Query query, ViewReader now) {
        Refusal refused;
        try {
            refused = now.refusal(query.filter());
            if (refused == null) {
                Found found = now.search(query, candidates(query, now));
                return follower.isLagging() ? found.withoutWhatCame() : found;
            }
        } catch (InternalError | IOException | RuntimeException e) {
            givenUp(e, now);
            return TruthSearch.search(truth, query);
        }
        throw refused;
    }

    /** Both searches' answers, of one moment. */
    record Both(Found similar, Found byWords) {}

    /** @throws Refusal as {@link #search(Query)} and {@link #words} do */
    Both both(Query query, WordQuery words) {
        truth.space().require(query.space(), folder.toString());
        truth.space().distance().require(query.vector(), "query");
        ViewReader now = follower.reader();
        if (now == null) {
            throw Follower.failed(folder, follower.failure());
        }
        try {
            Found byWords = words(words, now);
            return new Both(search(query, now), byWords);
        } finally {
            now.release();
        }
    }

    /**
     * The k items that share most words with a text, with BM25's scores; none that shares no word.
     *
     * @throws Refusal where a field that is looked into is one of no item, or the view, which alone has the words, is being made anew
     */
    public Found words(WordQuery query) {
        ViewReader now = follower.reader();
        if (now == null) {
            throw Follower.failed(folder, follower.failure());
        }
        try {
            return words(query, now);
        } finally {
            now.release();
        }
    }

    private Found words(WordQuery query, ViewReader now) {
        Refusal refused;
        try {
            refused = now.refusal(query);
            if (refused == null) {
                Found found = now.words(query);
                return follower.isLagging() ? found.withoutWhatCame() : found;
            }
        } catch (InternalError | IOException | RuntimeException e) {
            throw Follower.failed(folder, givenUp(e, now));
        }
        throw refused;
    }

    /** What was wrong with the view as it was opened, which is made anew of the items since then; empty where nothing was. */
    public Optional<String> metAtOpening() {
        return Optional.ofNullable(follower.met()).map(Damage::told);
    }

    /** What searches read at the moment. */
    public enum Reading {
        /** The view, which holds all that was written. */
        VIEW,
        /** The view as it was some time ago: the items cannot be read as far as they were written. */
        OLDER_VIEW,
        /** The items themselves, one by one: the view is being mended. */
        ITEMS
    }

    /** Whether searches are answered as they should be, and how else; {@link Found#degraded} says it of each. */
    public Reading reading() {
        if (follower.failure() != null) {
            return Reading.ITEMS;
        }
        return follower.isLagging() ? Reading.OLDER_VIEW : Reading.VIEW;
    }

    /** Gives the view up for what its searching threw, and says so; a fault on a sound view is thrown on. */
    private Exception givenUp(Throwable e, ViewReader now) {
        if (e instanceof RuntimeException fault && !(e instanceof UncheckedIOException) && now.isSound()) {
            // No damage led to it; and nobody's query gets a whole view thrown away.
            throw fault;
        }
        // A page of a mapped file that cannot be read is an internal error to the machine.
        Exception cause = e instanceof Exception known ? known : new Damage(e.toString());
        follower.broken(cause, now);
        return cause;
    }

    private int candidates(Query query, ViewReader now) {
        return switch (query.effort()) {
            case Effort.Exact e -> 0;
            case Effort.First f -> 0;
            case Effort.Ef(int ef) -> ef;
            case Effort.TargetRecall(double recall) -> follower.tuning().effort(now, recall);
        };
    }

    /**
     * Recall@10 of searches by their effort, on items drawn as queries; searches are tuned by it from then on.
     *
     * @param queries how many to draw; the interval is the narrower, the more there are
     * @throws Refusal while there is no view to search
     */
    public RecallCurve recall(int queries, long seed) {
        ViewReader now = follower.reader();
        if (now == null) {
            throw Follower.failed(folder, follower.failure());
        }
        try {
            return follower.tuning().measure(now, queries, seed);
        } catch (IOException e) {
            follower.broken(e, now);
            throw Follower.failed(folder, e);
        } finally {
            now.release();
        }
    }

    @Override
    public Optional<Item> get(String id) {
        return truth.get(id);
    }

    @Override
    public Items scan(long afterSequence) {
        return truth.scan(afterSequence);
    }

    /**
     * Takes items in that are not there yet, a group at a time, and makes the view of all of them: how a new one is filled. Closes the
     * stream. Where it fails, what came before stays.
     *
     * <p>A relaxed load, made durable as a whole at its end: until this returns, a loss of power may take its last groups, each whole,
     * though searches found them already. It damages nothing, and takes nothing that a write acknowledged before, or beside it.
     * The end of the process alone takes nothing. So a load that did not return is repeated.
     *
     * @throws Refusal where an id stands twice, or an item does not belong into the space
     */
    public void load(Stream<Item> items, int total, Progress progress) {
        boolean durable = false;
        try (items;
                Pace.Hurry hurry = follower.building().pace().hurry()) {
            List<Item> group = new ArrayList<>();
            long bytes = 0;
            long done = 0;
            Iterator<Item> each = items.iterator();
            while (each.hasNext()) {
                if (group.size() == GROUP || bytes > GROUP_BYTES) {
                    truth.addRelaxed(group);
                    follower.wake();
                    done += group.size();
                    progress.at("indexing", done, total, "");
                    group.clear();
                    bytes = 0;
                }
                Item item = each.next();
                group.add(item);
                bytes += 4L * item.vector().length
                        + (item.source() == null ? 0 : item.source().length)
                        + PayloadCodec.encode(item.payload(), Vectors.named(item.id())).length;
            }
            // The last group waits for the disk, and all before are on it then.
            truth.add(group);
            durable = true;
        } finally {
            if (!durable) {
                keepLoaded();
            }
        }
        compact(progress);
        if (walks()) {
            recall(RECALL_QUERIES, 1);
        }
    }

    /** Whether searches walk through a graph, so that they can miss some; else they read all rows. */
    public boolean walks() {
        ViewReader now = follower.reader();
        if (now == null) {
            return false;
        }
        try {
            return now.walks();
        } finally {
            now.release();
        }
    }

    private void keepLoaded() {
        try {
            truth.sync();
        } catch (Refusal e) {
            // What ended the load tells.
        }
    }

    /**
     * Copies the items of this moment, and files that belong to them, into a new folder; writes and searches go on meanwhile.
     *
     * @param beside files to keep with the items, e.g. the bundle
     */
    public ItemsSnapshot snapshot(List<Path> beside, Path to) {
        return GenerationItems.snapshot(truth, beside, to);
    }

    /** Whether a setting of items can be what it was, so that they can be opened with it. */
    static boolean isSetting(String name, String value) {
        try {
            return switch (name) {
                case ENGINE -> !Engine.ofText(value).text().isEmpty();
                case MERGE_SHARE -> Pace.ofText(value) > 0;
                case Tuning.SETTING -> !RecallCurve.ofText(value).points().isEmpty();
                default -> true;
            };
        } catch (Refusal e) {
            return false;
        }
    }

    @Override
    public IndexStats stats() {
        long[] sizes = truth.sizes();
        return new IndexStats(info(), bytes(folder), sizes[0], sizes[1], sizes[2]);
    }

    /** Files come and go with merges; one that is gone takes nothing. */
    static long bytes(Path folder) {
        long bytes = 0;
        for (Path each : List.of(folder, folder.resolve(VIEW))) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(each)) {
                for (Path file : files) {
                    bytes += Files.isDirectory(file) ? 0 : file.toFile().length();
                }
            } catch (IOException | DirectoryIteratorException e) {
                // The view's folder is not there while it is made anew.
            }
        }
        return bytes;
    }

    /** Every byte of items and view, and the two against one another. Waits for writes under way. */
    @Override
    public List<Finding> check() {
        List<Finding> findings = new ArrayList<>(truth.check());
        findings.addAll(upkeep.check());
        return List.copyOf(findings);
    }

    /**
     * Reads the view as it is now from end to end, on a thread of its own, so that the first searches need not wait for the disk. Nothing
     * is done where it is larger than half of this machine's memory, which could not keep it.
     */
    public void warm() {
        warming.begin();
    }

    /** How far {@link #warm} came. */
    public Warmth warmth() {
        return warming.warmth();
    }

    /** Makes the view anew from the items, beside the one that is searched meanwhile. */
    public void rebuild() {
        rebuild(Progress.SILENT);
    }

    /** The same. Where {@code progress} throws, what was begun is left and the view stays as it was. */
    public void rebuild(Progress progress) {
        upkeep.rebuild(progress);
    }

    /** Makes one segment of the view, with one graph, without rows that are gone. */
    public void compact() {
        compact(Progress.SILENT);
    }

    /**
     * The same, which says how far the graph is, about: in rows, those of a larger graph that is taken over being counted at last. Where
     * {@code progress} throws, closing ends what was begun.
     */
    public void compact(Progress progress) {
        upkeep.compact(progress);
    }

    /**
     * How much of the machine merging in the background may take from now on, and after the next opening: all its threads together at most
     * {@code share × threads} cores over any second, threads being those that build a graph. Loading, compacting and making the view anew
     * are not bound by it, nor are merges while writes would have to wait for them, since more than six wait.
     *
     * @param share 0.01 to 1, which is no bound
     */
    public void mergeShare(double share) {
        truth.set(MERGE_SHARE, Double.toString(Pace.require(share)));
        follower.building().pace().set(share);
    }

    public double mergeShare() {
        return follower.building().pace().share();
    }

    public Engine engine() {
        return engine;
    }

    /** The items themselves. */
    Truth truth() {
        return truth;
    }

    /** The view is made durable first, so that opening again is quick. */
    @Override
    public void close() {
        warming.close();
        try {
            follower.close();
        } finally {
            truth.close();
        }
    }
}
