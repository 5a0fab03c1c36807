package dev.kindred.serve;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
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

/** The console of a collection of texts, in a real browser, dark and light, wide and narrow. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TextConsoleTest {
    private WordCollection collection;
    private KindredServer server;
    private Visitor visitor;

    @BeforeAll
    void start(@TempDir Path folder) {
        Path chromium = Visitor.required();
        collection = WordCollection.in(folder);
        server = KindredServer.start(ServeOptions.defaults().onPort(0), collection.served());
        visitor = new Visitor(chromium, server.url());
    }

    @AfterAll
    void stop() {
        if (visitor != null) {
            visitor.close();
            server.close();
            collection.close();
        }
    }

    @AfterEach
    void quietAndAtHome() {
        visitor.requireQuietAndAtHome();
    }

    private Page open(ColorScheme scheme, int width, int height, String address) {
        Page page = visitor.open(scheme, width, height, address);
        page.locator(".line").first().waitFor();
        return page;
    }

    private static Locator field(Page page) {
        return page.getByLabel("Describe what you look for");
    }

    private static Locator first(Page page) {
        return page.locator(".row-title").first();
    }

    @Test
    void aDescriptionFindsItsWordWhileItIsTyped() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            String name = scheme.name().toLowerCase(Locale.ROOT);
            Page page = open(scheme, 1360, 860, "");
            assertThat(page.locator(".welcome h1")).hasText("Say it in your own words");
            assertThat(page.locator(".opener")).hasCount(7);
            Visitor.shoot(page, "texts-welcome-" + name);
            field(page).pressSequentially("a tower with a light for ships");
            assertThat(first(page)).hasText("lighthouse");
            assertThat(page.locator(".row-text").first()).containsText("warns ships of rocks");
            assertThat(page.locator(".row-figures b").first()).containsText("0.");
            assertThat(page.locator(".divider")).containsText("0.350");
            assertThat(page.locator(".answers")).not().containsText("%");
            Visitor.requireContrast(page);
            assertThat(page.url()).contains("q=a+tower");
            Visitor.shoot(page, "texts-search-" + name);
            field(page).press("Enter");
            field(page).fill("speak very quietly");
            assertThat(first(page)).hasText("whisper");
            page.locator(".segments").getByText("adjective").click();
            assertThat(page.locator(".row")).hasCount(4);
            assertThat(page.locator(".row-kind").allInnerTexts()).containsOnly("adjective");
            page.goBack();
            assertThat(field(page)).hasValue("a tower with a light for ships");
            Visitor.close(page);
        }
    }

    @Test
    void aWordFindsItsNeighboursAndIsLeftOut() {
        Page page = open(ColorScheme.LIGHT, 1360, 860, "");
        page.getByLabel("Find by word").fill("purrs");
        assertThat(page.locator(".count")).hasText("1");
        page.locator(".line").click();
        assertThat(page.locator(".asked h1")).hasText("cat");
        assertThat(first(page)).hasText("dog");
        assertThat(page.locator(".row-title").filter(new Locator.FilterOptions().setHasText("cat")))
                .hasCount(0);
        first(page).click();
        assertThat(page.locator(".asked h1")).hasText("dog");
        page.goBack();
        assertThat(page.locator(".asked h1")).hasText("cat");
        page.getByLabel("Find by word").fill("no such thing");
        assertThat(page.locator(".nothing")).containsText("Nothing holds");
        Visitor.close(page);
    }

    @Test
    void twoTextsAreComparedWithTheirProbability() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            String name = scheme.name().toLowerCase(Locale.ROOT);
            Page page = open(scheme, 1360, 1000, "#/compare");
            assertThat(page.locator(".verdict")).containsText("two texts");
            page.getByLabel("First text").fill("speak very loudly");
            page.getByLabel("Second text").pressSequentially("speak loudly");
            assertThat(page.locator(".verdict-word")).hasText("Same");
            assertThat(page.locator(".ring-percent")).containsText("%");
            assertThat(page.getByLabel("Second text")).isFocused();
            Visitor.shoot(page, "texts-compare-" + name);
            assertThat(page.url()).contains("a-text=speak+very+loudly");
            page.reload();
            assertThat(page.locator(".verdict-word")).hasText("Same");
            page.getByLabel("Second text").fill("");
            assertThat(page.locator(".verdict")).containsText("One more text");
            page.locator(".line")
                    .filter(new Locator.FilterOptions().setHasText("compass"))
                    .click();
            assertThat(page.getByLabel("Second text")).hasValue("an instrument with a needle that points north");
            assertThat(page.locator(".verdict-word")).hasText("Different");
            page.getByText("Swap").click();
            assertThat(page.getByLabel("First text")).hasValue("an instrument with a needle that points north");
            Visitor.close(page);
        }
    }

    @Test
    void whatIsFoundIsComparedWithWhatWasAsked() {
        Page page = open(ColorScheme.LIGHT, 1360, 860, "#/search?q=many%20times");
        assertThat(first(page)).hasText("often");
        page.getByLabel("Compare with often").click();
        assertThat(page.getByLabel("First text")).hasValue("many times");
        assertThat(page.getByLabel("Second text")).hasValue("many times");
        assertThat(page.locator(".verdict-word")).hasText("Same");
        Visitor.close(page);
    }

    @Test
    void everythingIsReachedByKeyboard() {
        Page page = open(ColorScheme.LIGHT, 1360, 860, "");
        page.keyboard().press("/");
        assertThat(field(page)).isFocused();
        page.keyboard().type("hard but broken");
        assertThat(first(page)).hasText("brittle");
        page.keyboard().press("Escape");
        page.keyboard().press("r");
        assertThat(page.locator(".asked h1")).isVisible();
        page.keyboard().press("c");
        assertThat(page.locator(".tabs a[aria-current]")).hasText("Compare");
        page.keyboard().press("?");
        assertThat(page.locator("#help")).containsText("describe what you look for");
        assertThat(page.locator("#help .of-pictures").first()).isHidden();
        Visitor.close(page);
    }

    @Test
    void aPhoneShowsItAll() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            String name = scheme.name().toLowerCase(Locale.ROOT);
            Page page = open(scheme, 360, 780, "");
            Visitor.fits(page);
            Visitor.shoot(page, "texts-phone-welcome-" + name);
            field(page).fill("an animal kept as a pet");
            assertThat(first(page)).isVisible();
            Visitor.fits(page);
            Visitor.shoot(page, "texts-phone-search-" + name);
            page.getByText("Browse").click();
            assertThat(page.locator(".welcome")).isVisible();
            page.locator(".tabs a", new Page.LocatorOptions().setHasText("Compare"))
                    .click();
            page.getByText("Surprise me").last().click();
            assertThat(page.locator(".verdict-word")).isVisible();
            Visitor.fits(page);
            Visitor.shoot(page, "texts-phone-compare-" + name);
            assertThat(page.url()).contains("b=");
            Visitor.close(page);
        }
    }
}
