package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Generation;
import dev.kindred.release.Registry;
import dev.kindred.serve.Faults;
import dev.kindred.serve.KindredServer;
import dev.kindred.serve.ServeOptions;
import dev.kindred.serve.Served;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.batch.Batching;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A running server and what it stands on, until Ctrl-C. */
final class Serving implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;
    private static final int MOST_LOGS = 20;

    private final Run run;
    private final Bundle bundle;
    private final EmbeddedIndex index;
    private final Oversight oversight;
    private final KindredServer server;
    private final Closing open;

    private Serving(
            Run run, Bundle bundle, EmbeddedIndex index, Oversight oversight, KindredServer server, Closing open) {
        this.run = run;
        this.bundle = bundle;
        this.index = index;
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
     * @param stated null for the bundle in the index folder
     * @param mergeShare of the cores, for merges in the background; null for what the index has
     */
    static Serving start(Run run, Path folder, @Nullable Path stated, @Nullable Double mergeShare) {
        Closing open = new Closing();
        boolean started = false;
        try {
            Serving serving = start(run, folder, stated, mergeShare, open);
            started = true;
            return serving;
        } finally {
            if (!started) {
                open.all();
            }
        }
    }

    private static Serving start(
            Run run, Path folder, @Nullable Path stated, @Nullable Double mergeShare, Closing open) {
        ServeOptions options = options(run.settings());
        IndexFolder opened = new IndexFolder(folder);
        Integer port = run.settings().port();
        EmbeddedIndex index = open.after(
                opened.open(run, "a server on " + options.main().host() + (port == null ? "" : ":" + port)),
                EmbeddedIndex::close);
        if (mergeShare != null) {
            if (!(index instanceof Generation generation)) {
                throw new Refusal("is a rows file, which merges nothing", folder.toString(), "leave --merge-share out");
            }
            generation.mergeShare(mergeShare);
        }
        Bundle bundle = stated == null ? opened.bundle(index) : Bundle.open(stated);
        index.info().space().require(bundle.space(), folder.toString());
        Natives.forEncoding(run.home());
        int threads = run.settings().threads();
        List<Encoder> encoders = open.after(open(bundle, threads), all -> all.forEach(Encoder::close));
        Optional<LearnedDistance> comparator =
                open.after(bundle.comparator(threads), own -> own.ifPresent(LearnedDistance::close));
        Faults faults = faults(run);
        Registry registry = open.after(Registry.open(run.home()), Registry::close);
        Oversight oversight = open.after(
                Oversight.of(registry, options.kept(), cause -> faults.tell("", "registry", cause)), Oversight::close);
        Served served = Served.of(bundle, encoders.getFirst(), encoders.getLast(), comparator, index);
        KindredServer server =
                open.after(KindredServer.start(options, List.of(served), oversight, faults), KindredServer::close);
        if (index instanceof Generation generation) {
            generation.warm();
        }
        return new Serving(run, bundle, index, oversight, server, open);
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
    private static Faults faults(Run run) {
        AtomicInteger told = new AtomicInteger();
        return (request, route, cause) -> {
            if (cause instanceof Refusal refusal) {
                run.say("kindred: " + refusal.line());
                return;
            }
            String log = told.incrementAndGet() > MOST_LOGS
                    ? ""
                    : "; see " + Ending.record(cause, run.home(), "serve", List.of(route, "request " + request));
            String what = request.isEmpty() ? route : "request " + request + " to " + route;
            run.say("kindred: " + what + " failed: " + Ending.describe(cause) + log);
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
        json.addProperty("bundle", bundle.id());
        json.addProperty("space", bundle.space().id());
        json.addProperty("count", index.info().count());
        json.addProperty("keys", oversight.asksForKeys());
        server.adminUrl().ifPresent(admin -> json.addProperty("admin", admin));
        return Answer.done(
                        json,
                        "serving " + index.info().count() + " items at " + url() + " (Ctrl-C ends)\n"
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
            while (!run.stop().getAsBoolean()) {
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    @Override
    public void close() {
        open.all();
    }
}
