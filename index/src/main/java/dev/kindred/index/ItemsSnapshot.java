package dev.kindred.index;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The items of one moment in a folder of their own, not to be changed: {@code items.db}, files that belong to it, and
 * {@code snapshot.json} with the SHA-256 of each, which is written last, so that what was cut off is no snapshot.
 *
 * @param space the space's id
 * @param count items
 * @param sequence the number of the last write that is in
 * @param files SHA-256 in hex by name
 */
public record ItemsSnapshot(String space, long count, long sequence, Map<String, String> files) {
    /** The file that makes a folder a snapshot. */
    public static final String FILE = "snapshot.json";

    private static final int FORMAT = 1;
    private static final int MAX_BYTES = 1 << 16;
    private static final String AGAIN = "restore another snapshot, or take it again";

    public ItemsSnapshot {
        files = Map.copyOf(files);
    }

    /**
     * Takes one, or none: nothing is left of one that fails, or that was given up by interrupting the thread.
     *
     * @param beside other files to keep with the items, by their own names
     */
    static ItemsSnapshot take(Truth truth, List<Path> beside, Path to) throws IOException {
        Files.createDirectory(to);
        boolean whole = false;
        try {
            Truth.Copied copied = truth.copyTo(to.resolve(Truth.FILE));
            Map<String, String> files = new TreeMap<>();
            files.put(Truth.FILE, sum(to.resolve(Truth.FILE)));
            for (Path each : beside) {
                String name = String.valueOf(each.getFileName());
                files.put(name, sum(Files.copy(each, to.resolve(name))));
            }
            ItemsSnapshot snapshot = new ItemsSnapshot(truth.space().id(), copied.count(), copied.sequence(), files);
            Files.writeString(to.resolve(FILE), snapshot.json() + "\n");
            force(to);
            whole = true;
            return snapshot;
        } finally {
            if (!whole) {
                LuceneView.clear(to);
                Files.deleteIfExists(to);
            }
        }
    }

    /** Whether a folder is one, whole or damaged. */
    static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE), LinkOption.NOFOLLOW_LINKS);
    }

    /** @throws Refusal where a folder is a snapshot: nothing is written in it, so that it stays what was kept */
    static void requireNone(Path folder) {
        if (isIn(folder)) {
            throw new Refusal(
                    "is a snapshot, which stays as it is",
                    folder.toString(),
                    "make an index of it: kindred index restore " + folder
                            + " --out DIR; or, where it was written to since it was taken, delete its " + FILE);
        }
    }

    /** What is wrong with the snapshot of a folder: each file against its sum, each item against its own. Nothing is changed. */
    static List<Finding> check(Path folder) throws IOException {
        ItemsSnapshot kept;
        try {
            kept = read(folder);
        } catch (Refusal e) {
            return List.of(new Finding(e.where(), e.what(), e.hint()));
        }
        List<Finding> findings = new ArrayList<>();
        for (String name : new TreeMap<>(kept.files).keySet()) {
            kept.differs(folder, name).ifPresent(findings::add);
        }
        if (findings.isEmpty()) {
            kept.looked(folder, findings);
        }
        return List.copyOf(findings);
    }

    /** What the items say, as they were kept. */
    private void looked(Path folder, List<Finding> findings) {
        Path items = folder.resolve(Truth.FILE);
        try (Connection connection = TruthFile.looking(items)) {
            Space of = TruthFile.space(connection, items);
            findings.addAll(TruthFile.check(connection, of, items));
            ItemsSnapshot there = new ItemsSnapshot(
                    of.id(),
                    TruthFile.number(connection, "SELECT count(*) FROM item"),
                    TruthFile.number(connection, "SELECT sequence FROM generation"),
                    files);
            if (!equals(there)) {
                findings.add(new Finding(
                        folder.resolve(FILE).toString(),
                        "says %,d items up to number %d in space %s, and the items are %,d up to %d in %s"
                                .formatted(count, sequence, space, there.count, there.sequence, there.space),
                        AGAIN));
            }
        } catch (SQLException e) {
            findings.add(new Finding(items.toString(), "cannot be read: " + e.getMessage(), AGAIN));
        } catch (Refusal e) {
            findings.add(new Finding(e.where(), e.what(), AGAIN));
        }
    }

    private Optional<Finding> differs(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(new Finding(file.toString(), "is not there", AGAIN));
        }
        return sum(file).equals(files.get(name))
                ? Optional.empty()
                : Optional.of(new Finding(file.toString(), "is damaged: it is not what was kept", AGAIN));
    }

    /** What a folder says it holds. */
    public static ItemsSnapshot read(Path folder) {
        Path file = folder.resolve(FILE);
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MAX_BYTES);
            JsonObject json = JsonParser.parseString(new String(bytes, java.nio.charset.StandardCharsets.UTF_8))
                    .getAsJsonObject();
            int format = json.get("format").getAsInt();
            if (format < 1) {
                throw new Refusal("cannot be read as a snapshot", file.toString(), AGAIN);
            }
            if (format > FORMAT) {
                throw new Refusal("is of a newer format", file.toString(), "restore it with a newer Kindred");
            }
            Map<String, String> files = new TreeMap<>();
            json.getAsJsonObject("files").asMap().forEach((name, sum) -> files.put(name, sum.getAsString()));
            ItemsSnapshot snapshot = new ItemsSnapshot(
                    json.get("space").getAsString(),
                    json.get("count").getAsLong(),
                    json.get("sequence").getAsLong(),
                    files);
            if (!files.containsKey(Truth.FILE) || !files.keySet().stream().allMatch(ItemsSnapshot::isPlain)) {
                throw new Refusal("names files that no snapshot has", file.toString(), AGAIN);
            }
            return snapshot;
        } catch (NoSuchFileException e) {
            throw new Refusal("is no snapshot", folder.toString(), "name a folder with a " + FILE, e);
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e.getMessage() + ")", file.toString(), "check who may read it", e);
        } catch (JsonParseException
                | IllegalStateException
                | IllegalArgumentException
                | UnsupportedOperationException
                | ClassCastException
                | NullPointerException e) {
            throw new Refusal("cannot be read as a snapshot", file.toString(), AGAIN, e);
        }
    }

    private static boolean isPlain(String name) {
        return name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,100}") && !name.equals(FILE);
    }

    /** Copies its files, each against its sum, into a folder that has none of them. */
    void restore(Path from, Path to) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path source = from.resolve(file.getKey());
            if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
                throw new Refusal("is not there", source.toString(), AGAIN);
            }
            Path copy = Files.copy(source, to.resolve(file.getKey()));
            if (!sum(copy).equals(file.getValue())) {
                throw new Refusal("is damaged: it is not what was kept", source.toString(), AGAIN);
            }
        }
        Truth.adopt(to.resolve(Truth.FILE));
        force(to);
    }

    private JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("space", space);
        json.addProperty("count", count);
        json.addProperty("sequence", sequence);
        JsonObject sums = new JsonObject();
        new TreeMap<>(files).forEach(sums::addProperty);
        json.add("files", sums);
        return json;
    }

    private static String sum(Path file) throws IOException {
        MessageDigest digest = Hashes.sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("given up before its end");
                }
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Makes the files of a folder, and that they are there, outlive a loss of power. */
    static void force(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                        channel.force(true);
                    }
                }
            }
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
