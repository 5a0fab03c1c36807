package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Nearest;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** The command line: finds the command, settles what all share, runs it, and says how it ended. */
public final class Main {
    private final Terminal terminal;
    private final StopSignal stop;

    Main(Terminal terminal, StopSignal stop) {
        this.terminal = terminal;
        this.stop = stop;
    }

    /** @param arguments the command and its options */
    public static void main(String[] arguments) {
        StandardError.restore();
        Terminal terminal = Terminal.ofProcess();
        boolean brief = CommandList.isBrief(arguments);
        StopSignal stop = brief ? new StopSignal() : StopSignal.listening(Voice.plain(terminal));
        int code = new Main(terminal, stop).run(arguments);
        terminal.out().flush();
        terminal.err().flush();
        if (brief) {
            // Nothing is left to close, and exit would first look for a logger through every jar.
            Runtime.getRuntime().halt(code);
        }
        // Not left to run out: a library's idle thread must not hold the shell.
        Runtime.getRuntime().exit(code);
    }

    /** Runs one command line and returns its exit code; what it says goes to the terminal. */
    int run(String... arguments) {
        boolean json = List.of(arguments).contains("--json");
        try {
            return dispatch(List.of(arguments));
        } catch (Refusal refusal) {
            return failed(Voice.plain(terminal), refusal, json, ExitCode.REFUSED);
        }
    }

    private int dispatch(List<String> arguments) {
        String first = arguments.isEmpty() ? "--help" : arguments.getFirst();
        switch (first) {
            case "--help", "-h", "help" -> {
                return help(arguments.size() > 1 ? arguments.subList(1, arguments.size()) : List.of());
            }
            case "--version", "-V" -> {
                terminal.out().println("kindred " + Version.current());
                return ExitCode.DONE;
            }
            case "warm-up" -> {
                return warmUp(arguments);
            }
            default -> {}
        }
        if (first.startsWith("-")) {
            throw new Refusal("a command comes first", first, "write kindred COMMAND " + first + " …");
        }
        List<CommandList.Entry> group = CommandList.group(first);
        if (group.isEmpty()) {
            CommandList.Entry entry =
                    CommandList.find(first).orElseThrow(() -> unknown(first, CommandList.firstWords()));
            return run(entry, arguments.subList(1, arguments.size()));
        }
        String second = arguments.size() > 1 ? arguments.get(1) : "--help";
        if (second.equals("--help") || second.equals("-h")) {
            return list("kindred " + first + " COMMAND …", group);
        }
        List<String> words = group.stream()
                .map(entry -> entry.name().substring(first.length() + 1))
                .toList();
        CommandList.Entry entry = CommandList.find(first + " " + second).orElseThrow(() -> unknown(second, words));
        return run(entry, arguments.subList(2, arguments.size()));
    }

    private int warmUp(List<String> arguments) {
        try {
            return arguments.contains("serve") ? new Rehearsal(terminal.environment()).run() : WarmUp.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.STOPPED;
        }
    }

    private static Refusal unknown(String word, List<String> words) {
        return new Refusal(
                "there is no such command",
                word,
                Nearest.advice(word, words, "the commands are " + String.join(", ", words)));
    }

    private int run(CommandList.Entry entry, List<String> arguments) {
        Optional<Command> plain = switch (entry.name()) {
            case "bundle show" -> BundleShowCommand.plain(arguments);
            case "serve" -> ServeCommand.plain(arguments);
            default -> Optional.empty();
        };
        if (plain.isPresent()) {
            return run(entry, plain.get(), arguments);
        }
        Command command = entry.maker().get();
        CommandLine line = CommandList.line(entry, command);
        try {
            line.parseArgs(arguments.toArray(String[]::new));
        } catch (CommandLine.ParameterException e) {
            if (arguments.contains("--help") || arguments.contains("-h")) {
                return usage(line);
            }
            throw usageRefusal(entry, e);
        }
        if (command.common().help) {
            return usage(line);
        }
        return run(entry, command, arguments);
    }

    private int run(CommandList.Entry entry, Command command, List<String> arguments) {
        CommonOptions common = command.common();
        Settings settings = Settings.settle(common, command.stated(), terminal.environment());
        Voice voice = command instanceof ServeCommand ? Voice.ofServer(terminal, settings) : Voice.plain(terminal);
        stop.sayBy(voice);
        try (ProgressLine shown = new ProgressLine(
                terminal.err(),
                terminal.interactive() && common.progress == CommonOptions.ProgressStyle.AUTO,
                terminal.columns())) {
            Progress words = switch (common.progress) {
                case AUTO, LINES -> voice.json() ? Progress.SILENT : shown;
                case JSON -> ProgressLine.json(terminal.out());
                case NONE -> Progress.SILENT;
            };
            Progress unwinding = (what, done, total, note) -> {
                stop.check();
                words.at(what, done, total, note);
            };
            Answer answer = command.run(new Run(terminal, voice, settings, common.json, stop, unwinding, words));
            shown.close();
            if (common.json) {
                terminal.out().println(answer.json());
            } else if (!answer.text().isEmpty()) {
                terminal.out().println(Words.plain(answer.text()));
            }
            Answer.Afterwards afterwards = answer.afterwards();
            if (afterwards != null) {
                terminal.out().flush();
                afterwards.goOn();
            }
            return answer.exitCode();
        } catch (Throwable thrown) {
            return ended(thrown, voice, entry, settings, common.json, arguments);
        }
    }

    private int ended(
            Throwable thrown,
            Voice voice,
            CommandList.Entry entry,
            Settings settings,
            boolean json,
            List<String> arguments) {
        Optional<Refusal> refusal = Ending.refusal(thrown);
        if (refusal.isPresent()) {
            return failed(voice, refusal.get(), json, ExitCode.REFUSED);
        }
        if (Ending.stopped(thrown)) {
            voice.stopped();
            return ExitCode.STOPPED;
        }
        String log = Ending.record(thrown, settings.home(), entry.name(), arguments);
        Refusal fault = new Refusal(
                Ending.describe(thrown), log, "this is a fault of Kindred's: please report it with that file");
        return failed(voice, fault, json, ExitCode.FAULT);
    }

    private int failed(Voice voice, Refusal why, boolean json, int code) {
        voice.failed(why);
        if (json) {
            JsonObject error = new JsonObject();
            error.addProperty("message", why.what());
            error.addProperty("where", why.where());
            error.addProperty("hint", why.hint());
            JsonObject object = new JsonObject();
            object.add("error", error);
            terminal.out().println(object);
        }
        return code;
    }

    private static Refusal usageRefusal(CommandList.Entry entry, CommandLine.ParameterException e) {
        String help = "kindred " + entry.name() + " --help shows the options";
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String wrong = unmatched.getUnmatched().getFirst();
            boolean option = wrong.startsWith("-");
            List<String> options = e.getCommandLine().getCommandSpec().options().stream()
                    .filter(known -> !known.hidden())
                    .flatMap(known -> Arrays.stream(known.names()))
                    .toList();
            String name = wrong.replaceFirst("=.*", "");
            return new Refusal(
                    option ? "unknown option '" + name + "'" : "one argument too many: '" + wrong + "'",
                    entry.name(),
                    option ? Nearest.advice(name, options, help) : help);
        }
        return new Refusal(String.valueOf(e.getMessage()), entry.name(), help);
    }

    private int usage(CommandLine line) {
        line.usage(terminal.out(), CommandLine.Help.Ansi.OFF);
        return ExitCode.DONE;
    }

    private int help(List<String> words) {
        if (!words.isEmpty() && !words.getFirst().startsWith("-")) {
            return dispatch(java.util.stream.Stream.concat(words.stream(), java.util.stream.Stream.of("--help"))
                    .toList());
        }
        return list("kindred COMMAND …", CommandList.all());
    }

    private int list(String synopsis, List<CommandList.Entry> entries) {
        terminal.out().print(CommandList.overview(synopsis, entries));
        return ExitCode.DONE;
    }
}
