package dev.kindred.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import dev.kindred.core.Refusal;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value that holds rows: an array of objects, or of {@code [text, label]}; or an object of such arrays, whose
 * keys become the column {@code split} (Larson et al. 2019: {@code {"train": [["hi", "greeting"], …], "oos_test": …}}).
 * There the rows' ids are {@code <split>/<number from 0>}. Read row by row, never as a whole.
 */
final class JsonTable implements Table {
    private static final String FORMS =
            "its rows are objects or [text, label], in one array or in an object of such arrays";

    private final TextLines lines;
    private final Characters characters;
    private final JsonReader reader;
    private final JsonRows rows = new JsonRows();
    private boolean splits;
    private @Nullable String split;
    private long inSplit;
    private long number;
    private @Nullable Row ahead;

    private JsonTable(TextLines lines) {
        this.lines = lines;
        this.characters = new Characters(lines);
        this.reader = new JsonReader(characters);
        reader.setStrictness(Strictness.LEGACY_STRICT);
    }

    static JsonTable of(TextLines lines) {
        JsonTable table = new JsonTable(lines);
        table.begin();
        table.ahead = table.read();
        return table;
    }

    private void begin() {
        try {
            switch (reader.peek()) {
                case BEGIN_ARRAY -> reader.beginArray();
                case BEGIN_OBJECT -> {
                    reader.beginObject();
                    splits = true;
                }
                default -> throw malformed("holds no rows", null);
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    @Override
    public Path path() {
        return lines.path();
    }

    @Override
    public List<String> names() {
        return rows.names();
    }

    @Override
    public String place() {
        return "row";
    }

    @Override
    public @Nullable Row next() {
        Row row = ahead;
        if (row != null) {
            ahead = null;
            return row;
        }
        return read();
    }

    private @Nullable Row read() {
        characters.beginRow(number + 1);
        try {
            while (splits && (split == null || !reader.hasNext())) {
                if (split != null) {
                    reader.endArray();
                }
                if (!reader.hasNext()) {
                    reader.endObject();
                    return end();
                }
                split = reader.nextName();
                inSplit = 0;
                if (reader.peek() != JsonToken.BEGIN_ARRAY) {
                    throw malformed("holds no rows under '" + split + "'", null);
                }
                reader.beginArray();
            }
            if (!reader.hasNext()) {
                reader.endArray();
                return end();
            }
            number++;
            return row(JsonParser.parseReader(reader));
        } catch (JsonParseException | IOException e) {
            throw broken(e);
        }
    }

    private @Nullable Row end() throws IOException {
        if (reader.peek() != JsonToken.END_DOCUMENT) {
            throw malformed("holds something after its end", null);
        }
        splits = false;
        return null;
    }

    private Row row(JsonElement element) {
        JsonObject object = new JsonObject();
        if (element instanceof JsonArray pair) {
            if (pair.size() != 2
                    || !pair.get(0).isJsonPrimitive()
                    || !pair.get(1).isJsonPrimitive()) {
                return JsonRows.bad(number, "is not [text, label]");
            }
            object.add("text", pair.get(0));
            object.add("label", pair.get(1));
        } else if (element instanceof JsonObject members) {
            object = members;
        } else {
            return JsonRows.bad(number, "is neither an object nor [text, label]");
        }
        if (split != null) {
            if (!object.has("id")) {
                object.addProperty("id", split + "/" + inSplit);
            }
            if (!object.has("split")) {
                object.addProperty("split", split);
            }
        }
        inSplit++;
        return rows.row(number, object);
    }

    private Refusal broken(Exception e) {
        boolean cut = e instanceof EOFException || e.getCause() instanceof EOFException;
        boolean syntax = e instanceof MalformedJsonException || e instanceof JsonParseException;
        return malformed(cut ? "is cut short" : syntax ? "is no JSON" : "cannot be read (" + e.getMessage() + ")", e);
    }

    private Refusal malformed(String what, @Nullable Exception cause) {
        String where = number == 0 ? path().toString() : path() + " row " + number;
        return cause == null ? new Refusal(what, where, FORMS) : new Refusal(what, where, FORMS, cause);
    }

    @Override
    public void close() {
        lines.close();
    }

    /** The file's characters, wherever its lines end; those of one row are bounded before more of it is kept. */
    private static final class Characters extends Reader {
        private static final long MOST = 1L << 30;

        private final TextLines lines;
        private long count;
        private long row;
        private long before;

        Characters(TextLines lines) {
            this.lines = lines;
        }

        /** What the reader has taken in ahead, a kilobyte, counts for the row before. */
        void beginRow(long row) {
            this.row = row;
            before = count;
        }

        @Override
        public int read(char[] into, int from, int length) {
            int got = 0;
            while (got < length) {
                int c = lines.read();
                if (c < 0) {
                    break;
                }
                // A byte order mark is no part of the value.
                if (count++ > 0 || c != '\uFEFF') {
                    into[from + got++] = (char) c;
                }
            }
            if (count - before > TextLines.MAX_LINE) {
                throw new Refusal(
                        "is longer than %,d characters".formatted(TextLines.MAX_LINE),
                        lines.path() + " row " + row,
                        FORMS);
            }
            if (count > MOST) {
                throw new Refusal(
                        "is longer than %,d characters".formatted(MOST),
                        lines.path().toString(),
                        "write .jsonl");
            }
            return got == 0 && length > 0 ? -1 : got;
        }

        @Override
        public void close() {}
    }
}
