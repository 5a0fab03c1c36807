package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.ZipEntry;

/** Where a sample is: in a file of its own, or in memory since its table or matrix was read. */
sealed interface Origin {

    /** For messages. */
    String where();

    /** At most {@link Pictures#MAX_FILE_BYTES}; read anew each time. Of a text its UTF-8, of a vector its little-endian floats. */
    byte[] read();

    /** What it is. */
    default Kind kind() {
        return Kind.PICTURE;
    }

    /**
     * Decoded.
     *
     * @param bytes as {@link #read} gave them
     */
    default Content content(byte[] bytes) {
        return Pictures.decode(bytes, where());
    }

    record OfFile(Path path) implements Origin {
        @Override
        public String where() {
            return path.toString();
        }

        @Override
        public byte[] read() {
            try (InputStream in = Files.newInputStream(path)) {
                byte[] bytes = in.readNBytes(Pictures.MAX_FILE_BYTES + 1);
                if (bytes.length > Pictures.MAX_FILE_BYTES) {
                    throw tooLarge(where());
                }
                return bytes;
            } catch (ClosedByInterruptException e) {
                // The run is ending; the picture is not to blame.
                throw new IllegalStateException("interrupted while reading", e);
            } catch (IOException e) {
                throw new Refusal(
                        "cannot be read (" + reason(e) + ")", where(), "check the file and its permissions", e);
            }
        }
    }

    record OfArchive(Archive archive, ZipEntry entry) implements Origin {
        @Override
        public String where() {
            return archive.where(entry);
        }

        @Override
        public byte[] read() {
            return archive.read(entry);
        }
    }

    /** A cell of a table. */
    record OfText(Path table, long line, String text) implements Origin {
        @Override
        public String where() {
            return table + " line " + line;
        }

        @Override
        public byte[] read() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Kind kind() {
            return Kind.TEXT;
        }

        @Override
        public Content content(byte[] bytes) {
            return new Content.Text(text);
        }
    }

    static Refusal tooLarge(String where) {
        return new Refusal(
                "is larger than %,d bytes".formatted(Pictures.MAX_FILE_BYTES),
                where,
                "make the picture smaller or take it out");
    }

    static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no permission";
            case NoSuchFileException missing -> "it is not there";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
