package dev.kindred.serve;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The map of ten thousand texts in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MapConsoleTest {
    private static final Space SPACE = new Space("f00d".repeat(16), 16, Distance.COSINE);
    private static final List<String> KINDS = List.of(
            "harbour",
            "forest",
            "kitchen",
            "workshop",
            "garden",
            "street",
            "meadow",
            "station",
            "library",
            "attic",
            "cellar",
            "bridge",
            "market",
            "island");
    private static final int ITEMS = 10_000;

    private VectorIndex index;
    private KindredServer server;
    private Visitor visitor;

    private static Item item(int i) {
        int kind = (int) Math.sqrt(i % 190);
        Keyed centre = Keyed.of(5, kind);
        Keyed along = Keyed.of(50, kind);
        Keyed own = Keyed.of(6, i);
        double u = own.uniform(-1, 1);
        float[] vector = new float[16];
        for (int d = 0; d < 16; d++) {
            vector[d] = (float) (centre.nextGaussian() + 0.7 * u * along.nextGaussian() + 0.28 * own.nextGaussian());
        }
        return new Item(
                "item-%05d".formatted(i),
                vector,
                Map.of(
                        "name", Value.of(KINDS.get(kind) + " " + i),
                        "text", Value.of("What was seen at the " + KINDS.get(kind) + ", note " + i),
                        "kind", Value.of(KINDS.get(kind)),
                        "year", Value.of(Math.round(2000 + 20 * u))),
                null);
    }

    @BeforeAll
    void start(@TempDir Path folder) {
        Path chromium = Visitor.required();
        index = ExactIndex.build(
                folder.resolve("index"),
                SPACE,
                IntStream.range(0, ITEMS).mapToObj(MapConsoleTest::item),
                Progress.SILENT);
        server = KindredServer.start(ServeOptions.defaults().onPort(0), MapTest.served(index));
        visitor = new Visitor(chromium, server.url());
    }

    @AfterAll
    void stop() {
        if (visitor != null) {
            visitor.close();
            server.close();
            index.close();
        }
    }

    @AfterEach
    void quietAndAtHome() {
        visitor.requireQuietAndAtHome();
    }

    private Page open(ColorScheme scheme, int width, int height) {
        Page page = visitor.open(scheme, width, height, "#/map");
        page.locator(".map-canvas").waitFor();
        return page;
    }

    /** Looks for a place with something under it, row after row. */
    private static void hoverSomething(Page page) {
        BoundingBox box = page.locator(".map-canvas").boundingBox();
        for (int at = 0; at < 400 && page.locator(".map-tip").isHidden(); at++) {
            page.mouse()
                    .move(box.x + box.width * (0.32 + 0.02 * (at % 20)), box.y + box.height * (0.3 + 0.02 * (at / 20)));
        }
        assertThat(page.locator(".map-tip")).isVisible();
    }

    @Test
    void tenThousandPointsAreHoveredPinnedAndSwitchedByGroup() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page page = open(scheme, 1360, 860);
            assertThat(page.locator(".map-says")).containsText("10,000 items");
            assertThat(page.getByLabel("Colour by")).hasValue("kind");
            assertThat(page.locator(".legend-entry")).hasCount(12);
            hoverSomething(page);
            String name = scheme.name().toLowerCase(Locale.ROOT);
            Visitor.shoot(page, "map-" + name);
            String tip = page.locator(".map-tip strong").textContent();
            page.mouse().down();
            page.mouse().up();
            assertThat(page.locator(".map-side h2")).hasText(tip);
            assertThat(page.locator(".map-near .map-row")).hasCount(10);
            assertThat(page.locator(".facts")).containsText("kind");
            Visitor.shoot(page, "map-pinned-" + name);
            Visitor.requireContrast(page);
            page.locator(".legend-entry").first().click();
            assertThat(page.locator(".legend-entry").first()).hasAttribute("aria-pressed", "false");
            page.getByText("Show all", new Page.GetByTextOptions().setExact(true))
                    .click();
            assertThat(page.locator(".legend-entry").first()).hasAttribute("aria-pressed", "true");
            page.getByLabel("Colour by").selectOption("year");
            assertThat(page.locator(".legend-number")).containsText("2,020");
            Visitor.shoot(page, "map-year-" + name);
            page.getByText("Search like this").click();
            assertThat(page.locator(".asked h1")).hasText(tip);
            page.goBack();
            assertThat(page.locator(".map-side h2")).hasText(tip);
            Visitor.close(page);
        }
    }

    @Test
    void aBoxAndALineListWhatTheyHold() {
        Page page = open(ColorScheme.LIGHT, 1360, 860);
        BoundingBox box = page.locator(".map-canvas").boundingBox();
        page.getByLabel("Choose by a box").click();
        drag(page, box, 0.3, 0.2, 0.7, 0.8);
        assertThat(page.locator(".map-side h2")).containsText("items");
        Visitor.shoot(page, "map-box");
        page.keyboard().press("Escape");
        assertThat(page.locator(".map-side")).isHidden();
        page.getByLabel("Choose by a line around").click();
        page.mouse().move(box.x + 0.35 * box.width, box.y + 0.3 * box.height);
        page.mouse().down();
        for (double[] to : new double[][] {{0.65, 0.3}, {0.7, 0.6}, {0.5, 0.8}, {0.3, 0.6}}) {
            page.mouse()
                    .move(
                            box.x + to[0] * box.width,
                            box.y + to[1] * box.height,
                            new com.microsoft.playwright.Mouse.MoveOptions().setSteps(5));
        }
        page.mouse().up();
        assertThat(page.locator(".map-rows .map-row")).hasCount(120);
        Visitor.close(page);
    }

    private static void drag(Page page, BoundingBox box, double x, double y, double toX, double toY) {
        page.mouse().move(box.x + x * box.width, box.y + y * box.height);
        page.mouse().down();
        page.mouse()
                .move(
                        box.x + toX * box.width,
                        box.y + toY * box.height,
                        new com.microsoft.playwright.Mouse.MoveOptions().setSteps(12));
        page.mouse().up();
    }

    @Test
    void draggingAndZoomingAreSmooth() {
        Page page = open(ColorScheme.LIGHT, 1360, 860);
        BoundingBox box = page.locator(".map-canvas").boundingBox();
        List<Double> drawn = new java.util.ArrayList<>();
        page.mouse().move(box.x + box.width / 2, box.y + box.height / 2);
        page.mouse().down();
        for (int i = 0; i < 20; i++) {
            page.mouse().move(box.x + box.width / 2 + 5 * i, box.y + box.height / 2 + 3 * i);
            drawn.add(Double.parseDouble(page.locator(".map-canvas").getAttribute("data-drawn")));
        }
        page.mouse().up();
        for (int i = 0; i < 8; i++) {
            page.mouse().wheel(0, -240);
            drawn.add(Double.parseDouble(page.locator(".map-canvas").getAttribute("data-drawn")));
        }
        drawn.sort(null);
        System.out.println("milliseconds a frame, median: " + drawn.get(drawn.size() / 2));
        assertThat(drawn.get(drawn.size() / 2))
                .as("milliseconds that a frame takes, the median")
                .isLessThan(50);
        page.keyboard().press("0");
        Visitor.close(page);
    }

    @Test
    void theKeyboardMovesZoomsAndPins() {
        Page page = open(ColorScheme.LIGHT, 1360, 860);
        page.keyboard().press("/");
        assertThat(page.locator(".map-canvas")).isFocused();
        page.keyboard().press("r");
        assertThat(page.locator(".map-side h2")).isVisible();
        Visitor.shoot(page, "map-close");
        page.keyboard().press("Escape");
        assertThat(page.locator(".map-side")).isHidden();
        page.keyboard().press("Enter");
        assertThat(page.locator(".map-side h2")).isVisible();
        page.keyboard().press("ArrowLeft");
        page.keyboard().press("-");
        page.keyboard().press("0");
        page.keyboard().press("4");
        assertThat(page.locator(".tabs a[aria-current]")).hasText("Health");
        Visitor.close(page);
    }

    @Test
    void aPhoneShowsItToo() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page page = open(scheme, 360, 780);
            Visitor.fits(page);
            String name = scheme.name().toLowerCase(Locale.ROOT);
            Visitor.shoot(page, "phone-map-" + name);
            page.keyboard().press("r");
            Locator side = page.locator(".map-side h2");
            assertThat(side).isVisible();
            Visitor.fits(page);
            Visitor.shoot(page, "phone-map-pinned-" + name);
            Visitor.close(page);
        }
    }
}
