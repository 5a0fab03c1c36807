package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Generation;
import dev.kindred.serve.Faults;
import dev.kindred.serve.KindredServer;
import dev.kindred.serve.ServeOptions;
import dev.kindred.serve.Served;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.seen.LibraryLines;
import dev.kindred.serve.seen.Log;
import dev.kindred.serve.seen.Seen;
import dev.kindred.serve.seen.SeenOptions;
import dev.kindred.serve.seen.StartClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A running server and what it stands on, until Ctrl-C. */
final class Serving implements AutoCloseable {
    private static final int MOST_LOGS = 20;

    private final Run run;
    private final Bundle bundle;
    private final EmbeddedIndex index;
    private final List<Encoder> encoders;
    private final Optional<LearnedDistance> comparator;
    private final KindredServer server;
    private final LibraryLines libraries;

    private Serving(
            Run run,
            Bundle bundle,
            EmbeddedIndex index,
            List<Encoder> encoders,
            Optional<LearnedDistance> comparator,
            KindredServer server,
            LibraryLines libraries) {
        this.run = run;
        this.bundle = bundle;
        this.index = index;
        this.encoders = encoders;
        this.comparator = comparator;
        this.server = server;
        this.libraries = libraries;
    }

    /**
     * @param stated null for the bundle in the index folder
     * @param mergeShare of the cores, for merges in the background; null for what the index has
     * @param looked what of it is seen
     */
    static Serving start(
            Run run, Path folder, @Nullable Path stated, String host, @Nullable Double mergeShare, SeenOptions looked) {
        StartClock clock = StartClock.ofProcess();
        IndexFolder opened = new IndexFolder(folder);
        EmbeddedIndex index = opened.open(
                run,
                "a server on " + host
                        + (run.settings().port() == null
                                ? ""
                                : ":" + run.settings().port()));
        try {
            if (mergeShare != null) {
                if (!(index instanceof Generation generation)) {
                    throw new Refusal(
                            "is a rows file, which merges nothing", folder.toString(), "leave --merge-share out");
                }
                generation.mergeShare(mergeShare);
            }
            clock.done("index");
            Bundle bundle = stated == null ? opened.bundle(index) : Bundle.open(stated);
            index.info().space().require(bundle.space(), folder.toString());
            Natives.forEncoding(run.home());
            int threads = run.settings().threads();
            List<Encoder> encoders = open(bundle, threads);
            Optional<LearnedDistance> comparator = Optional.empty();
            try {
                comparator = bundle.comparator(threads);
                Served served = Served.of(bundle, encoders.getFirst(), encoders.getLast(), comparator, index);
                clock.done("encoder");
                Seen seen = Seen.of(looked, Version.current(), run.terminal().err(), clock);
                Faults faults = looked.log() == Log.Form.JSON ? Faults.IN_THE_LOG : faults(run, seen.log());
                LibraryLines libraries = LibraryLines.into(seen.log());
                try {
                    KindredServer server =
                            KindredServer.start(options(run, host), List.of(served), Access.OPEN, faults, seen);
                    return new Serving(run, bundle, index, encoders, comparator, server, libraries);
                } catch (RuntimeException e) {
                    libraries.close();
                    throw e;
                }
            } catch (RuntimeException e) {
                encoders.forEach(Encoder::close);
                comparator.ifPresent(LearnedDistance::close);
                throw e;
            }
        } catch (RuntimeException e) {
            index.close();
            throw e;
        }
    }

    /** The only encoder; or first that of queries, last that of documents. */
    private static List<Encoder> open(Bundle bundle, int threads) {
        if (bundle.encoders().size() == 1) {
            return List.of(bundle.encoder(threads));
        }
        Encoder queries = bundle.encoder(EncoderParts.QUERY, threads);
        try {
            return List.of(queries, bundle.encoder(EncoderParts.DOCUMENT, threads));
        } catch (RuntimeException e) {
            queries.close();
            throw e;
        }
    }

    /** A line each, and the first few with their stack traces in files: a fault that comes with each request must not fill the disk. */
    private static Faults faults(Run run, Log lines) {
        AtomicInteger told = new AtomicInteger();
        return (request, route, cause) -> {
            String log = told.incrementAndGet() > MOST_LOGS
                    ? ""
                    : "; see " + Ending.record(cause, run.home(), "serve", List.of(route, "request " + request));
            lines.warning(
                    "fault", "request " + request + " to " + route + " failed: " + Ending.describe(cause) + log, null);
        };
    }

    private static ServeOptions options(Run run, String host) {
        ServeOptions options =
                ServeOptions.defaults().onHost(host).withThreads(run.settings().threads());
        Integer port = run.settings().port();
        return port == null ? options : options.onPort(port);
    }

    String url() {
        return server.url();
    }

    /** Says where it is, and goes on until it is asked to end. */
    Answer answer() {
        JsonObject json = new JsonObject();
        json.addProperty("url", url());
        json.addProperty("bundle", bundle.id());
        json.addProperty("space", bundle.space().id());
        json.addProperty("count", index.info().count());
        return Answer.done(json, "serving " + index.info().count() + " items at " + url() + " (Ctrl-C ends)")
                .then(this::untilStopped);
    }

    void untilStopped() throws InterruptedException {
        try (this) {
            run.stop().await();
        }
    }

    @Override
    public void close() {
        server.close();
        libraries.close();
        encoders.forEach(Encoder::close);
        comparator.ifPresent(LearnedDistance::close);
        index.close();
    }
}
