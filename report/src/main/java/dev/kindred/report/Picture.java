package dev.kindred.report;

import java.util.List;

/** A plot as an SVG file of its own, for pages that are not ours: with its title and legend, light or dark as its reader is. */
public final class Picture {
    private static final int LINE = 18;
    private static final int EDGE = 16;

    private Picture() {}

    public static String of(Plot plot) {
        List<Plot.Key> legend = plot.legend();
        int head = EDGE + LINE * (1 + legend.size());
        int width = Svg.WIDTH + EDGE;
        int height = head + Svg.HEIGHT + EDGE / 2;
        StringBuilder out = new StringBuilder();
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
                .formatted(width, height, width, height));
        out.append("<style>\n")
                .append(Html.escape(Page.style()))
                .append("svg { font-family: ui-sans-serif, system-ui, sans-serif; }\n")
                .append("text.title { fill: var(--ink); font-size: 14px; font-weight: 600; }\n")
                .append("rect.paper { fill: var(--card); stroke: var(--rule); }\n</style>\n");
        out.append("<rect class=\"paper\" x=\".5\" y=\".5\" width=\"%d\" height=\"%d\" rx=\"12\"/>\n"
                .formatted(width - 1, height - 1));
        out.append("<text class=\"title\" x=\"%d\" y=\"%d\">%s</text>\n"
                .formatted(EDGE, EDGE + LINE / 2, Html.escape(plot.title())));
        for (int i = 0; i < legend.size(); i++) {
            int top = EDGE + LINE * (i + 1);
            out.append("<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" rx=\"3\"/>"
                    .formatted(legend.get(i).tone().css(), EDGE, top));
            out.append("<text x=\"%d\" y=\"%d\">%s</text>\n"
                    .formatted(EDGE + 16, top + 9, Html.escape(legend.get(i).name())));
        }
        out.append("<svg y=\"%d\" width=\"%d\" height=\"%d\"".formatted(head, Svg.WIDTH, Svg.HEIGHT))
                .append(Svg.of(plot).substring("<svg".length()))
                .append("\n</svg>\n");
        return out.toString();
    }
}
