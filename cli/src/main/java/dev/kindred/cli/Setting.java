package dev.kindred.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One setting: its place in {@code kindred.yaml}, which also gives its flag and its variable, and how it is written. All of them are
 * {@link #ALL}; to add one is to add a line.
 *
 * @param name with dots where the file goes a level deeper
 * @param otherwise what holds where nobody says anything, as one would write it; null for what is decided elsewhere
 * @param secret whether it must never be shown
 */
record Setting<T>(String name, Kind<T> kind, @Nullable String otherwise, boolean secret) {
    private static final int MOST_THREADS = 1024;

    static final Setting<Path> HOME = of("home", Kind.PATH, "~/.kindred");
    static final Setting<Integer> THREADS = of(
            "threads",
            Kind.whole(1, MOST_THREADS),
            Integer.toString(Runtime.getRuntime().availableProcessors()));

    static final Setting<String> HOST = of("server.host", Kind.TEXT, "127.0.0.1");
    static final Setting<Integer> PORT = of("server.port", Kind.whole(0, 65535), null);

    static final Setting<String> ADMIN_HOST = of("server.admin.host", Kind.TEXT, "127.0.0.1");
    static final Setting<Integer> ADMIN_PORT = of("server.admin.port", Kind.whole(0, 65535), null);

    static final Setting<Path> TLS_CERTIFICATE = of("server.tls.certificate", Kind.PATH, null);
    static final Setting<Path> TLS_KEY = of("server.tls.key", Kind.PATH, null);
    static final Setting<Long> BODY = of("server.limits.body", Kind.SOME_BYTES, "16MiB");
    static final Setting<Integer> CONNECTIONS = of("server.limits.connections", Kind.whole(1, 100_000), "1024");
    static final Setting<Duration> REQUEST_TIME = of("server.timeouts.request", Kind.TIME, "30s");
    static final Setting<Duration> DRAIN = of("server.timeouts.drain", Kind.SPAN, "10s");
    static final Setting<Integer> QUEUE = of("server.queue", Kind.whole(0, 100_000), "1024");
    static final Setting<Long> CACHE = of("server.cache", Kind.BYTES_OF, "64MiB");

    static final Setting<List<String>> SENSITIVE = of("access.sensitive", Kind.TEXTS, "");
    static final Setting<Integer> ANSWERS = of("access.answers.most", Kind.whole(0, 10_000_000), "100000");
    static final Setting<Duration> ANSWERS_FOR = of("access.answers.for", Kind.SPAN, "30d");

    static final Setting<String> LOG_FORMAT = of("logging.format", Kind.oneOf("text", "json"), "text");
    static final Setting<String> LOG_LEVEL = of("logging.level", Kind.oneOf("debug", "info", "warn", "error"), "info");
    static final Setting<URI> TRACES = of("traces.endpoint", Kind.ADDRESS, null);
    static final Setting<String> TRACE_HEADERS = new Setting<>("traces.headers", Kind.TEXT, null, true);
    static final Setting<Double> TRACE_SHARE = of("traces.share", Kind.SHARE, "0.01");
    static final Setting<Double> CORE_PRICE = of("prices.coreHour", Kind.PRICE, null);
    static final Setting<Double> GPU_PRICE = of("prices.gpuHour", Kind.PRICE, null);
    static final Setting<String> CURRENCY = of("prices.currency", Kind.TEXT, "USD");

    /** In the order in which they are shown. */
    static final List<Setting<?>> ALL = List.of(
            HOME,
            THREADS,
            HOST,
            PORT,
            ADMIN_HOST,
            ADMIN_PORT,
            TLS_CERTIFICATE,
            TLS_KEY,
            BODY,
            CONNECTIONS,
            REQUEST_TIME,
            DRAIN,
            QUEUE,
            CACHE,
            SENSITIVE,
            ANSWERS,
            ANSWERS_FOR,
            LOG_FORMAT,
            LOG_LEVEL,
            TRACES,
            TRACE_HEADERS,
            TRACE_SHARE,
            CORE_PRICE,
            GPU_PRICE,
            CURRENCY);

    private static <T> Setting<T> of(String name, Kind<T> kind, @Nullable String otherwise) {
        return new Setting<>(name, kind, otherwise, false);
    }

    /** {@code --admin-port} of {@code server.admin.port}, where a command has it. */
    String flag() {
        return "--" + words("-");
    }

    /** {@code KINDRED_ADMIN_PORT} of {@code server.admin.port}. */
    String variable() {
        return "KINDRED_" + words("_").toUpperCase(Locale.ROOT);
    }

    private String words(String between) {
        String own = name.startsWith("server.") ? name.substring("server.".length()) : name;
        return own.replaceAll("([a-z])([A-Z])", "$1" + between + "$2")
                .toLowerCase(Locale.ROOT)
                .replace(".", between);
    }

    /** What holds where nobody says anything and it is decided elsewhere, in words; empty where nothing does. */
    String unstated() {
        return this == PORT
                ? "8317, or the next that is free"
                : this == ADMIN_PORT ? "with keys 8318, or the next that is free" : "";
    }

    /** The last part of its name. */
    String key() {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
