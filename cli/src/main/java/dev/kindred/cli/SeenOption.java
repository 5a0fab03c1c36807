package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.serve.seen.Log;
import dev.kindred.serve.seen.SeenOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of a server is seen from outside; flag over environment over default. */
final class SeenOption {
    @Option(
            names = "--log",
            paramLabel = "FORM",
            description = "plain: what is out of the ordinary, for people; json: a line a request, for programs, on"
                    + " standard error. Default: plain (KINDRED_LOG).")
    @Nullable
    String log;

    @Option(
            names = "--traces",
            paramLabel = "URL",
            description = "Write traces by OTLP over HTTP to this collector, e.g. http://localhost:4318. Default: none"
                    + " (KINDRED_TRACES).")
    @Nullable
    String traces;

    @Option(
            names = "--trace-ratio",
            paramLabel = "R",
            description = "Of the traces that begin here, the share that is written, 0 to 1. Default: 0.1"
                    + " (KINDRED_TRACE_RATIO).")
    @Nullable
    String traceRatio;

    @Option(
            names = "--cpu-hour-price",
            paramLabel = "P",
            description = "What an hour of one processor costs: /metrics then has the cost of a thousand queries"
                    + " (KINDRED_CPU_HOUR_PRICE).")
    @Nullable
    String cpuHourPrice;

    /** @throws Refusal for a value that will not do, naming where it stood */
    SeenOptions settle(Map<String, String> environment) {
        SeenOptions options = SeenOptions.defaults();
        Stated form = Stated.first(log, "--log", environment, "KINDRED_LOG");
        if (form != null) {
            options = options.withLog(
                    switch (form.value()) {
                        case "plain" -> Log.Form.PLAIN;
                        case "json" -> Log.Form.JSON;
                        default ->
                            throw new Refusal(
                                    "there is no form '" + form.value() + "'", form.where(), "write plain or json");
                    });
        }
        Stated endpoint = Stated.first(traces, "--traces", environment, "KINDRED_TRACES");
        Stated ratio = Stated.first(traceRatio, "--trace-ratio", environment, "KINDRED_TRACE_RATIO");
        if (endpoint != null) {
            options = options.withTraces(
                    endpoint.value(), ratio == null ? SeenOptions.USUAL_TRACE_RATIO : ratio.number());
        } else if (ratio != null) {
            throw new Refusal("no collector is named", ratio.where(), "say --traces URL with it");
        }
        Stated price = Stated.first(cpuHourPrice, "--cpu-hour-price", environment, "KINDRED_CPU_HOUR_PRICE");
        return price == null ? options : options.withCpuHourPrice(price.number());
    }

    /** A value, and where it stood. */
    private record Stated(String value, String where) {
        static @Nullable Stated first(
                @Nullable String flag, String name, Map<String, String> environment, String variable) {
            if (flag != null) {
                return new Stated(flag, name);
            }
            String value = environment.get(variable);
            return value == null || value.isEmpty() ? null : new Stated(value, variable);
        }

        double number() {
            try {
                return Double.parseDouble(value);
            } catch (NumberFormatException e) {
                throw new Refusal("'" + value + "' is not a number", where, "write one, e.g. 0.1", e);
            }
        }
    }
}
