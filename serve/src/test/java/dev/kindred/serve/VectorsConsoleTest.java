package dev.kindred.serve;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The console of a collection whose vectors were made elsewhere: nothing is asked for that it does not have. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VectorsConsoleTest {
    private static final int ITEMS = 40;

    private ServedHome home;
    private Visitor visitor;

    @BeforeAll
    void start(@TempDir Path folder) {
        Path chromium = Visitor.required();
        home = ServedHome.in(folder);
        home.put("/v1/collections/parts", "{\"vectors\":{\"dimension\":3,\"distance\":\"cosine\"}}");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < ITEMS; i++) {
            lines.append("{\"id\":\"part-%d\",\"vector\":[1,%s,%d],\"payload\":{\"colour\":\"%s\"}}%n"
                    .formatted(i, i / 10.0, i % 7, i % 2 == 0 ? "red" : "blue"));
        }
        assertThat(home.bulk("parts", "?until=searchable", lines.toString())
                        .getLast()
                        .get("put")
                        .getAsInt())
                .isEqualTo(ITEMS);
        visitor = new Visitor(chromium, home.server().url());
    }

    @AfterAll
    void stop() {
        if (visitor != null) {
            visitor.close();
            home.close();
        }
    }

    /** A picture that is asked for and is not there is complained of by the browser. */
    @AfterEach
    void quietAndAtHome() {
        visitor.requireQuietAndAtHome();
    }

    private Page open(ColorScheme scheme, String address) {
        Page page = visitor.open(scheme, 1360, 860, address);
        page.locator(".line").first().waitFor();
        return page;
    }

    private static void saysNothingOfPictures(Page page) {
        assertThat(page.locator("body").innerText().toLowerCase(Locale.ROOT)).doesNotContain("picture");
        assertThat(page.locator("main img").count()).isZero();
    }

    @Test
    void itemsAreShownByTheirIdsAndSearchedWith() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page page = open(scheme, "");
            assertThat(page.locator(".welcome p")).containsText("Pick one of 40 items");
            saysNothingOfPictures(page);
            Visitor.shoot(page, "vectors-welcome-" + scheme.name().toLowerCase(Locale.ROOT));
            page.getByLabel("Find by word").fill("part-7");
            assertThat(page.locator(".count")).hasText("1");
            page.locator(".line").click();
            assertThat(page.locator(".asked h1")).hasText("part-7");
            assertThat(page.locator(".row").first()).isVisible();
            assertThat(page.locator(".row-title").first()).containsText("part-");
            saysNothingOfPictures(page);
            Visitor.requireContrast(page);
            Visitor.shoot(page, "vectors-search-" + scheme.name().toLowerCase(Locale.ROOT));
            Visitor.close(page);
        }
    }

    @Test
    void twoItemsAreCompared() {
        Page page = open(ColorScheme.LIGHT, "#/compare");
        assertThat(page.locator(".verdict")).containsText("Pick two items");
        page.locator(".tile").nth(0).click();
        assertThat(page.locator(".verdict")).containsText("One more item");
        page.locator(".tile").nth(1).click();
        assertThat(page.locator(".verdict-score")).containsText("score");
        saysNothingOfPictures(page);
        Visitor.shoot(page, "vectors-compare");
        Visitor.close(page);
    }

    @Test
    void theMapAndTheCollectionsSayWhatTheyAre() {
        Page page = visitor.open(ColorScheme.LIGHT, 1360, 860, "#/map");
        page.locator("canvas").first().waitFor();
        page.waitForTimeout(500);
        saysNothingOfPictures(page);
        Visitor.shoot(page, "vectors-map");
        Visitor.close(page);
        Page cards = visitor.open(ColorScheme.LIGHT, 1360, 860, "#/collections");
        assertThat(cards.locator(".collection-card")).containsText("external:parts/3/cosine");
        Visitor.close(cards);
    }
}
