package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.cli.load.CacheCounts;
import dev.kindred.cli.load.Figures;
import dev.kindred.cli.load.Generator;
import dev.kindred.cli.load.LoadAnswer;
import dev.kindred.cli.load.LoadPage;
import dev.kindred.cli.load.Mix;
import dev.kindred.cli.load.Objectives;
import dev.kindred.cli.load.Pace;
import dev.kindred.cli.load.Payloads;
import dev.kindred.cli.load.Plan;
import dev.kindred.cli.load.Target;
import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.data.Kind;
import dev.kindred.data.ReadOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How much does a server bear? */
@CommandLine.Command(
        description = {
            "Ask a running server many times and tell how it bore it: exit code 1 where an objective was not met.",
            "",
            "With --rate calls come as independent users send them, and each one's time runs from when it was due: a"
                    + " server that stalls cannot hide it by being asked less. With --callers so many ask one after"
                    + " another, which finds the most it can do. What is sent are the collection's own items, or DATA:"
                    + " a few hundred again and again, which a server remembers. With --fresh each is new to it.",
        },
        footer = {
            "",
            "Examples:",
            "  kindred load http://localhost:8317 --rate 200 --mix embed=70,search=25,verify=5 --p99 50ms --errors 0",
            "  kindred load http://localhost:8317 --callers 16 --duration 1m --report load.html"
        })
final class LoadCommand implements Command {
    private static final int MOST_GIVEN = 256;
    private static final int CALLERS = 8;

    @Parameters(index = "0", paramLabel = "URL", description = "Where the server is.")
    String url = "";

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Open loop: so many calls a second, by a Poisson process, whatever is answered.")
    @Nullable
    Double rate;

    @Option(
            names = "--callers",
            paramLabel = "N",
            description = "Closed loop: N callers, each asking again once it was answered. Default: 8, without --rate.")
    @Nullable
    Integer callers;

    @Option(
            names = "--mix",
            paramLabel = "CALL=W,…",
            description = "What is asked and how often: embed, search, verify, item, live. Default:"
                    + " embed=70,search=25,verify=5, of vectors search=90,verify=10.")
    @Nullable
    String mix;

    @Option(names = "--duration", paramLabel = "T", description = "What is counted. Default: ${DEFAULT-VALUE}.")
    String duration = "30s";

    @Option(
            names = "--warm-up",
            paramLabel = "T",
            description = "Asked before, not counted. Default: ${DEFAULT-VALUE}.")
    String warmUp = "5s";

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Calls under way at once; under HTTP/1.1 connections. Default: 256, or as many as callers.")
    @Nullable
    Integer connections;

    @Option(names = "--http", paramLabel = "V", description = "1.1 or 2. Default: ${DEFAULT-VALUE}.")
    String http = "1.1";

    @Option(
            names = "--collection",
            paramLabel = "C",
            description = "Which one is asked. Default: the one called default, or the only one there is.")
    @Nullable
    String collection;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "Texts or pictures to send. May be given several times. Default: the collection's own.")
    List<Path> data = new ArrayList<>();

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Inputs of one embed, 1 to 64. Default: ${DEFAULT-VALUE}.")
    int batch = 1;

    @Option(
            names = "-k",
            paramLabel = "K",
            description = "Neighbours that a search asks for. Default: ${DEFAULT-VALUE}.")
    int k = 10;

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            description =
                    "What is searched and compared with: content, id or vector. Default: content, of vectors vector.")
    Payloads.@Nullable By by;

    @Option(
            names = "--fresh",
            description = "Send no content twice: texts and pictures get a running number, and none is remembered.")
    boolean fresh;

    @Option(names = "--key", paramLabel = "KEY", description = "The server's key. Default: KINDRED_KEY, if set.")
    @Nullable
    String key;

    @Option(names = "--ca", paramLabel = "PEM", description = "Certificates that vouch for a server under https.")
    @Nullable
    Path authorities;

    @Option(names = "--insecure", description = "Take any certificate.")
    boolean insecure;

    @Option(names = "--timeout", paramLabel = "T", description = "Of one call. Default: ${DEFAULT-VALUE}.")
    String timeout = "30s";

    @Option(names = "--seed", paramLabel = "S", description = "Of what is drawn. Default: ${DEFAULT-VALUE}.")
    long seed = 1;

    @Option(
            names = "--p50",
            paramLabel = "T",
            description = "Objective: half of the calls answered well take at most so long.")
    @Nullable
    String p50;

    @Option(
            names = "--p99",
            paramLabel = "T",
            description = "Objective: 99 of 100 calls answered well take at most so long.")
    @Nullable
    String p99;

    @Option(names = "--errors", paramLabel = "N", description = "Objective: at most so many errors; 429s are none.")
    @Nullable
    Long errors;

    @Option(names = "--turned-away", paramLabel = "S", description = "Objective: at most this share of 429s, 0 to 1.")
    @Nullable
    Double turnedAway;

    @Option(names = "--goodput", paramLabel = "R", description = "Objective: at least so many a second answered well.")
    @Nullable
    Double goodput;

    @Option(names = "--report", paramLabel = "R.html", description = "Also write one self-contained page.")
    @Nullable
    Path report;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        Plan plan = plan();
        Objectives objectives = new Objectives(millis(p50, "--p50"), millis(p99, "--p99"), errors, turnedAway, goodput);
        if (!http.equals("1.1") && !http.equals("1") && !http.equals("2")) {
            throw new Refusal("there is no HTTP/" + http + " here", "--http", "use 1.1 or 2");
        }
        if (report != null) {
            NewFile.requirePlace(report);
        }
        String secret = key != null ? key : run.terminal().environment().get("KINDRED_KEY");
        try (Target target = Target.open(url, http.equals("2"), secret, new Target.Trust(authorities, insecure))) {
            Payloads payloads = payloads(target, run);
            String calls = mix == null ? payloads.usualMix() : mix;
            Mix asked = payloads.mix(calls);
            Optional<CacheCounts> before = CacheCounts.read(target, payloads.collection());
            Figures figures = Generator.run(target, asked, plan, run.words(), run.stop());
            CacheCounts cached = before.flatMap(then ->
                            CacheCounts.read(target, payloads.collection()).map(now -> now.since(then)))
                    .orElse(null);
            LoadAnswer answer = LoadAnswer.of(target, calls, payloads, plan, figures, cached, objectives);
            JsonObject json = answer.json();
            String text = answer.text();
            if (report != null) {
                new LoadPage(answer, "Kindred " + Version.current() + ": kindred load")
                        .page()
                        .write(report);
                json.addProperty("report", report.toString());
                text += "\nreport: " + report;
            }
            return new Answer(json, text, answer.met());
        }
    }

    private Plan plan() {
        if (rate != null && callers != null) {
            throw new Refusal("--rate and --callers", "load", "choose one: an open or a closed loop");
        }
        if (rate != null && !(rate > 0 && rate <= 1_000_000)) {
            throw new Refusal("--rate is " + rate, "--rate", "use more than 0 and at most 1,000,000 a second");
        }
        int closed = callers == null ? CALLERS : within(callers, "--callers", 10_000);
        within(batch, "--batch", 64);
        within(k, "-k", 1000);
        Pace pace = rate != null ? new Pace.Open(rate) : new Pace.Closed(closed);
        int most = connections != null ? within(connections, "--connections", 20_000) : rate != null ? 256 : closed;
        if (rate == null && most < closed) {
            throw new Refusal(closed + " callers", "--connections", "allow at least as many connections");
        }
        return new Plan(
                pace,
                Objectives.time(warmUp, "--warm-up"),
                some(duration, "--duration"),
                most,
                some(timeout, "--timeout"),
                seed);
    }

    private static int within(int value, String where, int most) {
        if (value < 1 || value > most) {
            throw new Refusal(value + " is out of range", where, "use a number from 1 to " + most);
        }
        return value;
    }

    private static Duration some(String text, String where) {
        Duration time = Objectives.time(text, where);
        if (time.toMillis() < 1) {
            throw new Refusal("'" + text + "' is no time at all", where, "write e.g. 30s");
        }
        return time;
    }

    private static @Nullable Double millis(@Nullable String text, String where) {
        return text == null ? null : Objectives.time(text, where).toNanos() / 1e6;
    }

    private Payloads payloads(Target target, Run run) {
        List<byte[]> given = new ArrayList<>();
        boolean pictures = false;
        if (!data.isEmpty()) {
            Dataset found = Dataset.read(data, ReadOptions.defaults(), run.progress());
            pictures = found.kind() == Kind.PICTURE;
            int[] order = IntStream.range(0, found.size()).toArray();
            Keyed.of(seed, 2).shuffle(order);
            for (int row : order) {
                if (given.size() == MOST_GIVEN) {
                    break;
                }
                if (pictures) {
                    given.add(found.bytes(row));
                } else if (found.content(row) instanceof Content.Text(String text) && !text.isBlank()) {
                    given.add(text.getBytes(StandardCharsets.UTF_8));
                }
            }
            if (given.isEmpty()) {
                throw new Refusal("holds neither texts nor pictures", "--data", "name some that do");
            }
        }
        return Payloads.of(target, collection, given, pictures, batch, k, by, fresh, seed);
    }
}
