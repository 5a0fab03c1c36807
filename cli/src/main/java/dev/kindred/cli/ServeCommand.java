package dev.kindred.cli;

import dev.kindred.release.Bundles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers over HTTP, and a page to look at. */
@CommandLine.Command(
        description = "Answer embed, verify and search over HTTP, with a page for the browser, until Ctrl-C.",
        footer = {
            "",
            "With no index named it serves all collections of the home, which can be made and dropped meanwhile;",
            "where there is neither one nor a key, it runs `kindred demo --quick` first. A bundle named alone is",
            "taken into the home, to make collections with.",
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

    @Option(names = "--tls-key", paramLabel = "PEM", description = "Its key, as PKCS #8 or PKCS #1, not encrypted.")
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

    /**
     * A line of options in their full form, each once, understood without the parser, whose reading of this class's annotations is a
     * quarter of a start. Empty where there is anything to be judged: the parser says then what is wrong.
     */
    static Optional<Command> plain(List<String> arguments) {
        ServeCommand command = new ServeCommand();
        Set<String> seen = new HashSet<>();
        for (Iterator<String> left = arguments.iterator(); left.hasNext(); ) {
            String name = left.next();
            if (!seen.add(name)) {
                return Optional.empty();
            }
            if (name.equals("--json")) {
                command.common.json = true;
            } else if (!left.hasNext() || !command.take(name, left.next())) {
                return Optional.empty();
            }
        }
        return Optional.of(command);
    }

    /** Whether it is one of those that are taken as they are, with a value that needs no judging. */
    private boolean take(String name, String value) {
        if (value.isEmpty() || value.startsWith("-")) {
            return false;
        }
        boolean whole = value.matches("[0-9]{1,9}");
        switch (name) {
            case "--index" -> index = Path.of(value);
            case "--bundle" -> bundle = Path.of(value);
            case "--host" -> host = value;
            case "--home" -> common.home = Path.of(value);
            case "--config" -> common.config = Path.of(value);
            case "--tls-certificate" -> tlsCertificate = Path.of(value);
            case "--tls-key" -> tlsKey = Path.of(value);
            case "--log" -> seen.log = value;
            case "--traces" -> seen.traces = value;
            case "--port", "--admin-port", "--threads" -> {
                Integer number = whole ? Integer.valueOf(value) : null;
                switch (name) {
                    case "--port" -> port = number;
                    case "--admin-port" -> adminPort = number;
                    default -> common.threads = number;
                }
                return whole;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

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
        Variables.mistyped(run.terminal().environment()).forEach(run.voice()::warn);
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
