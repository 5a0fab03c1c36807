package dev.kindred.serve;

import dev.kindred.core.Refusal;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Generation;
import dev.kindred.release.CollectionSettings;
import dev.kindred.release.Collections;
import dev.kindred.release.Snapshots;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final @Nullable Collections collections;
    private final Opening opening;
    private final String owner;
    private final Consumer<String> told;
    private final Map<String, Opened> open = new TreeMap<>();
    private final Map<String, Refusal> shut = new TreeMap<>();
    /** Those whose snapshot is to stand in for them. */
    private final Map<String, Collections.Stored> waiting = new ConcurrentSkipListMap<>();

    private Holdings(@Nullable Collections collections, int threads, String owner, Consumer<String> told) {
        this.collections = collections;
        this.opening = new Opening(threads, owner, told);
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
            holdings.requireUnheld(folder);
            Opened opened = holdings.opening.open(
                    Served.DEFAULT_COLLECTION,
                    folder,
                    CollectionSettings.usual().snapshotHours(0),
                    bundle == null ? folder.resolve(Opening.BUNDLE) : bundle,
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
        Path own = stored.generation().resolve(Opening.BUNDLE);
        String id = stored.settings().bundle();
        Path bundle = Files.isRegularFile(own) || id.isEmpty() || collections == null
                ? own
                : collections.bundles().file(id).orElse(own);
        return opening.open(stored.name(), stored.generation(), stored.settings(), bundle, false, standIn);
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
        return open(Objects.requireNonNull(waiting.get(name)), true);
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
                    .map(folder -> folder.resolve(Opening.BUNDLE))
                    .filter(Files::isRegularFile)
                    .ifPresent(file -> found.put(each.served().bundle(), file));
        }
        found.remove("");
        return found;
    }

    /** Makes and opens what is in one folder. */
    Opening opening() {
        return opening;
    }

    /** Lets one go; the result closes it, to be run after its last search. */
    Runnable release(String name) {
        shut.remove(name);
        waiting.remove(name);
        Opened gone = open.remove(name);
        return gone == null ? () -> {} : gone.closing();
    }

    /** Its last snapshot in place of one that fails; empty where there is none. */
    Optional<Opened> fallBack(String name) {
        Opened failed = open.get(name);
        if (failed == null || failed.folder().isEmpty() || failed.asOf().isPresent()) {
            return Optional.empty();
        }
        Optional<Snapshots.Restored> restored = failed.snapshots().flatMap(Snapshots::restore);
        return restored.map(there -> {
            EmbeddedIndex index = opening.index(there.folder());
            Opened stands = new Opened(
                    failed.served().over(index),
                    failed.folder(),
                    failed.settings(),
                    Optional.of(there.moment()),
                    failed.encoderFault(),
                    () -> Opening.close(new ArrayList<>(List.of(failed.closing(), there::close, index::close))));
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
        Opening.close(closing);
    }
}
