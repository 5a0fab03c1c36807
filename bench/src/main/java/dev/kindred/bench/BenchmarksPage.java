package dev.kindred.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.core.NewFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code docs/benchmarks.md}: its tables are made of {@code docs/benchmarks/<name>.json}, the benches' latest summaries. Between
 * {@code <!-- bench:<name> -->} and {@code <!-- end -->} the page is the benches'; around them it is people's.
 */
public final class BenchmarksPage {
    /** The benches, in the page's order. */
    public static final List<String> NAMES =
            List.of("omniglot", "train", "demo", "text", "index", "growth", "crash", "load", "fuzz");

    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    private BenchmarksPage() {}

    public static Path page(Path root) {
        return root.resolve("docs").resolve("benchmarks.md");
    }

    /** Where a bench's latest summary stands. */
    public static Path summary(Path root, String name) {
        return root.resolve("docs").resolve("benchmarks").resolve(name + ".json");
    }

    static void write(Path root, String name, JsonObject summary) {
        put(summary(root, name), GSON.toJson(summary) + "\n");
        put(page(root), filled(root));
        pictures(root).forEach(BenchmarksPage::put);
    }

    /** The pictures that are drawn of summaries, as they should be. */
    public static Map<Path, String> pictures(Path root) {
        try {
            return read(summary(root, "growth"))
                    .map(told -> GrowthPlot.of(root, told))
                    .orElse(Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(Path file, String text) {
        NewFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The page as it should be: the present one with every bench's part made anew. */
    public static String filled(Path root) {
        try {
            String text = Files.readString(page(root));
            for (String name : NAMES) {
                text = filled(text, name, read(summary(root, name)));
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<JsonObject> read(Path file) throws IOException {
        return Files.exists(file)
                ? Optional.of(JsonParser.parseString(Files.readString(file)).getAsJsonObject())
                : Optional.empty();
    }

    private static String filled(String text, String name, Optional<JsonObject> summary) {
        String open = "<!-- bench:" + name + " -->\n";
        String close = "<!-- end -->\n";
        int from = text.indexOf(open);
        int to = text.indexOf(close, Math.max(0, from));
        if (from < 0 || to < 0) {
            throw new IllegalStateException(
                    "docs/benchmarks.md has no part between " + open.strip() + " and " + close.strip());
        }
        String part = summary.map(BenchmarksPage::part).orElse("Not measured yet: run `bench/" + name + " --docs`.\n");
        return text.substring(0, from) + open + part + text.substring(to);
    }

    /** One bench's table. */
    static String part(JsonObject summary) {
        StringBuilder part = new StringBuilder("| what | measured | floor | goal |\n|---|---|---|---|\n");
        for (JsonElement element : summary.getAsJsonArray("numbers")) {
            JsonObject row = element.getAsJsonObject();
            part.append("| ")
                    .append(row.get("what").getAsString())
                    .append(" | ")
                    .append(measured(row))
                    .append(" | ")
                    .append(limit(row, "floor"))
                    .append(" | ")
                    .append(limit(row, "goal"))
                    .append(" |\n");
        }
        List<String> lacking = summary.getAsJsonArray("short").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
        part.append("\n`")
                .append(summary.get("command").getAsString())
                .append("` at `")
                .append(commit(summary.get("commit").getAsString()))
                .append("`, ")
                .append(summary.get("machine").getAsString())
                .append(". ")
                .append(
                        lacking.isEmpty()
                                ? "Every floor holds."
                                : "Short of their floor: " + String.join("; ", lacking) + ".")
                .append('\n');
        return part.toString();
    }

    private static String commit(String commit) {
        return commit.substring(0, Math.min(12, commit.length())) + (commit.endsWith("+") ? "+" : "");
    }

    private static String measured(JsonObject row) {
        if (row.get("measured").isJsonNull()) {
            return row.has("why") ? "not measured: " + cell(row.get("why").getAsString()) : "not measured";
        }
        String told = number(row, row.get("measured").getAsDouble());
        if (row.has("spread")) {
            JsonObject spread = row.getAsJsonObject("spread");
            told += String.format(
                    " (%s–%s, %d)",
                    plain(spread.get("low").getAsDouble()),
                    plain(spread.get("high").getAsDouble()),
                    spread.get("count").getAsInt());
        }
        if (row.has("pixels")) {
            told += String.format(
                    "; raw pixels %s, untrained %s",
                    plain(row.get("pixels").getAsDouble()),
                    plain(row.get("untrained").getAsDouble()));
        }
        if (row.has("beside")) {
            for (var other : row.getAsJsonObject("beside").entrySet()) {
                told += "; " + other.getKey() + " " + plain(other.getValue().getAsDouble());
            }
        }
        return told;
    }

    /** On one line, with no bar of its own. */
    private static String cell(String text) {
        return text.replaceAll("\\s+", " ").replace("|", "\\|");
    }

    private static String limit(JsonObject row, String name) {
        JsonElement limit = row.get(name);
        return limit.isJsonNull() ? "" : row.get("bound").getAsString() + " " + number(row, limit.getAsDouble());
    }

    private static String number(JsonObject row, double value) {
        String unit = row.get("unit").getAsString();
        return plain(value) + (unit.equals("%") ? "%" : unit.isEmpty() ? "" : " " + unit);
    }

    private static String plain(double value) {
        if (value != 0 && Math.abs(value) < 0.005) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        String digits = Math.abs(value) >= 100
                ? "%.0f"
                : Math.abs(value) >= 10 ? "%.1f" : Math.abs(value) >= 1 ? "%.2f" : "%.3f";
        String text = String.format(Locale.ROOT, digits, value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
