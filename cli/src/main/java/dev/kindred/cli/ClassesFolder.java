package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.encode.Fields;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The threshold below which the nearest class is no answer, kept beside the index whose classes it is for. */
final class ClassesFolder {
    private static final String FILE = "classes.json";
    private static final int FORMAT = 1;
    private static final String AGAIN = "choose the threshold again with kindred classes calibrate";
    private static final int MAX_BYTES = 1 << 16;

    private final Path file;

    ClassesFolder(Path index) {
        this.file = index.resolve(FILE);
    }

    /**
     * When an answer is unknown.
     *
     * @param space whose scores it is of
     * @param threshold the nearest class is the answer where its score is at least this
     * @param loss the share of known queries it was chosen to lose, in [0, 1)
     * @param known validation queries it was chosen on
     */
    record Limit(String space, double threshold, double loss, long known) {}

    void write(Limit limit) {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("space", limit.space());
        json.addProperty("threshold", limit.threshold());
        json.addProperty("loss", limit.loss());
        json.addProperty("known", limit.known());
        NewFile.write(file, out -> out.write((json + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Empty where none was chosen.
     *
     * @throws Refusal where the file is damaged, of a newer format, or of another space than the index
     */
    Optional<Limit> limit(Space space) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Fields json = Fields.parse(bytes(), file.toString(), AGAIN);
        long format = json.whole("format", 1, Integer.MAX_VALUE);
        if (format > FORMAT) {
            throw new Refusal(
                    "is of format " + format + ", this Kindred reads up to " + FORMAT,
                    file.toString(),
                    "open it with a newer Kindred");
        }
        if (!json.text("space").equals(space.id())) {
            throw new Refusal("was chosen in another space than the index is of", file.toString(), AGAIN);
        }
        return Optional.of(new Limit(
                space.id(), json.number("threshold"), json.number("loss"), json.whole("known", 1, Integer.MAX_VALUE)));
    }

    private byte[] bytes() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new Refusal("is too large", file.toString(), AGAIN);
            }
            return bytes;
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e.getMessage() + ")", file.toString(), "check who may read it", e);
        }
    }
}
