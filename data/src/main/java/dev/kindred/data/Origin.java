package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

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

    /** The sample where it is in memory already, null where {@link #read} gives a picture to be decoded. */
    default @Nullable Content held() {
        return null;
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

    /**
     * A cell of a table.
     *
     * @param place what {@code at} counts: {@code line} or {@code row}
     */
    record OfText(Path table, String place, long at, String text) implements Origin {
        OfText(Path table, long line, String text) {
            this(table, "line", line, text);
        }

        @Override
        public String where() {
            return table + " " + place + " " + at;
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
        public Content held() {
            return new Content.Text(text);
        }
    }

    /**
     * A row of a matrix or of a table.
     *
     * @param place what {@code at} counts: {@code line} or {@code row}
     * @param values holds the vector from {@code from} on; not to be changed
     */
    record OfVector(Path file, String place, long at, float[] values, int from, int dimension) implements Origin {
        @Override
        public String where() {
            return file + " " + place + " " + at;
        }

        @Override
        public byte[] read() {
            ByteBuffer bytes = ByteBuffer.allocate(4 * dimension).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values, from, dimension);
            return bytes.array();
        }

        @Override
        public Kind kind() {
            return Kind.VECTOR;
        }

        @Override
        public Content held() {
            return new Content.Vector(Arrays.copyOfRange(values, from, from + dimension));
        }
    }

    /**
     * A grey picture of a stack.
     *
     * @param levels of all of them, picture after picture
     */
    record OfStack(Path file, int index, int width, int height, byte[] levels) implements Origin {
        @Override
        public String where() {
            return file + " row " + index;
        }

        /** As PNG, so that it can be kept and shown like any other picture. */
        @Override
        public byte[] read() {
            return Pictures.png(held());
        }

        @Override
        public Content.Pixels held() {
            int size = width * height;
            return new Content.Pixels(width, height, 1, Arrays.copyOfRange(levels, index * size, index * size + size));
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
