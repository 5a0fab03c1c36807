package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Refusal;
import dev.kindred.index.Generation;
import dev.kindred.index.ItemsSnapshot;
import dev.kindred.release.Snapshots;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Snapshots of collections, when somebody asks and when the last is old enough: one at a time of each, and none where nothing was written
 * since the last. Safe for many threads.
 */
final class SnapshotTaking {
    private final Faults faults;
    /** By collection. */
    private final Map<String, ReentrantLock> turns = new ConcurrentHashMap<>();
    /** By collection; those that were taken before this process began are not in. */
    private final Map<String, ItemsSnapshot> last = new ConcurrentHashMap<>();

    SnapshotTaking(Faults faults) {
        this.faults = faults;
    }

    /**
     * The last where it holds all that was written, else one of this moment; whoever asks while one is taken waits for it.
     *
     * @throws Problem where its items are in no generation that can be read, there is no room for it, or nobody waits any more
     */
    ItemsSnapshot take(Hosted hosted, Call call) {
        try {
            return take(hosted, call::isGone);
        } catch (Refusal e) {
            if (Thread.currentThread().isInterrupted()) {
                // The server stops, and gave it up.
                throw Problem.stopping();
            }
            // Of ours, not of whoever asked: where it lies is told to the log alone.
            faults.tell(
                    call.request(),
                    "a snapshot of collection " + hosted.served().collection(),
                    e);
            throw Problem.storageFails();
        }
    }

    /** Takes one where the collection was written to since the last, and that is old enough. */
    void takeIfDue(Hosted hosted, BooleanSupplier gone) {
        if (!gone.getAsBoolean() && isDue(hosted)) {
            take(hosted, gone);
        }
    }

    void forget(String collection) {
        last.remove(collection);
        turns.remove(collection);
    }

    private ItemsSnapshot take(Hosted hosted, BooleanSupplier gone) {
        String name = hosted.served().collection();
        Opened opened = hosted.opened();
        if (opened.folder().isEmpty()
                || opened.asOf().isPresent()
                || !(opened.served().index() instanceof Generation generation)) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "no-snapshot",
                    "no snapshot can be taken of this collection",
                    name,
                    "of a rows file copy the folder; of a collection that a snapshot stands in for there is one");
        }
        ReentrantLock turn = turns.computeIfAbsent(name, _ -> new ReentrantLock());
        try {
            turn.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.stopping();
        }
        try {
            if (gone.getAsBoolean()) {
                throw Problem.gone();
            }
            Snapshots snapshots = new Snapshots(opened.folder().get());
            ItemsSnapshot before = last.get(name);
            if (before != null
                    && before.sequence() == generation.info().lastSequence()
                    && !snapshots.moments().isEmpty()) {
                return before;
            }
            Path bundle = opened.folder().get().resolve(Opening.BUNDLE);
            ItemsSnapshot taken = snapshots.take(generation, Files.isRegularFile(bundle) ? List.of(bundle) : List.of());
            last.put(name, taken);
            return taken;
        } finally {
            turn.unlock();
        }
    }

    private boolean isDue(Hosted hosted) {
        int hours = hosted.settings().snapshotHours();
        Optional<Snapshots> snapshots = hosted.opened().snapshots();
        if (hours == 0
                || snapshots.isEmpty()
                || hosted.opened().asOf().isPresent()
                || !(hosted.served().index() instanceof Generation generation)) {
            return false;
        }
        ItemsSnapshot before = last.get(hosted.served().collection());
        List<Instant> moments = snapshots.get().moments();
        return (before == null || generation.info().lastSequence() > before.sequence())
                && (moments.isEmpty()
                        || moments.getFirst().isBefore(Instant.now().minus(Duration.ofHours(hours))));
    }
}
