package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of separated fields. Quoting as in RFC 4180: a field in double quotes may hold separators, line ends and
 * doubled quotes.
 */
final class Delimited {
    private static final int MAX_FIELDS = 10_000;
    /** Characters of a row that goes on over several lines. */
    private static final int MAX_ROW = 1 << 22;

    private final TextLines lines;
    private final char separator;
    private final boolean quoting;

    Delimited(TextLines lines, char separator, boolean quoting) {
        this.lines = lines;
        this.separator = separator;
        this.quoting = quoting;
    }

    /**
     * @param line where the row begins, from 1
     * @param fault what is wrong with it, or null
     */
    record Row(long line, List<String> fields, @Nullable String fault) {}

    /** The next row that is not blank, or null after the last. */
    @Nullable
    Row next() {
        String text = lines.next();
        while (text != null && text.isBlank()) {
            text = lines.next();
        }
        return text == null ? null : parse(text, lines.number());
    }

    private Row parse(String first, long line) {
        List<String> fields = new ArrayList<>();
        String fault = null;
        String text = first;
        long length = first.length();
        int at = 0;
        while (true) {
            if (fields.size() == MAX_FIELDS) {
                throw new Refusal(
                        "has more than " + MAX_FIELDS + " columns", lines.path() + " line " + line, "is this a table?");
            }
            if (quoting && at < text.length() && text.charAt(at) == '"') {
                StringBuilder field = new StringBuilder();
                at++;
                while (true) {
                    int quote = text.indexOf('"', at);
                    if (quote < 0) {
                        field.append(text, at, text.length()).append('\n');
                        String more = lines.next();
                        length += more == null ? 0 : more.length();
                        if (length > MAX_ROW) {
                            throw new Refusal(
                                    "goes on over more than %,d characters".formatted(MAX_ROW),
                                    lines.path() + " line " + line + ", column " + (fields.size() + 1),
                                    "close its quotes, or double the quotes inside fields");
                        }
                        if (more == null) {
                            throw new Refusal(
                                    "opens a quote that is never closed",
                                    lines.path() + " line " + line + ", column " + (fields.size() + 1),
                                    "close it, or double the quotes inside fields");
                        }
                        text = more;
                        at = 0;
                    } else if (quote + 1 < text.length() && text.charAt(quote + 1) == '"') {
                        field.append(text, at, quote + 1);
                        at = quote + 2;
                    } else {
                        field.append(text, at, quote);
                        at = quote + 1;
                        break;
                    }
                }
                if (at < text.length() && text.charAt(at) != separator) {
                    fault = "has text after the closing quote of column " + (fields.size() + 1);
                    int next = text.indexOf(separator, at);
                    at = next < 0 ? text.length() : next;
                }
                fields.add(field.toString());
            } else {
                int next = text.indexOf(separator, at);
                int end = next < 0 ? text.length() : next;
                fields.add(text.substring(at, end));
                at = end;
            }
            if (at >= text.length()) {
                return new Row(line, fields, fault);
            }
            at++;
            if (at == text.length()) {
                fields.add("");
                return new Row(line, fields, fault);
            }
        }
    }
}
