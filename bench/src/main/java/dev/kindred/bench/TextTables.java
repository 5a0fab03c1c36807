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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Tables that the bench makes of the sets. */
final class TextTables {
    private TextTables() {}

    /** A title and the rest of its abstract as a pair, a row a document of cranfield; its queries are never read. */
    static Path titles(Path cranfield, Path tables) {
        StringBuilder rows = new StringBuilder("anchor,positive\n");
        try {
            for (String line : lines(cranfield.resolve("corpus.jsonl.gz"))) {
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
            write(table, rows);
            return table;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Judged queries to teach on: each generated paraphrase of a FAQ's question asks for that FAQ as it will be searched. The users'
     * questions, which are the test, are never read.
     */
    static Path paraphrases(Path stackfaq, Path tables) {
        Path folder = tables.resolve("stackfaq-paraphrases");
        Map<String, String> byTitle = new HashMap<>();
        StringBuilder queries = new StringBuilder();
        StringBuilder judged = new StringBuilder("query-id\tcorpus-id\tscore\n");
        Path corpus = stackfaq.resolve("corpus.jsonl.gz");
        try {
            for (String line : lines(corpus)) {
                JsonObject faq = JsonParser.parseString(line).getAsJsonObject();
                byTitle.put(
                        faq.get("title").getAsString().strip(), faq.get("_id").getAsString());
            }
            int number = 0;
            for (String line : Files.readAllLines(stackfaq.resolve("StackFAQ-paraphrases.tsv"))) {
                String[] pair = line.split("\t");
                String faq = byTitle.get(pair[0].strip());
                if (faq == null) {
                    throw new IllegalStateException("no FAQ asks '" + pair[0] + "'");
                }
                JsonObject query = new JsonObject();
                query.addProperty("_id", "p" + number);
                query.addProperty("text", pair[1].strip());
                queries.append(query).append('\n');
                judged.append('p').append(number++).append('\t').append(faq).append("\t1\n");
            }
            Files.createDirectories(folder);
            byte[] documents = Files.readAllBytes(corpus);
            NewFile.write(folder.resolve("corpus.jsonl.gz"), out -> out.write(documents));
            write(folder.resolve("queries.jsonl"), queries);
            write(folder.resolve("qrels.tsv"), judged);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path zipped) throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(zipped)), StandardCharsets.UTF_8))) {
            return lines.readAllLines();
        }
    }

    private static void write(Path file, CharSequence content) {
        NewFile.write(file, out -> out.write(content.toString().getBytes(StandardCharsets.UTF_8)));
    }

    static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"").replace("\n", " ") + '"';
    }
}
