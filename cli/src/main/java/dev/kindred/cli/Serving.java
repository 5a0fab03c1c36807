package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.release.Collections;
import dev.kindred.release.Registry;
import dev.kindred.serve.Faults;
import dev.kindred.serve.Holdings;
import dev.kindred.serve.KindredServer;
import dev.kindred.serve.ServeOptions;
import dev.kindred.serve.Served;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.batch.Batching;
import dev.kindred.serve.seen.LibraryLines;
import dev.kindred.serve.seen.Log;
import dev.kindred.serve.seen.Seen;
import dev.kindred.serve.seen.SeenOptions;
import dev.kindred.serve.seen.StartClock;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A running server and what it stands on, until Ctrl-C. */
final class Serving implements AutoCloseable {
    private static final int MOST_LOGS = 20;

    private final Run run;
    private final List<Served> served;
    private final Oversight oversight;
    private final KindredServer server;
    private final Closing open;

    private Serving(Run run, List<Served> served, Oversight oversight, KindredServer server, Closing open) {
        this.run = run;
        this.served = served;
        this.oversight = oversight;
        this.server = server;
        this.open = open;
    }

    /** What was opened, to be closed in the other direction. */
    private static final class Closing {
        private final Deque<Runnable> last = new ArrayDeque<>();

        <T> T after(T opened, Consumer<T> close) {
            last.push(() -> close.accept(opened));
            return opened;
        }

        void all() {
            while (!last.isEmpty()) {
                last.pop().run();
            }
        }
    }

    /**
     * Serves one index folder as the collection {@code default}.
     *
     * @param stated null for the bundle in the folder
     * @param mergeShare of the cores, for merges in the background; null for what the index has
     */
    static Serving start(Run run, Path folder, @Nullable Path stated, @Nullable Double mergeShare) {
        StartClock clock = StartClock.ofProcess();
        natives(run);
        return start(
                        run,
                        clock,
                        mergeShare,
                        true,
                        (registry, told) ->
                                Holdings.ofFolder(folder, stated, run.settings().threads(), owner(run), told))
                .orElseThrow();
    }

    /**
     * Serves all collections of the home.
     *
     * @param mayBeEmpty whether to begin with none
     * @return empty where there are none, and there must be some
     */
    static Optional<Serving> ofHome(Run run, @Nullable Double mergeShare, boolean mayBeEmpty) {
        StartClock clock = StartClock.ofProcess();
        natives(run);
        return start(
                run,
                clock,
                mergeShare,
                mayBeEmpty,
                (registry, told) -> Holdings.ofHome(
                        new Collections(run.home(), registry), run.settings().threads(), owner(run), told));
    }

    private static Optional<Serving> start(
            Run run,
            StartClock clock,
            @Nullable Double mergeShare,
            boolean mayBeEmpty,
            BiFunction<Registry, Consumer<String>, Holdings> held) {
        Closing open = new Closing();
        boolean started = false;
        try {
            Optional<Serving> serving = start(run, clock, mergeShare, mayBeEmpty, held, open);
            started = serving.isPresent();
            return serving;
        } finally {
            if (!started) {
                open.all();
            }
        }
    }

    private static Optional<Serving> start(
            Run run,
            StartClock clock,
            @Nullable Double mergeShare,
            boolean mayBeEmpty,
            BiFunction<Registry, Consumer<String>, Holdings> held,
            Closing open) {
        ServeOptions options = options(run.settings());
        SeenOptions looked = SeenOption.of(run.settings());
        Seen seen = Seen.of(looked, Version.current(), run.terminal().err(), clock);
        open.after(seen, Seen::close);
        open.after(LibraryLines.into(seen.log()), LibraryLines::close);
        Registry registry = open.after(Registry.open(run.home()), Registry::close);
        boolean forPrograms = looked.log() == Log.Form.JSON;
        Faults faults = forPrograms ? seen.log()::fault : faults(run, seen.log());
        Oversight oversight = open.after(
                Oversight.of(registry, options.kept(), cause -> faults.tell("", "registry", cause)), Oversight::close);
        Holdings holdings =
                held.apply(registry, forPrograms ? line -> seen.log().warning("collection", line, null) : run::say);
        boolean started = false;
        try {
            if (holdings.isEmpty() && !mayBeEmpty && !oversight.asksForKeys()) {
                return Optional.empty();
            }
            if (mergeShare != null) {
                holdings.mergeShare(mergeShare);
            }
            List<Served> served = holdings.served();
            clock.done("collections");
            KindredServer server =
                    open.after(KindredServer.start(options, holdings, oversight, faults, seen), KindredServer::close);
            started = true;
            return Optional.of(new Serving(run, served, oversight, server, open));
        } catch (Refusal refusal) {
            throw placed(run.settings(), refusal);
        } finally {
            if (!started) {
                holdings.close();
            }
        }
    }

    /** The server knows what settings say, not where they stand; who has to change them is told both. */
    private static Refusal placed(Settings settings, Refusal refusal) {
        String where = refusal.where();
        List<String> parts = List.of(where.split(", |--host |:[0-9]+$"));
        List<String> places = new ArrayList<>();
        for (Setting<?> setting : List.of(
                Setting.HOST,
                Setting.PORT,
                Setting.ADMIN_HOST,
                Setting.ADMIN_PORT,
                Setting.TLS_CERTIFICATE,
                Setting.TLS_KEY)) {
            String said = settings.find(setting).map(String::valueOf).orElse("");
            boolean port = setting == Setting.PORT || setting == Setting.ADMIN_PORT;
            boolean meant = port ? where.endsWith(":" + said) : parts.contains(said);
            String from = settings.from(setting);
            if (meant && settings.isStated(setting) && !from.equals(setting.flag())) {
                places.add(from);
            }
        }
        return places.isEmpty()
                ? refusal
                : new Refusal(refusal.what(), where + " (" + String.join(", ", places) + ")", refusal.hint(), refusal);
    }

    private static void natives(Run run) {
        Natives.forIndex(run.home());
        Natives.forEncoding(run.home());
    }

    /** Whom another writer's refusal names. */
    private static String owner(Run run) {
        Integer port = run.settings().port();
        return "a server on " + run.settings().get(Setting.HOST) + (port == null ? "" : ":" + port);
    }

    /** A line each, and the first few with their stack traces in files: a fault that comes with each request must not fill the disk. */
    private static Faults faults(Run run, Log lines) {
        AtomicInteger told = new AtomicInteger();
        return (request, route, cause) -> {
            if (cause instanceof Refusal refusal) {
                lines.warning("refusal", refusal.line(), null);
                return;
            }
            String log = told.incrementAndGet() > MOST_LOGS
                    ? ""
                    : "; see " + Ending.record(cause, run.home(), "serve", List.of(route, "request " + request));
            String what = request.isEmpty() ? route : "request " + request + " to " + route;
            lines.warning("fault", what + " failed: " + Ending.describe(cause) + log, null);
        };
    }

    /** What the settings come to. */
    static ServeOptions options(Settings settings) {
        ServeOptions options = new ServeOptions(
                new ServeOptions.Listening(settings.get(Setting.HOST), ServeOptions.DEFAULT_PORT, false),
                new ServeOptions.Listening(settings.get(Setting.ADMIN_HOST), ServeOptions.DEFAULT_ADMIN_PORT, false),
                Optional.empty(),
                new ServeOptions.Bounds(
                        settings.get(Setting.BODY),
                        settings.get(Setting.REQUEST_TIME),
                        settings.get(Setting.DRAIN),
                        settings.get(Setting.CONNECTIONS)),
                new ServeOptions.Computing(
                        settings.threads(),
                        settings.get(Setting.QUEUE),
                        Batching.defaults().withCacheBytes(settings.get(Setting.CACHE))),
                new ServeOptions.Kept(
                        Set.copyOf(settings.get(Setting.SENSITIVE)),
                        settings.get(Setting.ANSWERS),
                        settings.get(Setting.ANSWERS_FOR)));
        Integer port = settings.port();
        if (port != null) {
            options = options.onPort(port);
        }
        Optional<Integer> adminPort = settings.find(Setting.ADMIN_PORT);
        if (adminPort.isPresent()) {
            options = options.withAdmin(options.admin().onPort(adminPort.get()));
        }
        if (settings.together(Setting.TLS_CERTIFICATE, Setting.TLS_KEY)) {
            options = options.withTls(new ServeOptions.TlsFiles(
                    settings.find(Setting.TLS_CERTIFICATE).orElseThrow(),
                    settings.find(Setting.TLS_KEY).orElseThrow()));
        }
        return options;
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
        json.addProperty("keys", oversight.asksForKeys());
        server.adminUrl().ifPresent(admin -> json.addProperty("admin", admin));
        String several = served.size() == 1 ? "" : " in " + served.size() + " collections";
        return Answer.done(
                        json,
                        "serving " + count + " items" + several + " at " + url() + " (Ctrl-C ends)\n"
                                + openTo().stream().collect(Collectors.joining("\n")))
                .then(this::untilStopped);
    }

    /** Who reaches it, and what else there is to know. */
    private List<String> openTo() {
        List<String> lines = new ArrayList<>();
        if (!oversight.asksForKeys()) {
            lines.add("there are no keys: it listens to this machine alone, and whoever is on it may do everything");
        } else {
            lines.add("it asks for a key; " + server.adminUrl().orElse("") + "/metrics asks for none");
            if (url().startsWith("http:") && !url().contains("127.0.0.1") && !url().contains("[::1]")) {
                lines.add("keys and content travel in the clear: name --tls-certificate and --tls-key, or put it"
                        + " behind something that does");
            }
        }
        return lines;
    }

    void untilStopped() throws InterruptedException {
        try (this) {
            run.stop().await();
        }
    }

    @Override
    public void close() {
        open.all();
    }
}
