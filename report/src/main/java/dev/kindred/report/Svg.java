package dev.kindred.report;

import java.util.List;
import java.util.Locale;

/** Plots as SVG. */
final class Svg {
    static final int WIDTH = 440;
    static final int HEIGHT = 300;
    private static final int LEFT = 64;
    private static final int RIGHT = 20;
    private static final int TOP = 12;
    private static final int BOTTOM = 46;

    private final StringBuilder out = new StringBuilder();

    private Svg() {}

    static String of(Plot plot) {
        Svg svg = new Svg();
        svg.out.append("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                .formatted(WIDTH, HEIGHT, Html.escape(plot.title() + ". " + plot.about())));
        switch (plot) {
            case Plot.Lines lines -> svg.lines(lines);
            case Plot.Histogram histogram -> svg.histogram(histogram);
            case Plot.Bars bars -> svg.bars(bars);
        }
        return svg.out.append("</svg>").toString();
    }

    private static double px(double fraction) {
        return LEFT + fraction * (WIDTH - LEFT - RIGHT);
    }

    private static double py(double fraction) {
        return HEIGHT - BOTTOM - fraction * (HEIGHT - TOP - BOTTOM);
    }

    private void lines(Plot.Lines plot) {
        vertical(plot.y());
        horizontal(plot.x());
        if (plot.diagonal()) {
            line("guide", px(0), py(0), px(1), py(1));
        }
        for (Plot.Series series : plot.series()) {
            StringBuilder path = new StringBuilder();
            boolean down = false;
            for (int i = 0; i < series.x().length; i++) {
                if (Double.isNaN(series.y()[i]) || Double.isNaN(series.x()[i])) {
                    down = false;
                    continue;
                }
                path.append(down ? 'L' : 'M')
                        .append(Html.at(px(plot.x().fraction(series.x()[i]))))
                        .append(' ')
                        .append(Html.at(py(plot.y().fraction(series.y()[i]))));
                down = true;
            }
            out.append(
                    "<path class=\"line %s\" d=\"%s\"/>".formatted(series.tone().css(), path));
            if (series.points()) {
                points(plot, series);
            }
        }
    }

    private void points(Plot.Lines plot, Plot.Series series) {
        // One alone marks a place among the points of others.
        boolean alone = series.x().length == 1;
        for (int i = 0; i < series.x().length; i++) {
            if (Double.isNaN(series.y()[i])) {
                continue;
            }
            String said = plot.x().tick(series.x()[i]) + ", " + plot.y().tick(series.y()[i]);
            out.append("<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"><title>%s</title></circle>"
                    .formatted(
                            series.tone().css() + (alone ? " alone" : ""),
                            Html.at(px(plot.x().fraction(series.x()[i]))),
                            Html.at(py(plot.y().fraction(series.y()[i]))),
                            alone ? "6" : "3.5",
                            Html.escape(series.name() + ": " + said)));
        }
    }

    private void histogram(Plot.Histogram plot) {
        double tallest = 1e-12;
        for (Plot.Bins bins : plot.bins()) {
            for (double height : bins.heights()) {
                tallest = Math.max(tallest, height);
            }
        }
        Axis y = new Axis(plot.yLabel(), Scale.LINEAR, 0, tallest * 1.05, true);
        vertical(y);
        horizontal(plot.x());
        for (Plot.Bins bins : plot.bins()) {
            int n = bins.heights().length;
            StringBuilder path = new StringBuilder("M" + Html.at(px(0)) + " " + Html.at(py(0)));
            for (int i = 0; i < n; i++) {
                String top = Html.at(py(y.fraction(bins.heights()[i])));
                path.append("V").append(top).append("H").append(Html.at(px((i + 1.0) / n)));
            }
            path.append("V").append(Html.at(py(0))).append("Z");
            out.append(
                    "<path class=\"area %s\" d=\"%s\"/>".formatted(bins.tone().css(), path));
        }
        Plot.Guide guide = plot.guide();
        if (guide != null
                && guide.at() >= plot.x().low()
                && guide.at() <= plot.x().high()) {
            double at = px(plot.x().fraction(guide.at()));
            line("guide", at, py(0), at, py(1));
            boolean left = at > (WIDTH + LEFT) / 2.0;
            text("tick", at + (left ? -5 : 5), TOP + 10, left ? "end" : "start", guide.label());
        }
    }

    private void bars(Plot.Bars plot) {
        vertical(plot.y());
        line("axis", px(0), py(0), px(1), py(0));
        int groups = plot.groups().size();
        double step = 1.0 / groups;
        double width = step * 0.76 / Math.max(1, plot.series().size());
        for (int g = 0; g < groups; g++) {
            text(
                    "tick",
                    px((g + 0.5) * step),
                    HEIGHT - BOTTOM + 18,
                    "middle",
                    plot.groups().get(g));
            for (int s = 0; s < plot.series().size(); s++) {
                Plot.BarSeries series = plot.series().get(s);
                Plot.Bar bar = series.bars().get(g);
                if (bar != null && !Double.isNaN(bar.value())) {
                    bar(plot.y(), series, plot.groups().get(g), bar, g * step + 0.12 * step + s * width, width);
                }
            }
        }
    }

    private void bar(Axis y, Plot.BarSeries series, String group, Plot.Bar bar, double from, double width) {
        double top = py(y.fraction(bar.value()));
        String said = "%s, %s: %s"
                .formatted(series.name(), group, y.shares() ? Html.percent(bar.value()) : y.tick(bar.value()));
        out.append(
                "<rect class=\"bar %s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"2\"><title>%s</title></rect>"
                        .formatted(
                                series.tone().css(),
                                Html.at(px(from) + 1),
                                Html.at(top),
                                Html.at(Math.max(1, px(from + width) - px(from) - 2)),
                                Html.at(Math.max(0.5, py(0) - top)),
                                Html.escape(said)));
        if (!Double.isNaN(bar.low()) && !Double.isNaN(bar.high())) {
            double x = px(from + width / 2);
            line("whisker", x, py(y.fraction(bar.low())), x, py(y.fraction(bar.high())));
        }
    }

    private void vertical(Axis y) {
        List<Double> ticks = y.scale().ticks(y.low(), y.high());
        for (double tick : ticks) {
            double at = py(y.fraction(tick));
            line("grid", px(0), at, px(1), at);
            text("tick", LEFT - 7, at + 4, "end", y.tick(tick));
        }
        double middle = py(0.5);
        out.append("<text class=\"label\" text-anchor=\"middle\" transform=\"translate(13 %s) rotate(-90)\">%s</text>"
                .formatted(Html.at(middle), Html.escape(y.label())));
    }

    private void horizontal(Axis x) {
        line("axis", px(0), py(0), px(1), py(0));
        for (double tick : x.scale().ticks(x.low(), x.high())) {
            double at = px(x.fraction(tick));
            line("axis", at, py(0), at, py(0) + 4);
            text("tick", at, HEIGHT - BOTTOM + 18, "middle", x.tick(tick));
        }
        text("label", px(0.5), HEIGHT - 8, "middle", x.label());
    }

    private void line(String css, double x1, double y1, double x2, double y2) {
        out.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\"/>",
                css,
                x1,
                y1,
                x2,
                y2));
    }

    private void text(String css, double x, double y, String anchor, String words) {
        out.append(String.format(
                Locale.ROOT,
                "<text class=\"%s\" x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\">%s</text>",
                css,
                x,
                y,
                anchor,
                Html.escape(words)));
    }
}
