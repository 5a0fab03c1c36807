package dev.kindred.cli.load;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A run as it is told: as JSON, in words, and with what a reader must know of it. */
public record LoadAnswer(
        String url,
        String http,
        String mix,
        String payloads,
        Plan plan,
        Figures figures,
        Caching caching,
        List<Objectives.Judged> judged) {

    /**
     * What was remembered instead of computed while it was asked, warm-up and others' requests among it.
     *
     * @param fresh whether no content was sent twice
     * @param counts null where the server did not tell
     */
    public record Caching(boolean fresh, @Nullable CacheCounts counts) {}

    private static final Set<String> ENCODED = Set.of("embed", "search", "verify");
    /** Fewer are not worth a word. */
    private static final double LEAST_SPARED = 0.01;

    public LoadAnswer {
        judged = List.copyOf(judged);
    }

    public static LoadAnswer of(
            Target target,
            String mix,
            Payloads payloads,
            Plan plan,
            Figures figures,
            @Nullable CacheCounts cached,
            Objectives objectives) {
        return new LoadAnswer(
                target.url(),
                target.http(),
                mix,
                payloads.words(),
                plan,
                figures,
                new Caching(payloads.isNew(), cached),
                objectives.judge(figures));
    }

    /** Whether every objective was met; with none it is yes. */
    public boolean met() {
        return judged.stream().allMatch(Objectives.Judged::met);
    }

    public JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("url", url);
        json.addProperty("http", http);
        json.addProperty("mix", mix);
        json.add("pace", plan.pace().json());
        json.addProperty("connections", plan.connections());
        json.addProperty("fresh", caching.fresh());
        CacheCounts counts = caching.counts();
        if (counts != null) {
            json.add("cache", counts.json());
        }
        figures.json().entrySet().forEach(entry -> json.add(entry.getKey(), entry.getValue()));
        json.add("objectives", Objectives.json(judged));
        json.addProperty("met", met());
        return json;
    }

    public String text() {
        List<String> lines = new ArrayList<>();
        Figures.OfKind all = figures.all();
        lines.add(String.format(
                Locale.ROOT,
                "%,d calls in %.1f s: %,d answered well (%.1f a second), %,d turned away, %,d failed",
                all.asked(),
                figures.seconds(),
                all.ok(),
                figures.goodput(),
                all.turnedAway(),
                figures.failed()));
        lines.add(line("", all.latency()));
        if (figures.kinds().size() > 1) {
            figures.kinds().forEach(kind -> lines.add(line(kind.name(), kind.latency())));
        }
        lines.add("codes: " + said(figures.codes()));
        if (!figures.failures().isEmpty()) {
            lines.add("without a reply: " + said(figures.failures()));
        }
        for (Objectives.Judged each : judged) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s %s %s %s: %s",
                    each.what(),
                    Double.isFinite(each.measured()) ? millis(each.measured()) : "not measured",
                    each.bound(),
                    millis(each.limit()),
                    each.met() ? "met" : "NOT met"));
        }
        cautions().forEach(caution -> lines.add("caution: " + caution));
        return String.join("\n", lines);
    }

    private static String line(String name, Latency latency) {
        String head = name.isEmpty() ? "latency" : "  " + name;
        if (latency.count() == 0) {
            return head + ": nothing was answered well";
        }
        return String.format(
                Locale.ROOT,
                "%s: p50 %s ms, p90 %s, p99 %s, p99.9 %s, max %s",
                head,
                millis(latency.p50()),
                millis(latency.p90()),
                millis(latency.p99()),
                millis(latency.p999()),
                millis(latency.max()));
    }

    static String millis(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String said(java.util.Map<?, Long> counts) {
        return counts.isEmpty()
                ? "none"
                : counts.entrySet().stream()
                        .map(entry -> String.format(Locale.ROOT, "%s × %,d", entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(", "));
    }

    /** Whoever sends the same contents again and again measures how quickly they are remembered. */
    private Optional<String> remembered() {
        CacheCounts counts = caching.counts();
        if (counts == null) {
            return caching.fresh() || figures.kinds().stream().noneMatch(kind -> ENCODED.contains(kind.name()))
                    ? Optional.empty()
                    : Optional.of("the same few hundred contents were sent again and again, and a server remembers"
                            + " embeddings (how many it did, its metrics did not tell): what it does with new ones,"
                            + " --fresh tells");
        }
        double share = counts.sparedShare();
        if (share < LEAST_SPARED) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "%.0f%% of the contents were not computed but remembered from before%s",
                100 * share,
                caching.fresh()
                        ? ", though none was sent twice: others ask too"
                        : ": what it does with new ones, --fresh tells"));
    }

    /** What would mislead who looks at the figures alone. */
    public List<String> cautions() {
        List<String> cautions = new ArrayList<>();
        Figures.Schedule schedule = figures.schedule();
        if (!schedule.kept()) {
            cautions.add(String.format(
                    Locale.ROOT,
                    "the generator did not keep its own schedule (its thread was busy %.0f%% of the time, one call in"
                            + " a hundred left more than %s ms late): ask for less, or from a freer machine",
                    100 * schedule.busy(),
                    millis(schedule.lagP99())));
        }
        if (plan.pace() instanceof Pace.Open && schedule.heldBack() > 0) {
            cautions.add(String.format(
                    Locale.ROOT,
                    "%,d of %,d calls waited for one of %d connections, and that is in their latency",
                    schedule.heldBack(),
                    figures.all().asked(),
                    plan.connections()));
        }
        if (schedule.unsent() > 0) {
            cautions.add(String.format(
                    Locale.ROOT, "%,d calls were due and never left; they count as failed", schedule.unsent()));
        }
        if (plan.pace() instanceof Pace.Closed) {
            cautions.add("callers wait for one another's stalls here; what independent users would see, --rate tells");
        }
        remembered().ifPresent(cautions::add);
        if (figures.all().bare() > 0) {
            cautions.add(String.format(
                    Locale.ROOT,
                    "%,d replies of 429 said no Retry-After",
                    figures.all().bare()));
        }
        return cautions;
    }
}
