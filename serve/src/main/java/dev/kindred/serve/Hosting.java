package dev.kindred.serve;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.InUse;
import dev.kindred.core.Space;
import dev.kindred.index.Engine;
import dev.kindred.index.ItemsSnapshot;
import dev.kindred.release.CollectionSettings;
import dev.kindred.release.Collections;
import dev.kindred.serve.seen.Meters;
import dev.kindred.serve.seen.Readiness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Collections that come, change, fail and go while the server runs. */
final class Hosting implements AutoCloseable {
    /** How long what is dropped is waited for. */
    private static final Duration LAST_REQUESTS = Duration.ofSeconds(10);
    /** How long a snapshot that is given up is waited for. */
    private static final Duration GIVING_UP = Duration.ofSeconds(5);

    private static final long MINUTES_BETWEEN_LOOKS = 10;
    /** The share of the heap that items' names may take is one in so many. */
    private static final int NAMES = 8;

    private final Hosts hosts = new Hosts();
    private final @Nullable Holdings holdings;
    private final Compute compute;
    private final Meters meters;
    private final Predicate<String> sensitive;
    private final Faults faults;
    private final Writes writes = new Writes();
    private final ReentrantLock changing = new ReentrantLock();
    private volatile boolean stopping;
    private volatile boolean closed;
    private final SnapshotTaking snapshots;

    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("kindred-snapshots").factory());

    /**
     * @param holdings null where somebody else opened what is served
     * @param sensitive whether a collection is so, beside its own settings
     */
    Hosting(@Nullable Holdings holdings, Compute compute, Meters meters, Predicate<String> sensitive, Faults faults) {
        this.sensitive = sensitive;
        this.holdings = holdings;
        this.compute = compute;
        this.meters = meters;
        this.faults = faults;
        this.snapshots = new SnapshotTaking(faults);
        if (holdings != null) {
            holdings.open().forEach(this::host);
            holdings.shut().forEach(hosts::addShut);
            holdings.waiting().forEach(name -> looking.execute(() -> standIn(holdings, name)));
            looking.scheduleWithFixedDelay(
                    this::takeDue, MINUTES_BETWEEN_LOOKS, MINUTES_BETWEEN_LOOKS, TimeUnit.MINUTES);
        }
    }

    Hosts hosts() {
        return hosts;
    }

    /** How the parts of each collection stand. */
    Map<String, Map<String, Readiness.Part>> parts() {
        Map<String, Map<String, Readiness.Part>> parts = new TreeMap<>();
        hosts.shut()
                .keySet()
                .forEach(name -> parts.put(
                        name, Map.of("items", Readiness.Part.unavailable("it cannot be opened; the log says why"))));
        hosts.all()
                .forEach(hosted ->
                        hosted.whileHeld(() -> parts.put(hosted.served().collection(), hosted.parts())));
        return parts;
    }

    /** Whether collections can be made and dropped here. */
    boolean isOfHome() {
        return holdings != null && holdings.collections() != null;
    }

    Hosted host(Opened opened) {
        return host(opened, Hosted.unused());
    }

    private Hosted host(Opened opened, InUse use) {
        Hosted hosted = hosted(opened, use);
        hosts.add(hosted);
        return hosted;
    }

    private Hosted hosted(Opened opened, InUse use) {
        String collection = opened.served().collection();
        return new Hosted(
                opened,
                use,
                compute,
                meters,
                writes,
                sensitive,
                this::room,
                cause -> faults.tell("-", "collection " + collection, cause));
    }

    /** Bytes that the names of one collection's items may take: all collections' together have a share of the heap. */
    private long room() {
        return Runtime.getRuntime().maxMemory()
                / NAMES
                / Math.max(1, hosts.all().size());
    }

    /** @see Compute#large */
    <T> T large(Supplier<T> made) {
        return compute.large(made);
    }

    /**
     * The answer of the collection that is asked for; where its index fails, that of its last snapshot, which then stays in its place.
     *
     * @throws Problem 503 where there is none
     */
    HttpResponse answered(Call call, Function<Hosted, String> answer) {
        Hosted hosted = hosts.expected(call);
        try {
            return Wire.json(answer.apply(hosted), hosted.served());
        } catch (RuntimeException e) {
            if (!Degradation.isForGood(e)) {
                throw e;
            }
            faults.tell(call.request(), "the index of collection " + call.collection(), e);
            Hosted standing = fallBack(hosted)
                    .orElseThrow(() -> new Problem(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "unavailable",
                            "this collection's index fails, and no snapshot stands in for it",
                            call.collection(),
                            "the server's log says why"));
            standing.hold(call.context());
            return Wire.json(answer.apply(standing), standing.served());
        }
    }

    /** A snapshot in place of what could not be opened, while the others are served. */
    private void standIn(Holdings there, String name) {
        if (closed) {
            return;
        }
        try {
            Opened opened = there.standIn(name);
            changing.lock();
            try {
                if (!closed && there.stands(name, opened)) {
                    hosts.reopen(hosted(opened, Hosted.unused()));
                } else {
                    opened.closing().run();
                }
            } finally {
                changing.unlock();
            }
        } catch (RuntimeException e) {
            tellUnlessClosed("the snapshot of collection " + name, e);
        }
    }

    private Optional<Hosted> fallBack(Hosted failed) {
        String name = failed.served().collection();
        changing.lock();
        try {
            Optional<Hosted> now = hosts.find(name);
            if (now.isPresent() && now.get() != failed) {
                return now;
            }
            if (holdings == null) {
                return Optional.empty();
            }
            Optional<Opened> snapshot = holdings.fallBack(name);
            snapshot.ifPresent(there -> meters.forget(name));
            // What still asks the one that failed is waited for too before either is closed.
            return snapshot.map(opened -> host(opened, failed.use()));
        } finally {
            changing.unlock();
        }
    }

    /** From now on what could go on for ever ends. */
    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /** Where collections are made and dropped. */
    private Holdings home() {
        if (holdings == null || holdings.collections() == null) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "one-folder",
                    "this server serves one index folder",
                    "collection",
                    "start it without --index to have collections made and dropped");
        }
        return holdings;
    }

    private Collections collections() {
        return Objects.requireNonNull(home().collections());
    }

    /** The bundles that a collection can be made with: file by id. */
    Map<String, Path> bundles() {
        changing.lock();
        try {
            Map<String, Path> found = new HashMap<>(home().bundles());
            for (String id : collections().bundles().ids()) {
                collections().bundles().file(id).ifPresent(file -> found.put(id, file));
            }
            return found;
        } finally {
            changing.unlock();
        }
    }

    /** The bundle of an id or its beginning. */
    Path bundle(String idOrPrefix) {
        return collections().bundles().require(idOrPrefix, bundles());
    }

    /**
     * Makes a collection and opens it.
     *
     * @param engine empty for a rows file
     * @param bundle what encodes; empty for vectors made elsewhere
     */
    Hosted create(String name, Space space, Optional<Engine> engine, Optional<Path> bundle, CollectionSettings settings)
            throws IOException {
        changing.lock();
        try {
            if (hosts.find(name).isPresent() || hosts.shut().containsKey(name)) {
                throw new Problem(
                        HttpStatus.CONFLICT,
                        "exists",
                        "there is such a collection already",
                        name,
                        "choose another name, PATCH its settings, or drop it first");
            }
            Collections.Stored stored = collections()
                    .create(
                            name,
                            space.id(),
                            settings,
                            folder -> home().opening().make(folder, space, engine, bundle));
            return host(home().opened(stored));
        } finally {
            changing.unlock();
        }
    }

    /** Ends its last requests and deletes it; it is closed after the last of them. */
    void drop(String name) throws IOException {
        changing.lock();
        try {
            Collections there = collections();
            boolean shut = hosts.shut().containsKey(name);
            Optional<Hosted> gone = hosts.remove(name);
            if (gone.isEmpty() && !shut) {
                throw new Problem(
                        HttpStatus.NOT_FOUND, "no-collection", "there is no such collection", "collection", "");
            }
            Runnable closing = told(name, home().release(name));
            gone.ifPresentOrElse(hosted -> hosted.end(LAST_REQUESTS, closing), closing);
            meters.forget(name);
            snapshots.forget(name);
            there.drop(name);
        } finally {
            changing.unlock();
        }
    }

    /** It may be run when nobody waits for it any more. */
    private Runnable told(String name, Runnable closing) {
        return () -> {
            try {
                closing.run();
            } catch (RuntimeException e) {
                faults.tell("-", "closing collection " + name, e);
            }
        };
    }

    CollectionSettings settle(Hosted hosted, UnaryOperator<CollectionSettings> change) {
        changing.lock();
        try {
            String name = hosted.served().collection();
            CollectionSettings now = collections().change(name, change);
            hosted.settle(now);
            home().replace(name, now);
            return now;
        } finally {
            changing.unlock();
        }
    }

    /** @see SnapshotTaking#take */
    ItemsSnapshot snapshot(Hosted hosted, Call call) {
        return snapshots.take(hosted, call);
    }

    /** Of each collection that was written to since the last, where that is old enough. */
    private void takeDue() {
        for (Hosted hosted : hosts.all()) {
            try {
                hosted.whileHeld(() -> snapshots.takeIfDue(hosted, () -> closed));
            } catch (RuntimeException e) {
                tellUnlessClosed("a snapshot of collection " + hosted.served().collection(), e);
            }
        }
    }

    /** What is given up since the server stops is no fault; the next start does it. */
    private void tellUnlessClosed(String what, RuntimeException e) {
        if (!closed) {
            faults.tell("-", what, e);
        }
    }

    /** Reads what is searched into memory, on threads of its own. */
    void warm() {
        if (holdings != null) {
            holdings.warm();
        }
    }

    /** After the last request: a snapshot that is being taken is given up, writes end, then indexes and encoders are closed. */
    @Override
    public void close() {
        closed = true;
        looking.shutdownNow();
        try {
            if (!looking.awaitTermination(GIVING_UP.toMillis(), TimeUnit.MILLISECONDS)) {
                faults.tell("-", "stopping", new IllegalStateException("a snapshot does not end"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writes.close();
        if (holdings != null) {
            holdings.close();
        }
    }
}
