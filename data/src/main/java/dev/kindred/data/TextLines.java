package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a UTF-8 file, .gz or not, counted from 1; a line is bounded before it is kept. */
final class TextLines implements AutoCloseable {
    /** Characters of a line, and of a row of a form that has no lines. */
    static final int MAX_LINE = 1 << 24;

    private final Path path;
    private final BufferedReader reader;
    private long number;
    private int pushedBack = -2;

    private TextLines(Path path, BufferedReader reader) {
        this.path = path;
        this.reader = reader;
    }

    static TextLines open(Path path) {
        try {
            InputStream in = Files.newInputStream(path);
            if (path.toString().toLowerCase(Locale.ROOT).endsWith(".gz")) {
                in = new GZIPInputStream(in, 1 << 16);
            }
            return new TextLines(
                    path,
                    new BufferedReader(
                            new InputStreamReader(
                                    in,
                                    StandardCharsets.UTF_8
                                            .newDecoder()
                                            .onMalformedInput(CodingErrorAction.REPORT)
                                            .onUnmappableCharacter(CodingErrorAction.REPORT)),
                            1 << 16));
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be read (" + Origin.reason(e) + ")",
                    path.toString(),
                    "check the file and its permissions",
                    e);
        }
    }

    /** The name in lower case, without a last {@code .gz}. */
    static String withoutGz(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    }

    Path path() {
        return path;
    }

    /** The number of the line given last, from 1. */
    long number() {
        return number;
    }

    /** The next line without its end, or null after the last. */
    @Nullable
    String next() {
        StringBuilder line = new StringBuilder();
        int c = read();
        if (c < 0) {
            return null;
        }
        number++;
        while (c >= 0 && c != '\n' && c != '\r') {
            if (line.length() == MAX_LINE) {
                throw new Refusal(
                        "is longer than %,d characters".formatted(MAX_LINE),
                        path + " line " + number,
                        "is this a table?");
            }
            line.append((char) c);
            c = read();
        }
        if (c == '\r') {
            int after = read();
            if (after != '\n') {
                pushedBack = after;
            }
        }
        // A byte order mark is no part of the first name.
        return number == 1 && !line.isEmpty() && line.charAt(0) == '\uFEFF' ? line.substring(1) : line.toString();
    }

    /** The next character as it stands there, or −1. */
    int read() {
        if (pushedBack != -2) {
            int c = pushedBack;
            pushedBack = -2;
            return c;
        }
        try {
            return reader.read();
        } catch (CharacterCodingException e) {
            throw new Refusal("is not UTF-8 after line " + number, path.toString(), "save it as UTF-8", e);
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be read after line " + number + " (" + Origin.reason(e) + ")",
                    path.toString(),
                    "check the file",
                    e);
        }
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new Refusal("cannot be closed (" + Origin.reason(e) + ")", path.toString(), "", e);
        }
    }
}
