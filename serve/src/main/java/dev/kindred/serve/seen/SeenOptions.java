package dev.kindred.serve.seen;

import dev.kindred.core.Refusal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What of a server is seen, and where.
 *
 * @param log how the log's lines look
 * @param traces the collector's address for OTLP over HTTP; empty for no traces
 * @param traceRatio of the traces that begin here, the share that is written, 0 to 1
 * @param cpuHourPrice what an hour of one processor costs, in whichever currency the costs shall be; empty for no costs
 */
public record SeenOptions(Log.Form log, Optional<URI> traces, double traceRatio, OptionalDouble cpuHourPrice) {
    /** One in ten. */
    public static final double USUAL_TRACE_RATIO = 0.1;

    public SeenOptions {
        if (!(traceRatio >= 0 && traceRatio <= 1)) {
            throw new Refusal("no share is " + traceRatio, "--trace-ratio", "write a number from 0 to 1");
        }
        if (cpuHourPrice.isPresent()
                && !(cpuHourPrice.getAsDouble() >= 0 && Double.isFinite(cpuHourPrice.getAsDouble()))) {
            throw new Refusal(
                    "no price is " + cpuHourPrice.getAsDouble(),
                    "--cpu-hour-price",
                    "write what an hour of one processor costs, e.g. 0.04");
        }
    }

    /** A log for people, no traces, no costs. */
    public static SeenOptions defaults() {
        return new SeenOptions(Log.Form.PLAIN, Optional.empty(), USUAL_TRACE_RATIO, OptionalDouble.empty());
    }

    public SeenOptions withLog(Log.Form form) {
        return new SeenOptions(form, traces, traceRatio, cpuHourPrice);
    }

    public SeenOptions withTraces(String endpoint, double ratio) {
        return new SeenOptions(log, Optional.of(endpoint(endpoint)), ratio, cpuHourPrice);
    }

    public SeenOptions withCpuHourPrice(double price) {
        return new SeenOptions(log, traces, traceRatio, OptionalDouble.of(price));
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
                "'" + text + "' is no address of a collector", "--traces", "write e.g. http://localhost:4318");
    }
}
