package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Engine;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Generation;
import dev.kindred.release.CollectionSettings;
import dev.kindred.release.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What is in one index folder, made and opened: its index and what encodes for it. */
final class Opening {
    /** The bundle's file in an index folder. */
    static final String BUNDLE = "bundle.kindred";

    private final SharedEncoders encoders;
    private final int threads;
    private final String owner;
    private final Consumer<String> told;

    /**
     * @param threads that encode, and that build graphs
     * @param owner whom another writer's refusal names
     * @param told of what cannot be opened as it should
     */
    Opening(int threads, String owner, Consumer<String> told) {
        this.encoders = new SharedEncoders(threads);
        this.threads = threads;
        this.owner = owner;
        this.told = told;
    }

    EmbeddedIndex index(Path folder) {
        return EmbeddedIndex.open(folder, owner, threads);
    }

    /** Makes an empty index in a folder. */
    void make(Path folder, Space space, Optional<Engine> engine, Optional<Path> bundle) throws IOException {
        if (engine.isPresent()) {
            Generation.create(folder, space, engine.get(), owner, threads).close();
        } else {
            ExactIndex.create(folder, space).close();
        }
        if (bundle.isPresent()) {
            Path copy = folder.resolve(BUNDLE);
            try {
                // Bundles are never changed in place, so that one file may have two names, where the file system gives
                // them.
                Files.createLink(copy, bundle.get());
            } catch (IOException | UnsupportedOperationException e) {
                Files.copy(bundle.get(), copy);
            }
        }
    }

    /**
     * @param strict whether a bundle that cannot be opened is refused
     * @param standIn whether the last snapshot is opened where the items cannot be
     */
    Opened open(String name, Path folder, CollectionSettings settings, Path bundle, boolean strict, boolean standIn) {
        List<Runnable> closing = new ArrayList<>();
        boolean whole = false;
        try {
            Optional<Snapshots.Restored> restored = Optional.empty();
            EmbeddedIndex index;
            try {
                EmbeddedIndex.require(folder);
                index = index(folder);
            } catch (Refusal e) {
                restored = standIn ? new Snapshots(folder).restore() : Optional.empty();
                if (restored.isEmpty()) {
                    throw e;
                }
                restored.ifPresent(there -> closing.add(there::close));
                index = index(restored.get().folder());
                told.accept("collection " + name + " is answered from its snapshot of "
                        + restored.get().moment() + ": " + e.line());
            }
            closing.add(index::close);
            if (index instanceof Generation generation) {
                generation
                        .metAtOpening()
                        .ifPresent(met -> told.accept("collection " + name
                                + " is answered from its items, which is slow, until its view is made anew: " + met));
            }
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

    private static Served withoutEncoder(String name, Served.Takes takes, EmbeddedIndex index, Supplier<Problem> why) {
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
    static void close(List<Runnable> closing) {
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
}
