package dev.kindred.cli;

import dev.kindred.serve.seen.Log;
import dev.kindred.serve.seen.Price;
import dev.kindred.serve.seen.SeenOptions;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of a server is seen from outside. */
final class SeenOption {
    @Option(
            names = {"--log", "--logging-format"},
            paramLabel = "FORM",
            description = "text: what is out of the ordinary, for people; json: a line a request, for programs; on"
                    + " standard error. Default: text.")
    @Nullable
    String log;

    @Option(
            names = {"--traces", "--traces-endpoint"},
            paramLabel = "URL",
            description =
                    "Write traces by OTLP over HTTP to this collector, e.g. http://localhost:4318. Default: none.")
    @Nullable
    String traces;

    @Option(
            names = "--traces-share",
            paramLabel = "S",
            description = "Of the traces that begin here, the share that is written, 0 to 1. Default: 0.01.")
    @Nullable
    String tracesShare;

    @Option(
            names = "--prices-core-hour",
            paramLabel = "P",
            description = "What an hour of one processor costs: /metrics then has the cost of a thousand queries.")
    @Nullable
    String coreHour;

    /** What was said on the command line. */
    void state(Map<Setting<?>, String> stated) {
        put(stated, Setting.LOG_FORMAT, log);
        put(stated, Setting.TRACES, traces);
        put(stated, Setting.TRACE_SHARE, tracesShare);
        put(stated, Setting.CORE_PRICE, coreHour);
    }

    private static void put(Map<Setting<?>, String> stated, Setting<?> setting, @Nullable String value) {
        if (value != null) {
            stated.put(setting, value);
        }
    }

    /** What the settings come to. */
    static SeenOptions of(Settings settings) {
        Optional<URI> endpoint = settings.find(Setting.TRACES);
        return new SeenOptions(
                inJson(settings) ? Log.Form.JSON : Log.Form.PLAIN,
                level(settings),
                endpoint,
                headers(settings.find(Setting.TRACE_HEADERS).orElse("")),
                settings.get(Setting.TRACE_SHARE),
                settings.find(Setting.CORE_PRICE)
                        .map(price -> new Price(price, settings.get(Setting.CURRENCY)))
                        .orElse(Price.UNKNOWN));
    }

    /** Whether the log is for programs. */
    static boolean inJson(Settings settings) {
        return settings.get(Setting.LOG_FORMAT).equals("json");
    }

    /** What matters less is not told. */
    static Log.Level level(Settings settings) {
        return Log.Level.valueOf(settings.get(Setting.LOG_LEVEL).toUpperCase(Locale.ROOT));
    }

    /** {@code name=value}, several parted by commas, as OpenTelemetry's own variables have them. */
    private static Map<String, String> headers(String text) {
        Map<String, String> headers = new TreeMap<>();
        for (String header : text.split(",")) {
            int equals = header.indexOf('=');
            if (equals > 0) {
                headers.put(
                        header.substring(0, equals).strip(),
                        header.substring(equals + 1).strip());
            }
        }
        return headers;
    }
}
