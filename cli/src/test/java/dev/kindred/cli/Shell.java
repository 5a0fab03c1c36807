package dev.kindred.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs command lines in this process as a shell would, with a home of its own. */
final class Shell {
    private final Map<String, String> environment = new HashMap<>();
    final StopSignal stop = new StopSignal();

    /** Outlives the homes of single tests: the runtime loads its library once, from where the first command said. */
    private static final Path NATIVES = Path.of("target", "natives").toAbsolutePath();

    Shell(Path home) {
        Natives.forEncoding(NATIVES);
        environment.put("KINDRED_HOME", home.toString());
    }

    Shell with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** How a command ended. */
    record Ended(int code, String out, String err) {

        /** The last line of standard output, as the JSON object that {@code --json} promises. */
        JsonObject json() {
            List<String> lines = out.lines().toList();
            return JsonParser.parseString(lines.getLast()).getAsJsonObject();
        }

        /** The one line that a refusal is. */
        String line() {
            List<String> lines =
                    err.lines().filter(line -> line.startsWith("kindred: ")).toList();
            if (lines.size() != 1 || err.contains("\tat ") || err.contains("Exception")) {
                throw new AssertionError("one plain line was expected, not:\n" + err);
            }
            return lines.getFirst();
        }
    }

    Ended run(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.copyOf(environment),
                false,
                100);
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        int code = new Main(terminal, stop).run(words);
        return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
