package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Generation;
import dev.kindred.release.CollectionSettings;
import dev.kindred.release.Collections;
import dev.kindred.release.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one place where collections are opened and closed: those of a home, which can be made and dropped meanwhile, or the one index
 * folder that somebody named. A generation that cannot be opened is stood in for by its last snapshot; an encoder that cannot leaves what
 * needs none.
 */
public final class Holdings implements AutoCloseable {
    /** The bundle's file in an index folder. */
    static final String BUNDLE = "bundle.kindred";

    private final @Nullable Collections collections;
    private final SharedEncoders encoders;
    private final int threads;
    private final String owner;
    private final Consumer<String> told;
    private final Map<String, Opened> open = new TreeMap<>();
    private final Map<String, Refusal> shut = new TreeMap<>();
    /** Those whose snapshot is to stand in for them. */
    private final Map<String, Collections.Stored> waiting = new ConcurrentSkipListMap<>();

    private Holdings(@Nullable Collections collections, int threads, String owner, Consumer<String> told) {
        this.collections = collections;
        this.encoders = new SharedEncoders(threads);
        this.threads = threads;
        this.owner = owner;
        this.told = told;
    }

    /**
     * Opens all collections of a home.
     *
     * @param threads that encode, and that build graphs
     * @param owner whom another writer's refusal names
     * @param told of what cannot be opened as it should, a line each
     * @throws Refusal where another process writes in one of them, or there are some and none can be opened
     */
    public static Holdings ofHome(Collections collections, int threads, String owner, Consumer<String> told) {
        Holdings holdings = new Holdings(collections, threads, owner, told);
        boolean whole = false;
        try {
            for (String name : collections.names()) {
                holdings.openStored(collections, name);
            }
            if (holdings.open.isEmpty() && holdings.waiting.isEmpty() && !holdings.shut.isEmpty()) {
                throw holdings.shut.values().iterator().next();
            }
            whole = true;
            return holdings;
        } finally {
            if (!whole) {
                holdings.close();
            }
        }
    }

    /**
     * Opens one index folder as the collection {@value Served#DEFAULT_COLLECTION}.
     *
     * @param bundle null for the one in the folder
     */
    public static Holdings ofFolder(
            Path folder, @Nullable Path bundle, int threads, String owner, Consumer<String> told) {
        Holdings holdings = new Holdings(null, threads, owner, told);
        boolean whole = false;
        try {
            Opened opened = holdings.open(
                    Served.DEFAULT_COLLECTION,
                    folder,
                    CollectionSettings.usual().snapshotHours(0),
                    bundle == null ? folder.resolve(BUNDLE) : bundle,
                    true,
                    true);
            holdings.open.put(Served.DEFAULT_COLLECTION, opened);
            whole = true;
            return holdings;
        } finally {
            if (!whole) {
                holdings.close();
            }
        }
    }

    /**
     * How much of the machine merges in the background may take from now on.
     *
     * @param share of the cores, 0.01 to 1
     * @throws Refusal where one folder is served and merges nothing
     */
    public void mergeShare(double share) {
        for (Opened each : open.values()) {
            if (each.served().index() instanceof Generation generation) {
                generation.mergeShare(share);
            } else if (collections == null) {
                throw new Refusal(
                        "is a rows file, which merges nothing",
                        each.folder().map(Path::toString).orElse(""),
                        "leave --merge-share out");
            }
        }
    }

    /** What is open, by name. */
    public List<Served> served() {
        return open.values().stream().map(Opened::served).toList();
    }

    /** Whether there is nothing, not even what cannot be opened. */
    public boolean isEmpty() {
        return open.isEmpty() && shut.isEmpty();
    }

    private void openStored(Collections stored, String name) {
        Optional<Collections.Stored> found = Optional.empty();
        try {
            found = stored.find(name);
            if (found.isPresent()) {
                requireUnheld(found.get().generation());
            }
        } catch (Refusal e) {
            if (found.isPresent()) {
                throw e;
            }
            shut(name, e);
        }
        if (found.isPresent()) {
            try {
                open.put(name, open(found.get(), false));
            } catch (Refusal e) {
                shut(name, e);
                if (!new Snapshots(found.get().generation()).moments().isEmpty()) {
                    waiting.put(name, found.get());
                }
            }
        }
    }

    private void shut(String name, Refusal why) {
        shut.put(name, why);
        told.accept("collection " + name + " cannot be opened: " + why.line());
    }

    /** Somebody who writes there is named, and no snapshot stands in for what is whole. */
    private void requireUnheld(Path folder) {
        if (Generation.isIn(folder)) {
            EmbeddedIndex.hold(folder, owner).close();
        }
    }

    private Opened open(Collections.Stored stored, boolean standIn) {
        Path own = stored.generation().resolve(BUNDLE);
        String id = stored.settings().bundle();
        Path bundle = Files.isRegularFile(own) || id.isEmpty() || collections == null
                ? own
                : collections.bundles().file(id).orElse(own);
        return open(stored.name(), stored.generation(), stored.settings(), bundle, false, standIn);
    }

    /**
     * @param strict whether a bundle that cannot be opened is refused
     * @param standIn whether the last snapshot is opened where the items cannot be
     */
    private Opened open(
            String name, Path folder, CollectionSettings settings, Path bundle, boolean strict, boolean standIn) {
        List<Runnable> closing = new ArrayList<>();
        boolean whole = false;
        try {
            Optional<Snapshots.Restored> restored = Optional.empty();
            EmbeddedIndex index;
            try {
                requireUnheldOf(folder);
                index = EmbeddedIndex.open(folder, owner, threads);
            } catch (Refusal e) {
                restored = standIn ? new Snapshots(folder).restore() : Optional.empty();
                if (restored.isEmpty()) {
                    throw e;
                }
                restored.ifPresent(there -> closing.add(there::close));
                index = EmbeddedIndex.open(restored.get().folder(), owner, threads);
                told.accept("collection " + name + " is answered from its snapshot of "
                        + restored.get().moment() + ": " + e.line());
            }
            closing.add(index::close);
            Opened opened = served(name, folder, settings, bundle, index, strict, closing);
            whole = true;
            return new Opened(
                    opened.served(),
                    opened.folder(),
                    settings,
                    restored.map(Snapshots.Restored::moment),
                    opened.encoderFault(),
                    () -> close(closing));
        } finally {
            if (!whole) {
                close(closing);
            }
        }
    }

    private void requireUnheldOf(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new Refusal(
                    Files.exists(folder) ? "is not a folder" : "does not exist",
                    folder.toString(),
                    "name an index folder");
        }
        if (!EmbeddedIndex.isIn(folder)) {
            throw new Refusal("holds no index", folder.toString(), "build one with: kindred index build");
        }
    }

    private Opened served(
            String name,
            Path folder,
            CollectionSettings settings,
            Path bundle,
            EmbeddedIndex index,
            boolean strict,
            List<Runnable> closing) {
        Space space = index.info().space();
        if (space.isExternal()) {
            return new Opened(
                    withoutEncoder(name, Served.Takes.VECTORS, index, () -> noBundle(name)),
                    Optional.of(folder),
                    settings,
                    Optional.empty(),
                    Optional.empty(),
                    () -> {});
        }
        try {
            if (strict && !Files.exists(bundle)) {
                throw new Refusal(
                        "has no " + BUNDLE, folder.toString(), "build the index again, or name the bundle by --bundle");
            }
            SharedEncoders.Lease lease = encoders.take(bundle);
            closing.add(lease::close);
            return new Opened(
                    lease.served(name, index),
                    Optional.of(folder),
                    settings.ofBundle(lease.bundle()),
                    Optional.empty(),
                    Optional.empty(),
                    () -> {});
        } catch (Refusal e) {
            if (strict) {
                throw e;
            }
            told.accept("collection " + name + " encodes nothing: " + e.line());
            return new Opened(
                    withoutEncoder(name, Served.Takes.UNKNOWN, index, () -> broken(e)),
                    Optional.of(folder),
                    settings,
                    Optional.empty(),
                    Optional.of(e.line()),
                    () -> {});
        }
    }

    private static Served withoutEncoder(
            String name, Served.Takes takes, EmbeddedIndex index, java.util.function.Supplier<Problem> why) {
        NoEncoder none = new NoEncoder(index.info().space(), why);
        return new Served(name, "", takes, none, none, Optional.empty(), Optional.empty(), index);
    }

    private static Problem noBundle(String name) {
        return Problem.badRequest(
                "collection " + name + " holds vectors made elsewhere, there is no bundle that embeds",
                "body",
                "give id or vector");
    }

    private static Problem broken(Refusal why) {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                Degradation.ENCODER_FAILING,
                "the collection's bundle cannot be opened: " + why.what(),
                "",
                "search by id or vector; put a whole bundle in its place and start anew");
    }

    /** Last opened, first closed; a failure of one leaves none open. */
    private static void close(List<Runnable> closing) {
        RuntimeException failure = null;
        for (Runnable each : closing.reversed()) {
            try {
                each.run();
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        closing.clear();
        if (failure != null) {
            throw failure;
        }
    }

    /** Those that are open, by name. */
    List<Opened> open() {
        return List.copyOf(open.values());
    }

    /** Why those that are there could not be opened, by name. */
    Map<String, Refusal> shut() {
        return Map.copyOf(shut);
    }

    /** Those of a home; null where one folder is served. */
    @Nullable
    Collections collections() {
        return collections;
    }

    /** What was made in a home just now. */
    Opened opened(Collections.Stored stored) {
        Opened opened = open(stored, false);
        open.put(stored.name(), opened);
        return opened;
    }

    /** Those for which {@link #standIn} is to be called: it takes as long as a view of their items takes to make. */
    List<String> waiting() {
        return List.copyOf(waiting.keySet());
    }

    /** Opens the last snapshot of one that waits; it is not taken for open before {@link #stands}. */
    Opened standIn(String name) {
        return open(java.util.Objects.requireNonNull(waiting.get(name)), true);
    }

    /** @return false where it was dropped meanwhile */
    boolean stands(String name, Opened opened) {
        if (waiting.remove(name) == null) {
            return false;
        }
        shut.remove(name);
        open.put(name, opened);
        return true;
    }

    /** Copies of the bundles of collections that are open, by their ids. */
    Map<String, Path> bundles() {
        Map<String, Path> found = new TreeMap<>();
        for (Opened each : open.values()) {
            each.folder()
                    .map(folder -> folder.resolve(BUNDLE))
                    .filter(Files::isRegularFile)
                    .ifPresent(file -> found.put(each.served().bundle(), file));
        }
        found.remove("");
        return found;
    }

    /** Makes an empty index in a folder. */
    void make(Path folder, Space space, Optional<dev.kindred.index.Engine> engine, Optional<Path> bundle)
            throws IOException {
        if (engine.isPresent()) {
            Generation.create(folder, space, engine.get(), owner, threads).close();
        } else {
            ExactIndex.create(folder, space).close();
        }
        if (bundle.isPresent()) {
            Path copy = folder.resolve(BUNDLE);
            try {
                // Bundles are never changed in place, so that one file may have two names.
                Files.createLink(copy, bundle.get());
            } catch (IOException | UnsupportedOperationException e) {
                Files.copy(bundle.get(), copy);
            }
        }
    }

    /** Closes one, whose last search is over. */
    void close(String name) {
        shut.remove(name);
        waiting.remove(name);
        Opened gone = open.remove(name);
        if (gone != null) {
            gone.closing().run();
        }
    }

    /** Its last snapshot in place of one that fails; empty where there is none. */
    Optional<Opened> fallBack(String name) {
        Opened failed = open.get(name);
        if (failed == null || failed.folder().isEmpty() || failed.asOf().isPresent()) {
            return Optional.empty();
        }
        Optional<Snapshots.Restored> restored = failed.snapshots().flatMap(Snapshots::restore);
        return restored.map(there -> {
            EmbeddedIndex index = EmbeddedIndex.open(there.folder(), owner, threads);
            Served was = failed.served();
            Served served = new Served(
                    name,
                    was.bundle(),
                    was.takes(),
                    was.queries(),
                    was.documents(),
                    was.comparator(),
                    was.decision(),
                    was.baseline(),
                    index);
            Opened stands = new Opened(
                    served,
                    failed.folder(),
                    failed.settings(),
                    Optional.of(there.moment()),
                    failed.encoderFault(),
                    () -> close(new ArrayList<>(List.of(failed.closing(), there::close, index::close))));
            open.put(name, stands);
            told.accept("collection " + name + " is answered from its snapshot of " + there.moment());
            return stands;
        });
    }

    void replace(String name, CollectionSettings settings) {
        open.computeIfPresent(name, (n, opened) -> opened.with(settings));
    }

    /** Reads what is searched into memory, on threads of its own. */
    void warm() {
        for (Opened each : open.values()) {
            if (each.served().index() instanceof Generation generation) {
                generation.warm();
            }
        }
    }

    @Override
    public void close() {
        List<Runnable> closing = new ArrayList<>();
        open.values().forEach(each -> closing.add(each.closing()));
        open.clear();
        close(closing);
    }
}
