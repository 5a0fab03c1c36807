package dev.kindred.serve;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What is kept of the server at one moment, to be told from the moment before; NaN for what is not counted.
 *
 * @param at milliseconds since 1970
 * @param codes requests answered since the start, by {@link #CODES}
 * @param embed buckets of encoding since the start
 * @param search buckets of searching since the start
 * @param batches inputs encoded together: how many batches, and inputs in all of them
 * @param heap bytes
 * @param resident bytes the process holds, as the operating system says; NaN where it does not
 */
record Moment(
        long at,
        double[] codes,
        Exposition.Histogram embed,
        Exposition.Histogram search,
        Exposition.Histogram batches,
        double queue,
        double items,
        double degraded,
        double heap,
        double resident) {
    /** Groups of status codes, in the order of {@link #codes}. */
    static final List<String> CODES = List.of("2xx", "4xx", "429", "5xx");

    private static final Path STATUS = Path.of("/proc/self/status");

    static Moment of(long at, Exposition now) {
        double[] codes = new double[CODES.size()];
        for (Exposition.Series each : now.series()) {
            String code = each.labels().get("code");
            if (code != null && each.name().equals("kindred_requests_total") && isWork(each.labels())) {
                codes[group(code)] += each.value();
            }
        }
        return new Moment(
                at,
                codes,
                now.histogram("kindred_embed_seconds"),
                now.histogram("kindred_search_seconds"),
                now.histogram("kindred_batch_size"),
                now.sum("kindred_queue_depth"),
                now.sum("kindred_index_items"),
                now.sum("kindred_degraded"),
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                residentNow());
    }

    /** The console's own questions would else be most of what it shows. */
    private static boolean isWork(Map<String, String> labels) {
        String route = labels.getOrDefault("route", "");
        return !route.startsWith("/console")
                && !List.of("/", "/favicon.svg", "/v1/health", "/metrics", "/livez", "/readyz")
                        .contains(route);
    }

    private static int group(String code) {
        return switch (code.isEmpty() ? '5' : code.charAt(0)) {
            case '4' -> code.equals("429") ? 2 : 1;
            case '5' -> 3;
            default -> 0;
        };
    }

    private static double residentNow() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024.0;
                }
            }
        } catch (java.io.IOException | NumberFormatException e) {
            // Elsewhere than on Linux nothing is said.
        }
        return Double.NaN;
    }

    /**
     * The time below which a share of what was done between two moments took, in seconds, between a bucket's bounds in proportion; NaN
     * where nothing was done.
     */
    static double quantile(Exposition.Histogram before, Exposition.Histogram after, double share) {
        int buckets = after.bounds().length;
        if (buckets == 0 || before.bounds().length != buckets) {
            return Double.NaN;
        }
        double all = after.counts()[buckets - 1] - before.counts()[buckets - 1];
        if (!(all > 0)) {
            return Double.NaN;
        }
        double wanted = share * all;
        double below = 0;
        double low = 0;
        for (int b = 0; b < buckets; b++) {
            double upTo = after.counts()[b] - before.counts()[b];
            double high = after.bounds()[b];
            if (upTo >= wanted) {
                return Double.isInfinite(high) ? low : low + (high - low) * (wanted - below) / (upTo - below);
            }
            below = upTo;
            low = Double.isInfinite(high) ? low : high;
        }
        return low;
    }
}
