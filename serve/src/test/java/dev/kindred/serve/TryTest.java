package dev.kindred.serve;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.kindred.serve.access.Oversight;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The page to try calls, in a real browser on a real server that has keys. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TryTest {
    private WordCollection collection;
    private KindredServer server;
    private Visitor visitor;

    @BeforeAll
    void start(@TempDir Path folder) {
        Path chromium = Visitor.required();
        collection = WordCollection.in(folder);
        server = KindredServer.start(
                ServeOptions.defaults().onPort(0),
                List.of(collection.served()),
                Oversight.by(new TestKeys()),
                (request, route, cause) -> cause.printStackTrace());
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
        // The browser itself remarks on every reply that is an error.
        visitor.pardon("401");
        visitor.pardon("400");
        visitor.requireQuietAndAtHome();
    }

    @Test
    void anExampleIsSentAndItsReplyShown() {
        Page page = visitor.open(ColorScheme.LIGHT, 1280, 860, "try");
        assertThat(page.locator("h1")).containsText("/v1/embed");
        page.getByText("Send", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.locator(".try-head strong")).containsText("401");
        assertThat(page.locator(".try-text")).containsText("this key is not known");
        page.getByPlaceholder("Key, where there is one").fill(TestKeys.READER);
        page.locator(".try-body").press("Control+Enter");
        assertThat(page.locator(".try-head strong")).containsText("200");
        assertThat(page.locator(".try-head")).containsText(" ms");
        assertThat(page.locator(".try-text")).containsText("\"embeddings\"");
        page.getByText("Headers").click();
        assertThat(page.locator(".try-headers")).containsText("kindred-request");
        Visitor.shoot(page, "try-light");

        page.locator(".try-calls a[data-id='post-v1-embeddings']").click();
        assertThat(page.locator(".try-body")).hasValue(java.util.regex.Pattern.compile("\"model\": \"default\""));
        page.locator(".try-body").fill("{\"model\": \"defalt\", ");
        assertThat(page.locator(".try-wrong")).not().isEmpty();
        page.locator(".try-body").fill("{\"model\": \"default\", \"input\": 7}");
        page.locator(".try-body").press("Control+Enter");
        assertThat(page.locator(".try-head strong")).containsText("400");
        assertThat(page.locator(".try-text")).containsText("a string or a list of strings");
        // The key is of this page alone.
        assertThat(page.evaluate("() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
                        .toString())
                .doesNotContain(TestKeys.READER);
        Visitor.close(page);
    }

    @Test
    void addressesAreFilledInOnAPhoneInTheDark() {
        Page page = visitor.open(ColorScheme.DARK, 390, 800, "try#get-v1-collections-collection-items-id");
        page.getByPlaceholder("Key, where there is one").fill(TestKeys.READER);
        page.locator("input[name=id]").fill("lighthouse");
        page.locator("input[name=id]").press("Enter");
        assertThat(page.locator(".try-text")).containsText("a tower with a light");
        Visitor.fits(page);
        page.locator(".try-head").scrollIntoViewIfNeeded();
        Visitor.shoot(page, "try-phone");
        page.locator("#theme").click();
        assertThat(page.evaluate("() => document.documentElement.dataset.theme"))
                .isEqualTo("light");
        Visitor.close(page);
    }
}
