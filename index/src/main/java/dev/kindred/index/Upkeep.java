package dev.kindred.index;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a person asks of the view that the {@link Follower} keeps: to be compacted, made anew, compared with the items. Merges do not keep
 * to their pace meanwhile, since somebody waits for them.
 */
final class Upkeep {
    private final Path folder;
    private final Truth truth;
    private final Engine engine;
    private final LuceneView.Building building;
    private final Follower follower;
    private final ReentrantLock working;
    private final ReentrantLock rebuilds = new ReentrantLock();

    /** @param folder of the view */
    Upkeep(Path folder, Truth truth, Engine engine, Follower follower) {
        this.folder = folder;
        this.truth = truth;
        this.engine = engine;
        this.building = follower.building();
        this.follower = follower;
        this.working = follower.working();
    }

    /** Searches and writes go on meanwhile. Where the saying how far it is throws, that is thrown and the work left. */
    void compact(Progress progress) {
        follower.await(truth.lastSequence());
        LuceneView there = follower.require();
        try (Pace.Hurry hurry = building.pace().hurry()) {
            building.rows().tell(there::compact, progress);
            working.lock();
            try {
                if (follower.view() == there) {
                    follower.commit(there);
                    follower.swap(there.reader());
                }
            } finally {
                working.unlock();
            }
        } catch (IOException | IllegalStateException e) {
            working.lock();
            try {
                if (follower.view() == there) {
                    follower.giveUp(e);
                }
            } finally {
                working.unlock();
            }
            throw Follower.failed(folder, e);
        }
    }

    /** Makes another view of all items while this one is searched and written to, and puts it in its place. */
    void rebuild(Progress progress) {
        rebuilds.lock();
        try (Pace.Hurry hurry = building.pace().hurry()) {
            rebuildAlone(progress);
        } finally {
            rebuilds.unlock();
        }
    }

    private void rebuildAlone(Progress progress) {
        Path beside = folder.resolveSibling(folder.getFileName() + ".next");
        rebuilding(true);
        boolean replaced = false;
        try {
            LuceneView.clear(beside);
            try (LuceneView fresh = LuceneView.open(beside, truth, engine, building)) {
                long total = truth.count();
                follower.take(fresh, done -> progress.at("reading the items", Math.min(done, total), total, ""));
                building.rows().tell(fresh::compact, progress);
                fresh.commit();
            }
            working.lock();
            try {
                follower.replace(beside);
                replaced = true;
            } catch (IOException | RuntimeException e) {
                follower.giveUp(e);
                throw e;
            } finally {
                working.unlock();
            }
        } catch (IOException e) {
            throw Follower.failed(folder, e);
        } finally {
            rebuilding(false);
            if (!replaced) {
                leave(beside);
            }
        }
    }

    private static void leave(Path beside) {
        try {
            LuceneView.clear(beside);
            Files.deleteIfExists(beside);
        } catch (IOException | Refusal e) {
            // What is left there is cleared before the next is made.
        }
    }

    private void rebuilding(boolean now) {
        working.lock();
        try {
            follower.rebuilding(now);
        } finally {
            working.unlock();
        }
    }

    /** The view as it stands, durable, against the truth as it is; nothing is taken in meanwhile. */
    List<Finding> check() {
        working.lock();
        try {
            LuceneView there = follower.view();
            @Nullable Exception cause = follower.failure();
            if (there == null) {
                return List.of(new Finding(
                        folder.toString(),
                        "failed and is being made anew (" + Damage.told(cause) + ")",
                        "searches read the items meanwhile; to wait for it: kindred index rebuild "
                                + folder.getParent()));
            }
            Exception told = follower.told();
            if (told != null) {
                return List.of(new Finding(
                        folder.toString(),
                        "had failed and was made anew (" + Damage.told(told) + ")",
                        "check again; where that comes again, look after the disk"));
            }
            if (!follower.taken(there)) {
                // The items are what is damaged, and tell of it.
                return List.of();
            }
            follower.commit(there);
            List<Finding> findings = new ArrayList<>();
            // Nothing is written meanwhile, so that the two can be the same.
            truth.still(() -> findings.addAll(compared(there)));
            if (!findings.isEmpty()) {
                follower.giveUp(new Damage(findings.getFirst().what()));
            }
            return List.copyOf(findings);
        } catch (IOException | UncheckedIOException e) {
            follower.giveUp(e);
            return List.of(new Finding(folder.toString(), "is damaged: " + Damage.told(e), "it is made anew"));
        } finally {
            working.unlock();
        }
    }

    private List<Finding> compared(LuceneView there) {
        try {
            follower.take(there);
            ViewReader fresh = there.reader();
            follower.swap(fresh);
            return ViewCheck.of(fresh, truth, folder.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
