package dev.kindred.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.core.NewFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Tables that the bench makes of the sets. */
final class TextTables {
    private TextTables() {}

    /** A title and the rest of its abstract as a pair, a row a document of cranfield; its queries are never read. */
    static Path titles(Path cranfield, Path tables) {
        StringBuilder rows = new StringBuilder("anchor,positive\n");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(cranfield.resolve("corpus.jsonl.gz"))),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonObject document = JsonParser.parseString(line).getAsJsonObject();
                String title = document.get("title").getAsString().strip();
                String text = document.get("text").getAsString().strip();
                // Most abstracts begin with their title, which would teach nothing.
                String rest =
                        text.startsWith(title) ? text.substring(title.length()).strip() : text;
                if (!title.isEmpty() && !rest.isEmpty()) {
                    rows.append(quoted(title)).append(',').append(quoted(rest)).append('\n');
                }
            }
            Path table = tables.resolve("cranfield-titles.csv");
            Files.createDirectories(tables);
            NewFile.write(table, out -> out.write(rows.toString().getBytes(StandardCharsets.UTF_8)));
            return table;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"").replace("\n", " ") + '"';
    }
}
