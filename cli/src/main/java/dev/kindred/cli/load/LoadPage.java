package dev.kindred.cli.load;

import dev.kindred.report.Axis;
import dev.kindred.report.Block;
import dev.kindred.report.Html;
import dev.kindred.report.Page;
import dev.kindred.report.Plot;
import dev.kindred.report.Scale;
import dev.kindred.report.Tone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** A run as a page: how long calls took, over time and by percentile, and what they were answered with. */
public record LoadPage(LoadAnswer answer, String madeBy) {
    private static final List<Tone> TONES = List.of(Tone.MAIN, Tone.OTHER, Tone.THIRD, Tone.FOURTH, Tone.FIFTH);
    /** Beyond five nines a run of ordinary length has nothing to say. */
    private static final double MOST_SHARE = 0.99999;

    public Page page() {
        Figures figures = answer.figures();
        String lead = String.format(
                Locale.ROOT,
                "%s, %.0f s, HTTP/%s, mix %s of %s.",
                answer.plan().pace().words(),
                figures.seconds(),
                answer.http(),
                answer.mix(),
                answer.payloads());
        List<Block> first = new ArrayList<>();
        first.add(headline(figures));
        answer.cautions().forEach(caution -> first.add(new Block.Prose(sentence(caution))));
        Page page = Page.titled("How " + answer.url() + " bore it", lead).section("In short", first);
        if (!answer.judged().isEmpty()) {
            page = page.section("What was asked of it", objectives());
        }
        return page.section(
                        "How long calls took",
                        new Block.Plots(List.of(percentiles(figures), overTime(figures))),
                        table(figures))
                .section(
                        "What they were answered with",
                        new Block.Plots(List.of(codesOverTime(figures), codesInAll(figures))),
                        codes(figures))
                .section("How it was measured", new Block.Prose(how()))
                .colophon(madeBy);
    }

    private static String sentence(String caution) {
        return Character.toUpperCase(caution.charAt(0)) + caution.substring(1) + ".";
    }

    private Block headline(Figures figures) {
        Figures.OfKind all = figures.all();
        Latency latency = all.latency();
        return new Block.Figures(List.of(
                new Block.Figure(
                        "answered well",
                        LoadAnswer.millis(figures.goodput()) + " /s",
                        String.format(Locale.ROOT, "%,d of %,d calls", all.ok(), all.asked()),
                        List.of()),
                new Block.Figure("latency, median", shown(latency.p50()), "from when a call was due", List.of()),
                new Block.Figure("latency, p99", shown(latency.p99()), "one call in a hundred takes longer", List.of()),
                new Block.Figure(
                        "turned away",
                        Html.percent(share(all.turnedAway(), all.asked())),
                        String.format(Locale.ROOT, "%,d by 429", all.turnedAway()),
                        List.of()),
                new Block.Figure(
                        "failed", String.format(Locale.ROOT, "%,d", figures.failed()), "429s apart", List.of())));
    }

    private static double share(long some, long all) {
        return all == 0 ? Double.NaN : (double) some / all;
    }

    private static String shown(double millis) {
        return Double.isNaN(millis)
                ? "–"
                : millis < 10_000
                        ? LoadAnswer.millis(millis) + " ms"
                        : String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }

    private Block objectives() {
        return new Block.Table(
                "",
                List.of("objective", "measured", "asked", ""),
                answer.judged().stream()
                        .map(each -> List.of(
                                each.what(),
                                Double.isFinite(each.measured()) ? LoadAnswer.millis(each.measured()) : "–",
                                each.bound() + " " + LoadAnswer.millis(each.limit()),
                                each.met() ? "met" : "not met"))
                        .toList());
    }

    private static Plot overTime(Figures figures) {
        List<Figures.Slice> slices = figures.slices();
        double[] at = slices.stream().mapToDouble(Figures.Slice::at).toArray();
        List<Plot.Series> series = List.of(
                new Plot.Series("max", at, values(slices, Figures.Slice::max), Tone.QUIET, false),
                new Plot.Series("p99", at, values(slices, Figures.Slice::p99), Tone.OTHER, false),
                new Plot.Series("median", at, values(slices, Figures.Slice::p50), Tone.MAIN, false));
        return new Plot.Lines(
                "Latency over time",
                "Of calls answered well, by when they were answered. A stall stands out as a peak of the maximum and"
                        + " then a slope.",
                time(figures),
                millis(series),
                series,
                false);
    }

    private static double[] values(List<Figures.Slice> slices, ToDoubleFunction<Figures.Slice> figure) {
        return slices.stream().mapToDouble(figure).toArray();
    }

    private static Axis time(Figures figures) {
        return Axis.linear("seconds", 0, figures.seconds());
    }

    /** A decade or more, from and to round numbers. */
    private static Axis millis(List<Plot.Series> series) {
        double[] all = series.stream()
                .flatMapToDouble(each -> Arrays.stream(each.y()))
                .filter(value -> value > 0)
                .toArray();
        double least = round(Arrays.stream(all).min().orElse(1), false);
        double most = round(Arrays.stream(all).max().orElse(10), true);
        return new Axis("ms", Scale.LOG, least, Math.max(most, 10 * least), false);
    }

    /** The next of 1, 2, 5 times a power of ten. */
    private static double round(double value, boolean up) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        double[] steps = {1, 2, 5, 10};
        double below = power;
        for (double step : steps) {
            if (step * power >= value) {
                return up || step * power == value ? step * power : below;
            }
            below = step * power;
        }
        return below;
    }

    private static Plot codesOverTime(Figures figures) {
        List<Figures.Slice> slices = figures.slices();
        double[] at = slices.stream().mapToDouble(Figures.Slice::at).toArray();
        List<Plot.Series> series = new ArrayList<>();
        series.add(new Plot.Series(
                "answered well", at, values(slices, each -> each.ok() / each.seconds()), Tone.GOOD, false));
        if (figures.all().turnedAway() > 0) {
            series.add(new Plot.Series(
                    "429, turned away",
                    at,
                    values(slices, each -> each.turnedAway() / each.seconds()),
                    Tone.OTHER,
                    false));
        }
        series.add(
                new Plot.Series("failed", at, values(slices, each -> each.errors() / each.seconds()), Tone.BAD, false));
        double most = series.stream()
                .flatMapToDouble(each -> Arrays.stream(each.y()))
                .max()
                .orElse(1);
        return new Plot.Lines(
                "Replies over time",
                "Calls a second by what became of them.",
                time(figures),
                Axis.linear("calls a second", 0, Math.max(1, most * 1.08)),
                series,
                false);
    }

    private static Plot codesInAll(Figures figures) {
        List<String> groups = new ArrayList<>();
        List<Plot.Bar> shares = new ArrayList<>();
        figures.codes().forEach((code, count) -> {
            groups.add(code.toString());
            shares.add(Plot.Bar.of(share(count, figures.all().asked())));
        });
        long unreplied =
                figures.failures().values().stream().mapToLong(Long::longValue).sum();
        if (unreplied > 0 || groups.isEmpty()) {
            groups.add("no reply");
            shares.add(Plot.Bar.of(
                    figures.all().asked() == 0
                            ? 0
                            : share(unreplied, figures.all().asked())));
        }
        return new Plot.Bars(
                "Replies by code",
                "Shares of all calls.",
                groups,
                Axis.share("of calls"),
                List.of(new Plot.BarSeries("of calls", List.copyOf(shares), Tone.MAIN)));
    }

    /** By how rare it is to take longer. */
    private static Plot percentiles(Figures figures) {
        List<Plot.Series> series = new ArrayList<>();
        List<Figures.OfKind> kinds = figures.kinds().size() > 1
                ? Stream.concat(figures.kinds().stream(), Stream.of(figures.all()))
                        .toList()
                : List.of(figures.all());
        for (int i = 0; i < kinds.size(); i++) {
            Figures.OfKind kind = kinds.get(i);
            // Of a hundred calls none says what one in a thousand takes.
            double most = 1 - 1.0 / Math.max(10, kind.latency().count());
            List<Latency.Point> curve = kind.latency().curve().stream()
                    .filter(point -> point.share() <= Math.min(most, MOST_SHARE))
                    .toList();
            series.add(new Plot.Series(
                    kind.name(),
                    curve.stream().mapToDouble(Latency.Point::share).toArray(),
                    curve.stream().mapToDouble(Latency.Point::millis).toArray(),
                    kind == figures.all() ? Tone.MAIN : TONES.get(1 + i % (TONES.size() - 1)),
                    false));
        }
        double most = series.stream()
                .flatMapToDouble(each -> Arrays.stream(each.x()))
                .max()
                .orElse(0.99);
        return new Plot.Lines(
                "Latency by percentile",
                "Each step to the right is ten times rarer.",
                new Axis("of calls take at most", Scale.NINES, 0, Math.max(0.99, most), true),
                millis(series),
                series,
                false);
    }

    private static Block table(Figures figures) {
        List<List<String>> rows = new ArrayList<>();
        List<Figures.OfKind> kinds = new ArrayList<>(figures.kinds());
        if (kinds.size() > 1) {
            kinds.add(figures.all());
        }
        for (Figures.OfKind kind : kinds) {
            Latency latency = kind.latency();
            rows.add(List.of(
                    kind.name(),
                    String.format(Locale.ROOT, "%,d", kind.asked()),
                    String.format(Locale.ROOT, "%,d", kind.ok()),
                    String.format(Locale.ROOT, "%,d", kind.turnedAway()),
                    String.format(Locale.ROOT, "%,d", kind.errors()),
                    shown(latency.p50()),
                    shown(latency.p90()),
                    shown(latency.p99()),
                    shown(latency.p999()),
                    shown(latency.max())));
        }
        return new Block.Table(
                "Calls that were due in the time counted; latency of those answered well",
                List.of("call", "asked", "well", "429", "failed", "p50", "p90", "p99", "p99.9", "max"),
                rows);
    }

    private static Block codes(Figures figures) {
        List<List<String>> rows = new ArrayList<>();
        figures.codes()
                .forEach((code, count) -> rows.add(List.of(
                        code.toString(),
                        String.format(Locale.ROOT, "%,d", count),
                        Html.percent(share(count, figures.all().asked())))));
        figures.failures()
                .forEach((what, count) -> rows.add(List.of(
                        "no reply: " + what,
                        String.format(Locale.ROOT, "%,d", count),
                        Html.percent(share(count, figures.all().asked())))));
        return new Block.Table("", List.of("reply", "calls", "share"), rows);
    }

    private String how() {
        Figures.Schedule schedule = answer.figures().schedule();
        String of = answer.plan().pace() instanceof Pace.Open
                ? String.format(
                        Locale.ROOT,
                        "Calls were due by a Poisson process; latency runs from when a call was due, not from when it"
                            + " left, so that a stall counts for everyone who came meanwhile. Calls left %s ms late in"
                            + " the median and %s ms at p99 though a connection was free.",
                        LoadAnswer.millis(schedule.lagP50()),
                        LoadAnswer.millis(schedule.lagP99()))
                : "Each caller called again as soon as it was answered; latency runs from when a call left.";
        return of
                + String.format(
                        Locale.ROOT,
                        " At most %d calls were under way at once. The generator's one thread was busy %.0f%% of the"
                                + " time.",
                        answer.plan().connections(),
                        100 * schedule.busy());
    }
}
