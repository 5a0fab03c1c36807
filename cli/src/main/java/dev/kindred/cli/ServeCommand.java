package dev.kindred.cli;

import dev.kindred.release.Bundles;
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
            "With no index named it serves all collections of the home, which can be made and dropped meanwhile; where"
                    + " there",
            "is none, it runs `kindred demo --quick` first. A bundle named alone is taken into the home, to make"
                    + " collections",
            "with.",
            "",
            "Example:",
            "  kindred serve --index holiday.index --port 8080"
        })
final class ServeCommand implements Command {
    @Option(
            names = "--bundle",
            paramLabel = "M.kindred",
            description =
                    "The bundle. Default: the one in the index folder. Without --index: a bundle to make collections"
                            + " with.")
    @Nullable
    Path bundle;

    @Option(
            names = "--index",
            paramLabel = "DIR",
            description = "The index folder to serve, alone, as the collection default.")
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
        if (index != null) {
            return Serving.start(run, index, bundle, host, mergeShare).answer();
        }
        if (bundle != null) {
            String id = new Bundles(run.home()).add(bundle);
            run.say("collections can be made with bundle " + id.substring(0, 12));
        }
        Optional<Serving> home = Serving.ofHome(run, host, mergeShare, bundle != null);
        if (home.isPresent()) {
            return home.get().answer();
        }
        run.say("nothing stands to be served yet: running the quick demo first (a minute)");
        Path made = new DemoRun(run, true).make().index();
        return Serving.ofHome(run, host, mergeShare, false)
                .orElseThrow(() -> new IllegalStateException("the demo left nothing in " + made))
                .answer();
    }
}
