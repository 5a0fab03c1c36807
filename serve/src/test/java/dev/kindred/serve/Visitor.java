package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Assumptions;

/** Somebody who looks at a server's console in a real browser, and notes whatever it asks of others or complains of. */
final class Visitor implements AutoCloseable {
    private static final Path PICTURES = Path.of("target", "console");

    private final Browser browser;
    private final String url;
    private final List<String> strangers = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    Visitor(Path chromium, String url) {
        this.browser = Browser.open(chromium);
        this.url = url;
        // A busy machine is slow, not wrong.
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
    }

    /** The browser of this machine; where there is none the test is skipped, and says so. */
    static Path required() {
        Optional<Path> chromium = Browser.place();
        String absent = "no Chromium here, so the console is not tested in a browser; scripts/browser installs one";
        if (chromium.isEmpty()) {
            System.out.println(absent);
        }
        Assumptions.assumeTrue(chromium.isPresent(), absent);
        return chromium.orElseThrow();
    }

    Page open(ColorScheme scheme, int width, int height, String address) {
        BrowserContext context = browser.driven()
                .newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                        .setColorScheme(scheme)
                        .setViewportSize(width, height)
                        .setDeviceScaleFactor(width < 500 ? 2 : 1)
                        .setReducedMotion(ReducedMotion.REDUCE));
        context.setDefaultTimeout(60_000);
        Page page = context.newPage();
        page.onRequest(request -> {
            String asked = request.url();
            if (!asked.startsWith(url + "/") && !asked.startsWith("blob:" + url)) {
                strangers.add(asked);
            }
        });
        page.onConsoleMessage(message -> {
            if (List.of("error", "warning").contains(message.type())) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(url + "/" + address);
        return page;
    }

    /** Takes back complaints that were provoked. */
    void pardon(String words) {
        complaints.removeIf(text -> text.contains(words));
    }

    void requireQuietAndAtHome() {
        assertThat(strangers).isEmpty();
        assertThat(complaints).isEmpty();
    }

    static void shoot(Page page, String name) {
        page.waitForFunction(
                "() => [...document.querySelectorAll('.picture img')].every(i => !i.getBoundingClientRect().width"
                        + " || i.getBoundingClientRect().top > innerHeight || i.complete)");
        page.waitForTimeout(150);
        page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(name + ".png")));
    }

    /** Nothing is wider than the window. */
    static void fits(Page page) {
        assertThat(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
    }

    static void close(Page page) {
        page.context().close();
    }

    @Override
    public void close() {
        browser.close();
    }
}
