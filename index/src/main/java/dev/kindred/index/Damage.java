package dev.kindred.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.index.CorruptIndexException;
import org.jspecify.annotations.Nullable;

/** A file is not what it was when it was written. */
final class Damage extends IOException {
    private static final long serialVersionUID = 1;

    /** In what Lucene says of where it read. */
    private static final Pattern FILE = Pattern.compile("path=\"(?:[^\"]*[/\\\\])?([^\"/\\\\]+)\"");

    Damage(String what) {
        super(what);
    }

    /** What went wrong, for a person: the file first, where it is known. */
    static String told(@Nullable Throwable e) {
        return switch (e) {
            case null -> "it is closed";
            case CorruptIndexException corrupt -> {
                Matcher file = FILE.matcher(String.valueOf(corrupt.getResourceDescription()));
                String what = String.valueOf(corrupt.getOriginalMessage()).replace(" (hardware problem?)", "");
                yield (file.find() ? file.group(1) : corrupt.getResourceDescription()) + " is damaged: " + what;
            }
            case UncheckedIOException unchecked -> told(unchecked.getCause());
            case NoSuchFileException gone -> gone.getMessage() + " is gone";
            case Throwable other -> other.getMessage() == null ? other.toString() : other.getMessage();
        };
    }
}
