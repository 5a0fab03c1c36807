package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.serve.seen.SeenOptions;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers over HTTP, and a page to look at. */
@CommandLine.Command(
        description = "Answer embed, verify and search over HTTP, with a page for the browser, until Ctrl-C.",
        footer = {
            "",
            "With nothing named it serves what `kindred demo` left, or runs `kindred demo --quick` first.",
            "",
            "Example:",
            "  kindred serve --index holiday.index --port 8080"
        })
final class ServeCommand implements Command {
    @Option(
            names = "--bundle",
            paramLabel = "M.kindred",
            description = "The bundle. Default: the one in the index folder.")
    @Nullable
    Path bundle;

    @Option(names = "--index", paramLabel = "DIR", description = "The index folder to serve.")
    @Nullable
    Path index;

    @Option(
            names = "--port",
            paramLabel = "P",
            description = "Port; a stated one that is busy is refused. Default: 8317, or the next free one.")
    @Nullable
    Integer port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Address to listen on; there are no keys yet, so leave it on this machine. Default:"
                    + " ${DEFAULT-VALUE}.")
    String host = "127.0.0.1";

    @Option(
            names = "--merge-share",
            paramLabel = "S",
            description = "Of an index built with --engine exact or graph: the share of the threads' cores, 0.01 to 1,"
                    + " that merging in the background may take from now on. Default: as it was.")
    @Nullable
    Double mergeShare;

    @Mixin
    DeviceOption device = new DeviceOption();

    @Mixin
    SeenOption seen = new SeenOption();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public @Nullable Integer port() {
        return port;
    }

    @Override
    public Answer run(Run run) throws Exception {
        device.require();
        if (index == null && bundle != null) {
            throw new Refusal("a bundle alone has nothing to find", "--bundle", "name an index folder by --index too");
        }
        SeenOptions looked = seen.settle(run.terminal().environment());
        Path folder = index != null ? index : standing(run);
        return Serving.start(run, folder, bundle, host, mergeShare, looked).answer();
    }

    /** What the demo left, made first where there is none. */
    private static Path standing(Run run) throws Exception {
        Generations generations = new Generations(run.home(), "default");
        Optional<Path> live = generations.live();
        if (live.isPresent()) {
            return live.get();
        }
        run.say("nothing stands to be served yet: running the quick demo first (a minute)");
        return new DemoRun(run, true).make().index();
    }
}
