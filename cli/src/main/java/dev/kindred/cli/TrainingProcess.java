package dev.kindred.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kindred.core.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code kindred train} as a child process, so that only it carries PyTorch; its progress comes as JSON lines. */
final class TrainingProcess {
    private final Run run;

    TrainingProcess(Run run) {
        this.run = run;
    }

    /**
     * Teaches, and waits for it.
     *
     * @param arguments of {@code train}
     * @return its answer
     * @throws Refusal where it refused
     */
    JsonObject teach(List<String> arguments) throws IOException, InterruptedException {
        List<String> line = launcher();
        line.add("train");
        line.addAll(arguments);
        line.addAll(List.of("--json", "--progress", "json", "--home", run.home().toString()));
        line.addAll(List.of("--threads", Integer.toString(run.settings().threads())));
        Process child = new ProcessBuilder(line)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        try {
            Thread notes = Thread.ofVirtual().start(() -> tell(child));
            JsonObject last = follow(child);
            notes.join();
            return answer(child.waitFor(), last);
        } finally {
            end(child);
        }
    }

    /** Asks the child to end. {@link Process#destroy} would close its streams too, under the threads that read what it still says. */
    private static void end(Process child) {
        child.toHandle().destroy();
    }

    private List<String> launcher() {
        String launcher = System.getProperty("kindred.launcher");
        if (launcher != null) {
            return new ArrayList<>(List.of(launcher));
        }
        // Not started by the launcher: as this process was.
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.kindred.cli.Main"));
    }

    /** Passes its progress on; the last object that is none is its answer. */
    private JsonObject follow(Process child) throws IOException {
        JsonObject last = new JsonObject();
        boolean asked = false;
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                JsonObject object = object(line);
                if (object.has("progress")) {
                    JsonObject progress = object.getAsJsonObject("progress");
                    run.words()
                            .at(
                                    progress.get("what").getAsString(),
                                    progress.get("done").getAsLong(),
                                    progress.get("total").getAsLong(),
                                    progress.get("note").getAsString());
                } else {
                    last = object;
                }
                if (!asked && run.stop().getAsBoolean()) {
                    asked = true;
                    end(child);
                }
            }
        }
        run.stop().check();
        return last;
    }

    private static JsonObject object(String line) {
        try {
            return JsonParser.parseString(line).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            return new JsonObject();
        }
    }

    /** Passes on what it says, but for its refusal, which is thrown, and its notes on data that we made ourselves. */
    private void tell(Process child) {
        child.errorReader(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("kindred: ") && !line.startsWith("note: ") && !line.isBlank())
                .forEach(run::say);
    }

    private static JsonObject answer(int code, JsonObject last) {
        if (code == ExitCode.DONE && last.has("bundle")) {
            return last;
        }
        if (code == ExitCode.NO) {
            throw new Refusal("the embeddings collapsed while teaching", "train", "try another --seed");
        }
        if (last.has("error")) {
            JsonObject error = last.getAsJsonObject("error");
            String message = error.get("message").getAsString();
            if (code == ExitCode.REFUSED) {
                throw new Refusal(
                        message,
                        error.get("where").getAsString(),
                        error.get("hint").getAsString());
            }
            throw new IllegalStateException("teaching failed: " + message + ", see "
                    + error.get("where").getAsString());
        }
        throw new IllegalStateException("teaching ended with code " + code + " and no answer");
    }
}
