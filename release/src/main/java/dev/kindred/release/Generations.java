package dev.kindred.release;

import com.google.gson.JsonObject;
import dev.kindred.core.Hashes;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Fields;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The generations of one collection under {@code home/collections/<name>}: index folders, and a file that says which is live. */
public final class Generations {
    /** Where a home keeps its collections. */
    public static final String COLLECTIONS = "collections";

    private static final int FORMAT = 1;
    private static final String AGAIN = "run 'kindred demo' to make the collection again";

    private final Path folder;

    /** @param collection a name that {@link Collections#requireName} takes */
    public Generations(Path home, String collection) {
        this.folder = home.resolve(COLLECTIONS).resolve(collection);
    }

    /** The collection's folder. */
    Path folder() {
        return folder;
    }

    /** The live generation's folder; empty where the collection has none yet. */
    public Optional<Path> live() {
        Path file = liveFile();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Fields json = Fields.parse(bytes(file), file.toString(), AGAIN);
        long format = json.whole("format", 1, Integer.MAX_VALUE);
        if (format > FORMAT) {
            throw new Refusal(
                    "is of format " + format + ", newer than this Kindred", file.toString(), "use a newer Kindred");
        }
        String name = json.text("generation");
        if (!name.matches("[0-9a-z][0-9a-z.-]{0,100}")) {
            throw new Refusal("names no generation", file.toString(), AGAIN);
        }
        Path live = folder.resolve(name);
        if (!Files.isDirectory(live)) {
            throw new Refusal("names the generation " + name + ", which is not there", file.toString(), AGAIN);
        }
        return Optional.of(live);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e.getMessage() + ")", file.toString(), AGAIN, e);
        }
    }

    /** Where a new generation is to be built: named after its space and the moment, so that it stands in nobody's way. */
    public Path next(String space) {
        // The id of vectors made elsewhere is no file's name.
        String hash = space.matches("[0-9a-f]{12,}") ? space : Hashes.sha256Hex(space);
        return folder.resolve(hash.substring(0, 12) + "-" + Long.toString(System.currentTimeMillis(), 36));
    }

    /** Makes a generation live and takes the others away. */
    public void promote(Path generation) throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("generation", String.valueOf(generation.getFileName()));
        NewFile.write(liveFile(), out -> out.write((json + "\n").getBytes(StandardCharsets.UTF_8)));
        try (Stream<Path> inside = Files.list(folder)) {
            for (Path other : inside.filter(Files::isDirectory)
                    .filter(path -> !path.equals(generation))
                    .toList()) {
                delete(other);
            }
        }
    }

    /** Takes a whole folder away. */
    public static void delete(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        }
    }

    private Path liveFile() {
        return folder.resolve("live.json");
    }
}
