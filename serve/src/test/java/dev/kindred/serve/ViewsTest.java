package dev.kindred.serve;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Principal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Health, collections, the choice among several and the sign-in, in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ViewsTest {
    private static final String KEY = "kin_right";

    private DrawnCollection drawn;
    private WordCollection words;
    private KindredServer server;
    private KindredServer locked;
    private Visitor visitor;
    private Visitor stranger;

    @BeforeAll
    void start(@TempDir Path folder) {
        Path chromium = Visitor.required();
        drawn = DrawnCollection.in(folder);
        words = WordCollection.in(folder);
        List<Served> served = List.of(drawn.served(), words.served().named("words"));
        server = start(served, Access.OPEN);
        locked = start(served, (context, request) -> {
            if (("Bearer " + KEY).equals(request.headers().get(HttpHeaderNames.AUTHORIZATION))) {
                return new Principal("k1", "tester", Map.of("*", dev.kindred.serve.access.Role.READER));
            }
            boolean shown = request.headers().contains(HttpHeaderNames.AUTHORIZATION);
            throw new Problem(
                    HttpStatus.UNAUTHORIZED,
                    shown ? "unknown-key" : "no-key",
                    shown ? "this key is not known here" : "a key is wanted",
                    "Authorization",
                    "send Authorization: Bearer");
        });
        visitor = new Visitor(chromium, server.url());
        stranger = new Visitor(chromium, locked.url());
    }

    private static KindredServer start(List<Served> served, Access access) {
        return KindredServer.start(
                ServeOptions.defaults().onPort(0), served, Oversight.by(access), (request, route, cause) -> {
                    throw new IllegalStateException(cause);
                });
    }

    @AfterAll
    void stop() {
        if (visitor != null) {
            visitor.close();
            stranger.close();
            server.close();
            locked.close();
            drawn.close();
            words.close();
        }
    }

    @AfterEach
    void quietAndAtHome() {
        visitor.requireQuietAndAtHome();
        stranger.requireQuietAndAtHome();
    }

    @Test
    void healthDrawsTheLastMinutesAndWhatIsServed() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : new int[] {1360, 360}) {
                Page page = visitor.open(scheme, width, 860, "#/health");
                assertThat(page.locator(".state h1")).hasText("Ready");
                assertThat(page.locator(".served .fact-card")).hasCount(2);
                assertThat(page.locator(".served .small-table").first()).containsText("0.975");
                page.request().get(server.url() + "/v1/collections/default/items");
                page.locator(".chart-line").first().waitFor();
                assertThat(page.locator(".charts figure").first()).containsText("Requests a second");
                Visitor.fits(page);
                Visitor.shoot(page, "health-" + width + "-" + scheme.name().toLowerCase(Locale.ROOT));
                Visitor.requireContrast(page);
                page.locator(".chart").first().hover();
                assertThat(page.locator(".chart-now").first()).containsText(":");
                Visitor.close(page);
            }
        }
    }

    @Test
    void collectionsAreListedAndChosenEverywhere() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page page = visitor.open(scheme, 1360, 860, "#/collections");
            assertThat(page.locator(".collection-card")).hasCount(2);
            assertThat(page.locator(".collection-card").first()).containsText("100 pictures");
            assertThat(page.getByText("New collection")).hasCount(0);
            assertThat(page.getByText("Add items").first()).isVisible();
            Visitor.shoot(page, "collections-" + scheme.name().toLowerCase(Locale.ROOT));
            Visitor.requireContrast(page);
            page.locator("[data-collection=words]").getByText("Search").click();
            page.locator(".line").first().waitFor();
            assertThat(page.url()).contains("in=words");
            page.getByLabel("Describe what you look for").fill("speak very quietly");
            assertThat(page.locator(".row-title").first()).hasText("whisper");
            page.keyboard().press("Escape");
            page.reload();
            assertThat(page.locator(".row-title").first()).hasText("whisper");
            page.getByLabel("Collection", new Page.GetByLabelOptions().setExact(true))
                    .selectOption("default");
            page.locator(".tile img").first().waitFor();
            page.keyboard().press("3");
            assertThat(page.locator(".map-says")).containsText("100 items");
            Visitor.shoot(page, "map-drawn-" + scheme.name().toLowerCase(Locale.ROOT));
            page.goBack();
            page.goBack();
            assertThat(page.locator(".row-title").first()).hasText("whisper");
            Visitor.close(page);
        }
        Page phone = visitor.open(ColorScheme.LIGHT, 360, 780, "#/collections");
        assertThat(phone.locator(".collection-card")).hasCount(2);
        Visitor.fits(phone);
        Visitor.shoot(phone, "phone-collections");
        Visitor.close(phone);
    }

    /** What another part of the server answers, in the shape that it answers in. */
    private static void answering(Page page, String address, String type, String body) {
        page.route(
                address,
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(200)
                        .setContentType(type)
                        .setBody(body)));
    }

    private static void offering(Page page, String... more) {
        page.route("**/console/offers.json", route -> {
            var reply = route.fetch();
            String body = reply.text().replace("\"offers\":[", "\"offers\":[\"" + String.join("\",\"", more) + "\",");
            route.fulfill(new Route.FulfillOptions().setResponse(reply).setBody(body));
        });
    }

    @Test
    void itemsAreLoadedWithErrorsByLineAndNothingIsDroppedByChance() {
        Page page = visitor.open(ColorScheme.LIGHT, 1360, 860, "#/health");
        offering(
                page,
                "PUT /v1/collections/{collection}",
                "PATCH /v1/collections/{collection}",
                "DELETE /v1/collections/{collection}",
                "POST regex:^/v1/collections/(?<collection>[^/]+)/items:bulk$");
        answering(page, "**/items:bulk?**", "application/x-ndjson", """
            {"line":2,"id":"b","status":"failed","error":{"detail":"an item's id is missing","where":"id","hint":"give it"}}
            {"status":"complete","lines":3,"put":2,"deleted":0,"failed":1,"durable":3}
            """);
        page.reload();
        assertThat(page.locator(".state h1")).hasText("Ready");
        page.keyboard().press("5");
        page.locator("[data-collection=words]").getByText("Add items").click();
        page.locator(".upload-body input")
                .setInputFiles(new FilePayload(
                        "notes.ndjson",
                        "application/x-ndjson",
                        "{\"id\":\"a\"}\n\n{\"text\":\"b\"}\n{\"id\":\"c\"}\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(page.locator(".upload-says")).containsText("Done: 2 written, 1 refused");
        assertThat(page.locator(".upload-errors"))
                .containsText("notes.ndjson, line 3 an item's id is missing: give it");
        Visitor.shoot(page, "upload");
        page.locator("dialog.wide").getByText("Close").click();
        page.locator("[data-collection=words]").getByLabel("Drop words").click();
        assertThat(page.getByText("Drop it")).isDisabled();
        page.getByLabel("Type its name to go on").fill("default");
        assertThat(page.getByText("Drop it")).isDisabled();
        page.getByLabel("Type its name to go on").fill("words");
        assertThat(page.getByText("Drop it")).isEnabled();
        Visitor.shoot(page, "drop-collection");
        Visitor.requireContrast(page);
        page.getByText("Cancel").click();
        page.locator("[data-collection=words]").getByLabel("Settings of words").click();
        assertThat(page.getByLabel("Read only")).not().isChecked();
        Visitor.shoot(page, "settings");
        page.getByText("Cancel").click();
        page.locator(".brand").focus();
        Visitor.close(page);
    }

    @Test
    void whyIsToldByHeatAndByWeighedWords() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            String name = scheme.name().toLowerCase(Locale.ROOT);
            Page page = visitor.open(scheme, 1360, 860, "#/health");
            offering(page, "POST /v1/collections/{collection}/explain");
            answering(page, "**/default/explain", "application/json", """
                {"score":0.981,"probability":0.9,"same":true,"threshold":0.975,"fmr":0.01,"place":{"same":0.62,"different":0.996},
                 "parts":{"query":{"kind":"picture","width":48,"height":48,"drops":[[0,0.01,0],[0.02,0.08,0.03],[-0.01,0.05,0]]},
                          "item":{"kind":"picture","width":48,"height":48,"drops":[[0,0.02,0],[0.01,0.07,0.01],[-0.02,0.03,0]]}},
                 "nearest":[{"id":"carbon/star.png","score":0.996,"payload":{"name":"star"}}]}\
                """);
            answering(page, "**/words/explain", "application/json", """
                {"score":0.61,"probability":0.9,"same":true,"threshold":0.35,"fmr":0.01,"place":null,
                 "parts":{"query":{"kind":"text","score":0.61,"words":[{"words":"speak","from":0,"to":5,"drop":0.2},{"words":"very","from":6,"to":10,"drop":-0.03},{"words":"quietly","from":11,"to":18,"drop":0.3}]},
                          "item":{"kind":"vector"}},
                 "nearest":[]}\
                """);
            page.reload();
            page.navigate(server.url() + "/#/search?id=feather%2Fstar.png");
            page.locator(".card").first().hover();
            page.locator(".card .why").first().click();
            assertThat(page.locator(".drawer .heat")).hasCount(2);
            assertThat(page.locator(".drawer")).containsText("more than 99% of the different pairs scored lower");
            assertThat(page.locator(".drawer .plot")).isVisible();
            Visitor.shoot(page, "why-" + name);
            Visitor.requireContrast(page);
            page.getByLabel("Heat").uncheck();
            assertThat(page.locator(".drawer .heat").first()).isHidden();
            page.keyboard().press("Escape");
            assertThat(page.locator(".drawer")).hasCount(0);
            page.navigate(server.url() + "/#/search?in=words&q=speak%20very%20quietly");
            page.locator(".row-main").first().focus();
            page.keyboard().press("w");
            assertThat(page.locator(".weighed .carried")).hasCount(2);
            assertThat(page.locator(".weighed .against")).hasText("very");
            assertThat(page.locator(".weighed").first()).hasText("speak very quietly");
            Visitor.shoot(page, "why-words-" + name);
            Visitor.close(page);
        }
    }

    @Test
    void whoHasNoKeyIsAskedForOneThatStaysInTheTab() {
        Page page = stranger.open(ColorScheme.LIGHT, 1360, 860, "");
        assertThat(page.getByLabel("API key")).isFocused();
        Visitor.shoot(page, "sign-in");
        Visitor.requireContrast(page);
        page.keyboard().press("Escape");
        assertThat(page.getByLabel("API key")).isVisible();
        page.getByLabel("API key").fill("kin_wrong");
        page.keyboard().press("Enter");
        assertThat(page.locator(".sign-in .wrong")).containsText("not known here");
        page.getByLabel("API key").fill(KEY);
        page.keyboard().press("Enter");
        page.locator(".tile .picture.ready img").first().waitFor();
        assertThat((String) page.locator(".tile img").first().getAttribute("src"))
                .startsWith("blob:");
        assertThat(page.evaluate("() => Object.keys(localStorage).filter(name => name.includes('key')).length"))
                .isEqualTo(0);
        page.reload();
        page.locator(".tile img").first().waitFor();
        page.keyboard().press("4");
        assertThat(page.locator(".told")).containsText("role operator");
        page.getByLabel("Sign out").click();
        assertThat(page.getByLabel("API key")).isVisible();
        Page other = stranger.open(ColorScheme.DARK, 360, 780, "");
        assertThat(other.getByLabel("API key")).isVisible();
        Visitor.fits(other);
        Visitor.shoot(other, "phone-sign-in");
        Visitor.close(other);
        Visitor.close(page);
        stranger.pardon("401");
        stranger.pardon("403");
    }

    @Test
    void theContentSecurityPolicyHoldsForWhateverIsWritten() {
        Page page = visitor.open(ColorScheme.LIGHT, 1360, 860, "");
        page.locator(".tile img").first().waitFor();
        Object ran = page.evaluate("""
            async () => {
              const script = document.createElement('script');
              script.textContent = 'window.ranInline = true';
              document.body.append(script);
              const sent = await fetch('https://example.com/').then(() => true, () => false);
              return [window.ranInline === true, sent];
            }\
            """);
        assertThat(ran).isEqualTo(List.of(false, false));
        Visitor.close(page);
        visitor.pardon("Content Security Policy");
        visitor.pardon("Fetch API");
        visitor.pardon("violates");
    }
}
