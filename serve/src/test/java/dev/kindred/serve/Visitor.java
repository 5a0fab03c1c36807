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
                complaints.add(message.text() + " " + message.location());
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
        assertThat(strangers).as("asked of other hosts").isEmpty();
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

    /** Every text that is seen stands out from what is behind it as WCAG's level AA has it: 4.5 to 1, 3 to 1 where it is large. */
    static void requireContrast(Page page) {
        assertThat((List<?>) page.evaluate("""
            () => {
              const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
              const rgba = (colour) => {
                pen.clearRect(0, 0, 1, 1);
                pen.fillStyle = colour;
                pen.fillRect(0, 0, 1, 1);
                const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
                return [r, g, b, a / 255];
              };
              const over = (top, below) => [0, 1, 2].map((c) => top[c] * top[3] + below[c] * (1 - top[3]));
              const light = (colour) => colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const wrong = [];
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const holder = node.parentElement;
                const box = holder.getBoundingClientRect();
                if (!node.data.trim() || holder.closest('.visually-hidden, [hidden], noscript, option, .skip') || !box.width || !holder.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
                const grounds = [];
                for (let each = holder; each; each = each.parentElement) grounds.unshift(rgba(getComputedStyle(each).backgroundColor));
                const ground = grounds.reduce((below, top) => over(top, below), [255, 255, 255]);
                const style = getComputedStyle(holder);
                const svg = holder.namespaceURI.endsWith('svg');
                const ink = over(rgba(svg ? style.fill : style.color), ground);
                const [a, b] = [light(ink), light(ground)];
                const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                const size = parseFloat(style.fontSize);
                const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
                if (ratio < (large ? 3 : 4.5)) wrong.push(`${ratio.toFixed(2)} ${holder.className?.baseVal ?? holder.className}: ${node.data.trim().slice(0, 40)}`);
              }
              return [...new Set(wrong)];
            }\
            """)).isEmpty();
    }

    static void close(Page page) {
        page.context().close();
    }

    @Override
    public void close() {
        browser.close();
    }
}
