package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.data.ReadOptions;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.CharacterPreparation;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.TextPreparation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** One thing given on the command line: a picture by its path, or a text as it is typed. */
final class Given {
    /** Beyond this no encoder reads a text to its end by far. */
    private static final long LONGEST_TEXT_BYTES = 16 << 20;

    private Given() {}

    /**
     * What is meant, of the kind that a bundle takes. For one that takes texts it is the text itself, or what stands in an existing file
     * that ends in {@code .txt}.
     *
     * @throws Refusal where a picture is missing, too large or none, or a text is empty
     */
    static Content of(String given, Bundle bundle) {
        return switch (bundle.preparation()) {
            case PicturePreparation pictures -> picture(given);
            case TextPreparation texts -> text(given);
            case CharacterPreparation texts -> text(given);
        };
    }

    private static Content picture(String given) {
        Path path;
        try {
            path = Path.of(given);
        } catch (InvalidPathException e) {
            throw new Refusal("is no path", given, "name a picture", e);
        }
        if (!Files.isRegularFile(path)) {
            throw new Refusal(
                    Files.exists(path) ? "is not a file" : "does not exist",
                    given,
                    "name a picture; this bundle takes no text");
        }
        Content content = Dataset.read(List.of(path), ReadOptions.defaults(), Progress.SILENT)
                .content(0);
        if (content instanceof Content.Pixels) {
            return content;
        }
        throw new Refusal("is no picture", given, "name a picture; this bundle takes no text");
    }

    private static Content text(String given) {
        String text = isTextFile(given) ? read(Path.of(given)) : given;
        if (text.isBlank()) {
            throw new Refusal("the text is empty", given.isBlank() ? "QUERY" : given, "give some words");
        }
        return new Content.Text(text);
    }

    private static boolean isTextFile(String given) {
        try {
            return given.toLowerCase(Locale.ROOT).endsWith(".txt") && Files.isRegularFile(Path.of(given));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > LONGEST_TEXT_BYTES) {
                throw new Refusal("is larger than 16 MiB", file.toString(), "give a shorter text");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString()
                    .strip();
        } catch (CharacterCodingException e) {
            throw new Refusal("is not UTF-8", file.toString(), "save it as UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
