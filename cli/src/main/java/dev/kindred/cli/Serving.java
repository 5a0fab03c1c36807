package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.release.Collections;
import dev.kindred.release.Registry;
import dev.kindred.serve.Faults;
import dev.kindred.serve.Holdings;
import dev.kindred.serve.KindredServer;
import dev.kindred.serve.ServeOptions;
import dev.kindred.serve.Served;
import dev.kindred.serve.access.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A running server and what it stands on, until Ctrl-C. */
final class Serving implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;
    private static final int MOST_LOGS = 20;

    private final Run run;
    private final List<Served> served;
    private final KindredServer server;
    private final Optional<Registry> registry;

    private Serving(Run run, List<Served> served, KindredServer server, Optional<Registry> registry) {
        this.run = run;
        this.served = served;
        this.server = server;
        this.registry = registry;
    }

    /**
     * Serves one index folder as the collection {@code default}.
     *
     * @param stated null for the bundle in the folder
     * @param mergeShare of the cores, for merges in the background; null for what the index has
     */
    static Serving start(Run run, Path folder, @Nullable Path stated, String host, @Nullable Double mergeShare) {
        natives(run);
        Holdings holdings = Holdings.ofFolder(folder, stated, run.settings().threads(), owner(run, host), run::say);
        return start(run, host, mergeShare, holdings, Optional.empty());
    }

    /**
     * Serves all collections of the home.
     *
     * @param mayBeEmpty whether to begin with none
     * @return empty where there are none, and there must be some
     */
    static Optional<Serving> ofHome(Run run, String host, @Nullable Double mergeShare, boolean mayBeEmpty) {
        natives(run);
        Registry registry = Registry.open(run.home());
        boolean started = false;
        try {
            Holdings holdings = Holdings.ofHome(
                    new Collections(run.home(), registry), run.settings().threads(), owner(run, host), run::say);
            if (holdings.isEmpty() && !mayBeEmpty) {
                return Optional.empty();
            }
            Serving serving = start(run, host, mergeShare, holdings, Optional.of(registry));
            started = true;
            return Optional.of(serving);
        } finally {
            if (!started) {
                registry.close();
            }
        }
    }

    private static Serving start(
            Run run, String host, @Nullable Double mergeShare, Holdings holdings, Optional<Registry> registry) {
        boolean started = false;
        try {
            if (mergeShare != null) {
                holdings.mergeShare(mergeShare);
            }
            List<Served> served = holdings.served();
            KindredServer server = KindredServer.start(options(run, host), holdings, Access.OPEN, faults(run));
            started = true;
            return new Serving(run, served, server, registry);
        } finally {
            if (!started) {
                holdings.close();
            }
        }
    }

    private static void natives(Run run) {
        Natives.forIndex(run.home());
        Natives.forEncoding(run.home());
    }

    /** Whom another writer's refusal names. */
    private static String owner(Run run, String host) {
        Integer port = run.settings().port();
        return "a server on " + host + (port == null ? "" : ":" + port);
    }

    /** A line each, and the first few with their stack traces in files: a fault that comes with each request must not fill the disk. */
    private static Faults faults(Run run) {
        AtomicInteger told = new AtomicInteger();
        return (request, route, cause) -> {
            String log = told.incrementAndGet() > MOST_LOGS
                    ? ""
                    : "; see " + Ending.record(cause, run.home(), "serve", List.of(route, "request " + request));
            run.say("kindred: request " + request + " to " + route + " failed: " + Ending.describe(cause) + log);
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
        served.stream()
                .filter(each -> each.collection().equals(Served.DEFAULT_COLLECTION))
                .findFirst()
                .or(() -> served.stream().findFirst())
                .ifPresent(first -> {
                    json.addProperty("bundle", first.bundle());
                    json.addProperty("space", first.space().id());
                });
        long count =
                served.stream().mapToLong(each -> each.index().info().count()).sum();
        json.addProperty("count", count);
        JsonArray names = new JsonArray();
        served.forEach(each -> names.add(each.collection()));
        json.add("collections", names);
        String several = served.size() == 1 ? "" : " in " + served.size() + " collections";
        return Answer.done(json, "serving " + count + " items" + several + " at " + url() + " (Ctrl-C ends)")
                .then(this::untilStopped);
    }

    void untilStopped() throws InterruptedException {
        try (this) {
            while (!run.stop().getAsBoolean()) {
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    @Override
    public void close() {
        server.close();
        registry.ifPresent(Registry::close);
    }
}
