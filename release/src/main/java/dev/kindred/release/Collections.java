package dev.kindred.release;

import dev.kindred.core.HeldFolder;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The collections of a home: each a folder under {@code collections/} with its generations, and its settings in the registry. What
 * stands on disk without a row in the registry has the usual settings; a row without a folder is none.
 */
public final class Collections {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final String DROPPED = ".dropped-";
    private static final String MAKING = ".making-";

    /** @param generation the folder that is live */
    public record Stored(String name, Path generation, CollectionSettings settings) {}

    /** Makes an index in a folder that is empty. */
    @FunctionalInterface
    public interface Filling {
        void into(Path folder) throws IOException;
    }

    private final Path home;
    private final Registry registry;
    private final ReentrantLock changing = new ReentrantLock();

    public Collections(Path home, Registry registry) {
        this.home = home;
        this.registry = registry;
        sweep();
    }

    /**
     * A name that a collection may have: 1 to 64 ASCII letters, digits and {@code - _ .}, the first a letter or a digit. So none is a
     * path, is hidden, or looks like another's in another script.
     */
    public static String requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new Refusal(
                    "no collection may be named so",
                    "collection",
                    "use 1 to 64 letters a to z, digits, and - _ . after the first");
        }
        return name;
    }

    public Bundles bundles() {
        return new Bundles(home);
    }

    /**
     * One that is there.
     *
     * @throws Refusal where what says which generation is live cannot be read
     */
    public Optional<Stored> find(String name) {
        return new Generations(home, requireName(name))
                .live()
                .map(live -> new Stored(name, live, settled().getOrDefault(name, CollectionSettings.usual())));
    }

    /** Those that there may be, in order; {@link #find} says of each whether it is. */
    public List<String> names() {
        Path folder = home.resolve(Generations.COLLECTIONS);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> inside =
                Files.newDirectoryStream(folder, each -> Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))) {
            for (Path each : inside) {
                String name = String.valueOf(each.getFileName());
                if (NAME.matcher(name).matches()) {
                    names.add(name);
                }
            }
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e.getMessage() + ")", folder.toString(), "check who may read it", e);
        }
        names.sort(null);
        return names;
    }

    private Map<String, CollectionSettings> settled() {
        return registry.read(connection -> {
            Map<String, CollectionSettings> settled = new TreeMap<>();
            try (PreparedStatement select = connection.prepareStatement("SELECT name, settings FROM collection");
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    String name = rows.getString(1);
                    settled.put(name, CollectionSettings.ofText(rows.getString(2), "collection " + name));
                }
            }
            return settled;
        });
    }

    /**
     * Makes a new one. Its settings are durable before its folder is there, and the folder is whole before it is there.
     *
     * @param space the id of the space that its vectors are of
     * @throws Refusal where there is one of the name, or of one that differs in case alone
     */
    public Stored create(String name, String space, CollectionSettings settings, Filling filling) throws IOException {
        requireName(name);
        changing.lock();
        try {
            requireNew(name);
            Generations generations = new Generations(home, name);
            put(name, settings);
            keepToOwner();
            boolean made = false;
            try {
                Path live = generations.next(space);
                fill(generations.folder(), live, filling);
                generations.promote(live);
                made = true;
                return new Stored(name, live, settings);
            } finally {
                if (!made) {
                    unsettle(name);
                    if (Files.isDirectory(generations.folder())) {
                        Generations.delete(generations.folder());
                    }
                }
            }
        } finally {
            changing.unlock();
        }
    }

    /** As the registry's file is kept: items are what it is about. A folder that is there already is left as somebody set it. */
    private void keepToOwner() throws IOException {
        Path folder = home.resolve(Generations.COLLECTIONS);
        if (!Files.exists(folder)
                && home.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                // Another process was quicker, and did the same.
            }
        }
    }

    private void requireNew(String name) {
        for (String other : names()) {
            boolean stands = Files.exists(new Generations(home, other).folder().resolve("live.json"));
            if (stands && other.equals(name)) {
                throw new Refusal("is there already", name, "choose another name, or drop it first");
            }
            if (!other.equals(name) && other.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                throw new Refusal("differs from " + other + " in case alone", name, "choose another name");
            }
        }
    }

    private static void fill(Path folder, Path live, Filling filling) throws IOException {
        try (HeldFolder held = HeldFolder.make(folder, MAKING)) {
            Path inside = Files.createDirectory(held.path().resolve("index"));
            filling.into(inside);
            Files.move(inside, live, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Changes settings; durable when it returns. */
    public CollectionSettings change(String name, UnaryOperator<CollectionSettings> change) {
        changing.lock();
        try {
            CollectionSettings now =
                    change.apply(settled().getOrDefault(requireName(name), CollectionSettings.usual()));
            put(name, now);
            return now;
        } finally {
            changing.unlock();
        }
    }

    /** Puts its folder aside, which ends it, and deletes it and its feedback then. Nobody may have it open. */
    public void drop(String name) throws IOException {
        changing.lock();
        try {
            Path folder = new Generations(home, requireName(name)).folder();
            Path aside = folder.resolveSibling(DROPPED + name + "-" + Long.toString(System.nanoTime(), 36));
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
            }
            try {
                forget(name);
            } catch (Refusal full) {
                // What it took of the disk makes room to forget it.
                deleteAside(aside);
                forget(name);
            }
            deleteAside(aside);
        } finally {
            changing.unlock();
        }
    }

    private void put(String name, CollectionSettings settings) {
        registry.write(connection -> {
            try (PreparedStatement put = connection.prepareStatement("INSERT INTO collection VALUES (?, ?, ?)"
                    + " ON CONFLICT (name) DO UPDATE SET settings = excluded.settings")) {
                put.setString(1, name);
                put.setString(2, settings.text());
                put.setLong(3, System.currentTimeMillis());
                return put.executeUpdate();
            }
        });
    }

    private static void deleteAside(Path aside) throws IOException {
        if (Files.isDirectory(aside)) {
            Generations.delete(aside);
        }
    }

    /** What people said of its answers goes with it: another of the name is not judged by that. */
    private void forget(String name) {
        unsettle(name);
        new Answered(registry).drop(name);
        new Feedback(registry).drop(name);
    }

    private void unsettle(String name) {
        registry.write(connection -> {
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM collection WHERE name = ?")) {
                delete.setString(1, name);
                return delete.executeUpdate();
            }
        });
    }

    /** What was dropped and is not deleted yet, since the process ended in the middle. */
    private void sweep() {
        Path folder = home.resolve(Generations.COLLECTIONS);
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, DROPPED + "*")) {
            for (Path each : left) {
                String dropped = String.valueOf(each.getFileName()).substring(DROPPED.length());
                String name = dropped.substring(0, Math.max(0, dropped.lastIndexOf('-')));
                if (!name.isEmpty() && !Files.exists(folder.resolve(name))) {
                    forget(name);
                }
                Generations.delete(each);
            }
        } catch (IOException | Refusal e) {
            // It takes room, no more; the next one tries again.
        }
    }
}
