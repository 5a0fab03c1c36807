package dev.kindred.cli;

import dev.kindred.release.Bundles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
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
            description = "Address to listen on; another than this machine's own needs a key first (kindred keys add)."
                    + " Default: 127.0.0.1.")
    @Nullable
    String host;

    @Option(
            names = "--admin-port",
            paramLabel = "P",
            description = "Port of metrics and readiness once there are keys. Default: 8318, or the next free one.")
    @Nullable
    Integer adminPort;

    @Option(
            names = "--tls-certificate",
            paramLabel = "PEM",
            description = "Certificate chain for HTTPS; a changed file is taken at the next connection.")
    @Nullable
    Path tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "PEM", description = "Its key, as PKCS #8, not encrypted.")
    @Nullable
    Path tlsKey;

    @Option(
            names = "--print-config",
            description = "Print all settings and where each comes from, and end; secrets are hidden.")
    boolean printConfig;

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
    public Map<Setting<?>, String> stated() {
        Map<Setting<?>, String> stated = new HashMap<>();
        put(stated, Setting.PORT, port);
        put(stated, Setting.HOST, host);
        put(stated, Setting.ADMIN_PORT, adminPort);
        put(stated, Setting.TLS_CERTIFICATE, tlsCertificate);
        put(stated, Setting.TLS_KEY, tlsKey);
        seen.state(stated);
        return stated;
    }

    private static void put(Map<Setting<?>, String> stated, Setting<?> setting, @Nullable Object value) {
        if (value != null) {
            stated.put(setting, value.toString());
        }
    }

    @Override
    public Answer run(Run run) throws Exception {
        if (printConfig) {
            return Answer.done(run.settings().json(), run.settings().yaml());
        }
        device.require();
        if (index != null) {
            return Serving.start(run, index, bundle, mergeShare).answer();
        }
        if (bundle != null) {
            String id = new Bundles(run.home()).add(bundle);
            run.say("collections can be made with bundle " + id.substring(0, 12));
        }
        Optional<Serving> home = Serving.ofHome(run, mergeShare, bundle != null);
        if (home.isPresent()) {
            return home.get().answer();
        }
        run.say("nothing stands to be served yet: running the quick demo first (a minute)");
        Path made = new DemoRun(run, true).make().index();
        return Serving.ofHome(run, mergeShare, false)
                .orElseThrow(() -> new IllegalStateException("the demo left nothing in " + made))
                .answer();
    }
}
