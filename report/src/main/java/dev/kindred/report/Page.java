package dev.kindred.report;

import dev.kindred.core.NewFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * One HTML page that holds all it shows: no script, no request to anywhere (its content policy forbids them), every text escaped,
 * light and dark as the reader's system says, and narrow enough for a phone.
 */
public final class Page {
    private final String title;
    private final String lead;
    private final List<Section> sections;
    private final String colophon;

    private record Section(String title, List<Block> blocks) {}

    private Page(String title, String lead, List<Section> sections, String colophon) {
        this.title = title;
        this.lead = lead;
        this.sections = List.copyOf(sections);
        this.colophon = colophon;
    }

    /** @param lead one or two sentences under the title; may be empty */
    public static Page titled(String title, String lead) {
        return new Page(title, lead, List.of(), "");
    }

    /** This page with one more section at its end. */
    public Page section(String title, Block... blocks) {
        return section(title, Arrays.asList(blocks));
    }

    /** This page with one more section at its end. */
    public Page section(String title, List<Block> blocks) {
        List<Section> more = new ArrayList<>(sections);
        more.add(new Section(title, List.copyOf(blocks)));
        return new Page(this.title, lead, more, colophon);
    }

    /** This page with a last line: what made it, from what. */
    public Page colophon(String words) {
        return new Page(title, lead, sections, words);
    }

    /** Writes it beside and moves it into place. */
    public void write(Path path) {
        byte[] bytes = html().getBytes(StandardCharsets.UTF_8);
        NewFile.write(path, out -> out.write(bytes));
    }

    public String html() {
        StringBuilder out = new StringBuilder();
        out.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src"
                        + " 'unsafe-inline'; img-src data:\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<meta name=\"color-scheme\" content=\"light dark\">")
                .append("<title>")
                .append(Html.escape(title))
                .append("</title>\n<style>")
                .append(style())
                .append("</style></head>\n<body><main>\n<header><p class=\"mark\">Kindred</p><h1>")
                .append(Html.escape(title))
                .append("</h1>");
        if (!lead.isEmpty()) {
            out.append("<p class=\"lead\">").append(Html.escape(lead)).append("</p>");
        }
        out.append("</header>\n");
        for (Section section : sections) {
            out.append("<section><h2>").append(Html.escape(section.title())).append("</h2>\n");
            section.blocks().forEach(block -> block(out, block));
            out.append("</section>\n");
        }
        if (!colophon.isEmpty()) {
            out.append("<footer>").append(Html.escape(colophon)).append("</footer>\n");
        }
        return out.append("</main></body></html>\n").toString();
    }

    private static void block(StringBuilder out, Block block) {
        switch (block) {
            case Block.Prose(String text) ->
                out.append("<p>").append(Html.escape(text)).append("</p>\n");
            case Block.Commands(List<String> lines) ->
                out.append("<pre class=\"card\" tabindex=\"0\">")
                        .append(Html.escape(String.join("\n", lines)))
                        .append("</pre>\n");
            case Block.Figures(List<Block.Figure> figures) -> {
                out.append("<div class=\"figures\">");
                figures.forEach(figure -> figure(out, figure));
                out.append("</div>\n");
            }
            case Block.Plots(List<Plot> plots) -> {
                out.append("<div class=\"plots\">");
                plots.forEach(plot -> plot(out, plot));
                out.append("</div>\n");
            }
            case Block.Table table -> table(out, table);
            case Block.Strips(List<Block.Strip> strips) -> {
                out.append("<div class=\"strips\">");
                strips.forEach(strip -> strip(out, strip));
                out.append("</div>\n");
            }
            case Block.Passages(List<Block.Answers> answers) -> {
                out.append("<div class=\"passages\">");
                answers.forEach(one -> answers(out, one));
                out.append("</div>\n");
            }
        }
    }

    private static void figure(StringBuilder out, Block.Figure figure) {
        out.append("<div class=\"card figure\"><div class=\"name\">%s</div><div class=\"value\">%s</div>"
                .formatted(Html.escape(figure.label()), Html.escape(figure.value())));
        if (!figure.note().isEmpty()) {
            out.append("<div class=\"note\">")
                    .append(Html.escape(figure.note()))
                    .append("</div>");
        }
        if (!figure.beside().isEmpty()) {
            out.append("<ul>");
            figure.beside()
                    .forEach(words ->
                            out.append("<li>").append(Html.escape(words)).append("</li>"));
            out.append("</ul>");
        }
        out.append("</div>");
    }

    private static void plot(StringBuilder out, Plot plot) {
        out.append("<figure class=\"card\"><figcaption><h3>")
                .append(Html.escape(plot.title()))
                .append("</h3>");
        List<String> legend = plot.legend().stream()
                .map(key ->
                        "<span class=\"key %s\">%s</span>".formatted(key.tone().css(), Html.escape(key.name())))
                .toList();
        if (legend.size() > 1) {
            out.append("<div class=\"legend\">").append(String.join("", legend)).append("</div>");
        }
        out.append("</figcaption>").append(Svg.of(plot));
        if (!plot.about().isEmpty()) {
            out.append("<p class=\"note\">").append(Html.escape(plot.about())).append("</p>");
        }
        out.append("</figure>");
    }

    private static void table(StringBuilder out, Block.Table table) {
        out.append("<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>"
                .formatted(Html.escape(table.caption())));
        if (!table.caption().isEmpty()) {
            out.append("<caption>").append(Html.escape(table.caption())).append("</caption>");
        }
        out.append("<thead><tr>");
        table.headers()
                .forEach(header -> out.append("<th scope=\"col\">")
                        .append(Html.escape(header))
                        .append("</th>"));
        out.append("</tr></thead><tbody>");
        for (List<String> row : table.rows()) {
            out.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                out.append(i == 0 ? "<th scope=\"row\">" : "<td>")
                        .append(Html.escape(row.get(i)))
                        .append(i == 0 ? "</th>" : "</td>");
            }
            out.append("</tr>");
        }
        out.append("</tbody></table></div>\n");
    }

    private static void strip(StringBuilder out, Block.Strip strip) {
        out.append("<figure class=\"card strip\"><figcaption>")
                .append(Html.escape(strip.caption()))
                .append("</figcaption><div class=\"row\">");
        picture(out, strip.first(), "query");
        strip.others().forEach(picture -> picture(out, picture, ""));
        out.append("</div></figure>");
    }

    private static void picture(StringBuilder out, Block.Picture picture, String css) {
        out.append("<div class=\"picture %s %s\">".formatted(css, picture.tone().css()));
        byte[] png = picture.png();
        if (png == null) {
            out.append("<div class=\"empty\"></div>");
        } else {
            out.append("<img alt=\"%s\" src=\"data:image/png;base64,%s\">"
                    .formatted(Html.escape(picture.label()), Base64.getEncoder().encodeToString(png)));
        }
        out.append("<div class=\"name\" title=\"%s\">%s</div><div class=\"note\">%s</div></div>"
                .formatted(Html.escape(picture.label()), Html.escape(picture.label()), Html.escape(picture.note())));
    }

    private static void answers(StringBuilder out, Block.Answers answers) {
        out.append("<figure class=\"card answers\"><figcaption>")
                .append(Html.escape(answers.caption()))
                .append("</figcaption>");
        passage(out, answers.first(), "query");
        answers.others().forEach(passage -> passage(out, passage, ""));
        out.append("</figure>");
    }

    private static void passage(StringBuilder out, Block.Passage passage, String css) {
        // A text may be of any script: dir=auto lays it out as its own first strong letter says.
        out.append("<div class=\"passage %s %s\"><p dir=\"auto\">%s</p><div class=\"note\">%s</div></div>"
                .formatted(css, passage.tone().css(), Html.escape(passage.text()), Html.escape(passage.note())));
    }

    static String style() {
        try (InputStream in = Page.class.getResourceAsStream("page.css")) {
            if (in == null) {
                throw new IllegalStateException("page.css is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("page.css cannot be read", e);
        }
    }
}
