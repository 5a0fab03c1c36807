package dev.kindred.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole way once, on icons that come with the build. */
@CommandLine.Command(
        description =
                "See it all in minutes: teach on icons or words, measure, seal, index, and search them in the browser.",
        footer = {
            "",
            "With --text a head is taught on WordNet's words and definitions, on top of all-MiniLM-L6-v2 (83 MB,"
                    + " fetched once).",
            "",
            "Examples:",
            "  kindred demo --quick",
            "  kindred demo --text"
        })
final class DemoCommand implements Command {
    @Option(names = "--text", description = "On words and their definitions: describe a thing, get the word.")
    boolean text;

    @Option(
            names = "--quick",
            description = "Fewer families or words and less teaching: under a minute instead of five.")
    boolean quick;

    @Option(names = "--once", description = "End without serving.")
    boolean once;

    @Option(
            names = "--port",
            paramLabel = "P",
            description =
                    "Port of the page; a stated one that is busy is refused. Default: 8317, or the next free one.")
    @Nullable
    Integer port;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Map<Setting<?>, String> stated() {
        return port == null ? Map.of() : Map.of(Setting.PORT, port.toString());
    }

    @Override
    public Answer run(Run run) throws Exception {
        DemoRun.Made made = text ? new TextDemoRun(run, quick).make() : new DemoRun(run, quick).make();
        Answer answer = Answer.done(made.json(), made.text());
        if (once) {
            return answer;
        }
        return answer.then(() -> {
            Serving serving = Serving.start(run, made.index(), null, null);
            run.say("the page is at " + serving.url() + " (Ctrl-C ends)");
            show(serving.url(), run);
            serving.untilStopped();
        });
    }

    /** Opens a browser where there is somebody to look at it; the address is printed in any case. */
    private static void show(String url, Run run) {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        boolean screen = os.contains("mac")
                || run.terminal().environment().containsKey("DISPLAY")
                || run.terminal().environment().containsKey("WAYLAND_DISPLAY");
        if (!screen || !run.terminal().interactive()) {
            return;
        }
        try {
            new ProcessBuilder(List.of(os.contains("mac") ? "open" : "xdg-open", url))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            // No browser: the address stands above.
        }
    }
}
