package dev.kindred.core;

import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Embeddings as a table: {@code id,e0,e1,…}, one line a vector, quoted as RFC 4180 says, UTF-8. Numbers are the shortest that read back
 * as the same float32.
 */
public final class EmbeddingsCsv {
    private EmbeddingsCsv() {}

    /** @param ids one for each vector */
    public static void write(Path path, List<String> ids, Embeddings embeddings) {
        if (ids.size() != embeddings.count()) {
            throw new IllegalArgumentException(ids.size() + " ids for " + embeddings.count() + " vectors");
        }
        NewFile.write(path, out -> {
            Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
            int d = embeddings.dimension();
            text.write("id");
            for (int c = 0; c < d; c++) {
                text.write(",e" + c);
            }
            text.write('\n');
            for (int row = 0; row < embeddings.count(); row++) {
                text.write(quoted(ids.get(row)));
                for (int c = 0; c < d; c++) {
                    text.write(',');
                    text.write(Float.toString(embeddings.values()[row * d + c]));
                }
                text.write('\n');
            }
            text.flush();
        });
    }

    /** A field as RFC 4180 writes it: in quotes where it needs them. */
    public static String quoted(String field) {
        boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
