package dev.kindred.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class PageTest {
    private static final String HOSTILE = "<script>alert(\"x\")</script>&'\u0000";

    private static Page everything(String words) {
        Plot.Series series = new Plot.Series(
                words, new double[] {0.01, 0.5, 1}, new double[] {0.2, Double.NaN, 0.9}, Tone.MAIN, true);
        Plot.Series other = new Plot.Series("b", new double[] {0.1, 0.2}, new double[] {0.3, 0.4}, Tone.OTHER, false);
        Plot lines = new Plot.Lines(words, words, Axis.share(words), Axis.share(words), List.of(series, other), true);
        Axis rates = new Axis(words, Scale.PROBIT, 0.0001, 0.5, true);
        Plot det = new Plot.Lines(words, words, rates, rates, List.of(series, other), false);
        Plot histogram = new Plot.Histogram(
                words,
                words,
                Axis.linear(words, -1, 1),
                words,
                List.of(
                        new Plot.Bins(words, new double[] {0.1, 0.4}, Tone.GOOD),
                        new Plot.Bins("b", new double[] {1, 0}, Tone.BAD)),
                new Plot.Guide(words, 0.9));
        Plot bars = new Plot.Bars(
                words,
                words,
                List.of(words, "two"),
                Axis.share(words),
                List.of(new Plot.BarSeries(words, Arrays.asList(new Plot.Bar(0.5, 0.4, 0.6), null), Tone.THIRD)));
        Block.Picture picture = new Block.Picture(new byte[] {1, 2, 3}, words, words, Tone.QUIET);
        return Page.titled(words, words)
                .section(
                        words,
                        new Block.Prose(words),
                        new Block.Figures(List.of(new Block.Figure(words, words, words, List.of(words)))),
                        new Block.Plots(List.of(lines, det, histogram, bars)),
                        new Block.Table(words, List.of(words, "n"), List.of(List.of(words, "1"))),
                        new Block.Strips(List.of(new Block.Strip(
                                words, picture, List.of(new Block.Picture(null, words, words, Tone.BAD))))))
                .colophon(words);
    }

    /** An image element shows it: it must be XML by itself, and bring its own colours. */
    @Test
    void aPictureStandsAlone() throws Exception {
        Plot.Series series = new Plot.Series(HOSTILE, new double[] {0.01, 1}, new double[] {0.2, 0.9}, Tone.MAIN, true);
        Plot plot =
                new Plot.Lines(HOSTILE, HOSTILE, Axis.share(HOSTILE), Axis.share("y"), List.of(series, series), false);
        String svg = Picture.of(plot);
        Document document = DocumentBuilderFactory.newNSInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
        assertThat(document.getDocumentElement().getNamespaceURI()).isEqualTo("http://www.w3.org/2000/svg");
        assertThat(document.getElementsByTagName("script").getLength()).isZero();
        assertThat(document.getElementsByTagName("path").getLength()).isEqualTo(2);
        assertThat(document.getElementsByTagName("style").item(0).getTextContent())
                .contains("--main:")
                .contains("prefers-color-scheme: dark");
    }

    @Test
    void everyTextIsEscaped() {
        String html = everything(HOSTILE).html();
        assertThat(html).doesNotContain("<script").doesNotContain("\u0000").contains("&lt;script&gt;");
    }

    @Test
    void nothingIsAskedOfTheOutside() {
        String html = everything("plain").html();
        assertThat(html.replace("http-equiv", ""))
                .doesNotContain("http")
                .doesNotContain("url(")
                .doesNotContain("<script");
        assertThat(html)
                .contains("default-src 'none'")
                .contains("prefers-color-scheme: dark")
                .contains("width=device-width");
    }

    @Test
    void plotsAreWellFormedAndWithinTheirFrame() throws Exception {
        String html = everything(HOSTILE).html();
        int from = 0;
        int plots = 0;
        while ((from = html.indexOf("<svg", from)) >= 0) {
            int to = html.indexOf("</svg>", from) + 6;
            Document svg = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(html.substring(from, to))));
            for (String name : List.of("circle", "rect")) {
                for (int i = 0; i < svg.getElementsByTagName(name).getLength(); i++) {
                    Element shape = (Element) svg.getElementsByTagName(name).item(i);
                    String x = name.equals("circle") ? "cx" : "x";
                    assertThat(Double.parseDouble(shape.getAttribute(x))).isBetween(0.0, 440.0);
                }
            }
            plots++;
            from = to;
        }
        assertThat(plots).isEqualTo(4);
    }

    @Test
    void isWrittenWhole(@TempDir Path folder) throws Exception {
        Page page = everything("plain");
        page.write(folder.resolve("deep/report.html"));
        assertThat(Files.readString(folder.resolve("deep/report.html"))).isEqualTo(page.html());
    }

    /** Quantiles from tables of the normal distribution. */
    @Test
    void probitIsTheNormalQuantile() {
        assertThat(Scale.probit(0.975)).isCloseTo(1.959963984540054, within(1e-8));
        assertThat(Scale.probit(0.001)).isCloseTo(-3.090232306167813, within(1e-8));
        assertThat(Scale.probit(0.5)).isCloseTo(0, within(1e-12));
    }

    @Test
    void ticksAreRoundAndInside() {
        assertThat(Scale.LINEAR.ticks(0, 1).stream().mapToDouble(t -> t).toArray())
                .containsExactly(new double[] {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}, within(1e-12));
        assertThat(Scale.LOG.ticks(0.001, 1).stream().mapToDouble(t -> t).toArray())
                .containsExactly(new double[] {0.001, 0.01, 0.1, 1.0}, within(1e-12));
        assertThat(Scale.PROBIT.ticks(0.001, 0.2)).containsExactly(0.001, 0.01, 0.05, 0.2);
        assertThat(Scale.NINES.ticks(0, 0.9995)).containsExactly(0.0, 0.5, 0.9, 0.99, 0.999);
        assertThat(Scale.NINES.place(0.99) - Scale.NINES.place(0.9))
                .isCloseTo(Scale.NINES.place(0.999) - Scale.NINES.place(0.99), within(1e-9));
        assertThat(Scale.share(0.99999)).isEqualTo("99.999%");
        assertThat(Scale.share(0.001)).isEqualTo("0.1%");
        assertThat(Html.percent(0.94321)).isEqualTo("94.3%");
        assertThat(Html.percent(0.00012)).isEqualTo("0.012%");
    }

    @Test
    void aTableOfUnevenRowsIsRefused() {
        assertThatThrownBy(() -> new Block.Table("", List.of("a", "b"), List.of(List.of("1"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
