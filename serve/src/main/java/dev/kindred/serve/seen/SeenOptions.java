package dev.kindred.serve.seen;

import dev.kindred.core.Refusal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;

/**
 * What of a server is seen, and where.
 *
 * @param log how the log's lines look
 * @param level what matters less is not in the log
 * @param traces the collector's address for OTLP over HTTP; empty for no traces
 * @param traceHeaders what the collector wants to be sent, e.g. a token; secret
 * @param traceShare of the traces that begin here, the share that is written, 0 to 1
 */
public record SeenOptions(
        Log.Form log,
        Log.Level level,
        Optional<URI> traces,
        Map<String, String> traceHeaders,
        double traceShare,
        Price price) {

    public SeenOptions {
        traceHeaders = Map.copyOf(traceHeaders);
        if (!(traceShare >= 0 && traceShare <= 1)) {
            throw new Refusal("no share is " + traceShare, "traces.share", "write a number from 0 to 1");
        }
    }

    /** A log for people, no traces, no costs. */
    public static SeenOptions defaults() {
        return new SeenOptions(Log.Form.PLAIN, Log.Level.INFO, Optional.empty(), Map.of(), 0.01, Price.UNKNOWN);
    }

    public SeenOptions withLog(Log.Form form) {
        return new SeenOptions(form, level, traces, traceHeaders, traceShare, price);
    }

    public SeenOptions withTraces(String endpoint, double share) {
        return new SeenOptions(log, level, Optional.of(endpoint(endpoint)), traceHeaders, share, price);
    }

    public SeenOptions withPrice(Price stated) {
        return new SeenOptions(log, level, traces, traceHeaders, traceShare, stated);
    }

    /** @throws Refusal for what is no address of HTTP */
    static URI endpoint(String text) {
        try {
            URI uri = new URI(text.strip());
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new Refusal(
                "'" + text + "' is no address of a collector", "traces.endpoint", "write e.g. http://localhost:4318");
    }
}
