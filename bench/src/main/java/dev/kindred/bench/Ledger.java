package dev.kindred.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Measurements kept in {@code bench/results/<name>.jsonl}, so that a bench that was cut off goes on where it stood. */
final class Ledger {
    private final Path file;
    private final Surroundings surroundings;
    private final boolean fresh;
    private final @Nullable String only;

    /**
     * @param fresh whether cells from before are measured again
     * @param only what the name of a cell must have in it to be measured now; null for all
     */
    Ledger(Path file, Surroundings surroundings, boolean fresh, @Nullable String only) {
        this.file = file;
        this.surroundings = surroundings;
        this.fresh = fresh;
        this.only = only;
    }

    JsonObject cell(String name, Supplier<JsonObject> measure) {
        return cell(name, kept -> true, measure);
    }

    /**
     * The newest measurement of this name from the same sources and machine, else a new one. One that fails is told and gives an empty
     * object, which is not kept: the other rows are still worth having.
     *
     * @param usable whether a kept one still serves, e.g. its file is still there
     */
    JsonObject cell(String name, Predicate<JsonObject> usable, Supplier<JsonObject> measure) {
        boolean wanted = only == null || name.contains(only);
        Optional<JsonObject> kept =
                fresh && wanted ? Optional.empty() : kept(name).filter(usable);
        if (kept.isPresent()) {
            System.err.println("bench: " + name + ": measured before");
            return kept.get();
        }
        if (!wanted) {
            return new JsonObject();
        }
        System.err.println("bench: " + name);
        JsonObject value;
        try {
            value = measure.get();
        } catch (RuntimeException e) {
            System.err.println("bench: " + name + " was not measured: " + e);
            value = new JsonObject();
        }
        if (value.isEmpty()) {
            return value;
        }
        JsonObject line = new JsonObject();
        line.addProperty("cell", name);
        line.addProperty("tree", surroundings.tree());
        line.addProperty("machine", surroundings.machine());
        line.addProperty("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        line.add("value", value);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return value;
    }

    private Optional<JsonObject> kept(String name) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(file).stream()
                    // A line cut short by a kill is no measurement.
                    .filter(line -> line.startsWith("{") && line.endsWith("}"))
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .filter(line -> line.get("cell").getAsString().equals(name)
                            && line.get("tree").getAsString().equals(surroundings.tree())
                            && line.get("machine").getAsString().equals(surroundings.machine()))
                    .map(line -> line.getAsJsonObject("value"))
                    .reduce((older, newer) -> newer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
