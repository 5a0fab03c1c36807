package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Finds pictures by their path relative to DATA, going into zips: {@code all_runs.zip/run01/test/item01.png}. Paths
 * that lead outside are refused. Zips are opened once and kept. Safe for many threads.
 */
public final class Located {
    private final List<Path> roots;
    private final boolean anywhere;
    private final Map<Path, Archive> archives = new ConcurrentHashMap<>();

    private Located(List<Path> roots, boolean anywhere) {
        this.roots = List.copyOf(roots);
        this.anywhere = anywhere;
    }

    /** @param root a folder, or a zip that the paths go into */
    public static Located open(Path root) {
        return open(List.of(root));
    }

    /** Several roots: a path is looked for in each in turn, and may begin with a root's own name. */
    public static Located open(List<Path> roots) {
        for (Path root : roots) {
            if (!Files.exists(root)) {
                throw new Refusal("does not exist", root.toString(), "check the path");
            }
        }
        return new Located(roots, false);
    }

    /** For tables, whose owner wrote the paths: absolute ones and {@code ../} are followed. */
    static Located anywhereFrom(Path folder) {
        return new Located(List.of(folder), true);
    }

    public byte[] bytes(String path) {
        return resolve(path).read();
    }

    public Content content(String path) {
        return Pictures.decode(bytes(path), path);
    }

    /** The named pictures as a data set without labels, ids as given, in that order. */
    public Dataset dataset(Collection<String> paths) {
        List<Item> items = new ArrayList<>(paths.size());
        for (String path : paths) {
            items.add(new Item(new Entry(path, null, Map.of()), resolve(path)));
        }
        return new Dataset(items, List.of(), List.of());
    }

    Origin resolve(String path) {
        String clean = path.replace('\\', '/');
        if (!anywhere && leadsOutside(clean)) {
            throw new Refusal("leads outside of DATA", path, "name it relative to DATA");
        }
        for (Path root : roots) {
            Origin origin = within(root, clean);
            String own = Dataset.nameOf(root) + "/";
            if (origin == null && clean.startsWith(own)) {
                origin = within(root, clean.substring(own.length()));
            }
            if (origin != null) {
                return origin;
            }
        }
        throw new Refusal("is not there", path, "paths are relative to " + roots.getFirst());
    }

    private @Nullable Origin within(Path root, String path) {
        try {
            if (Files.isRegularFile(root) && Archive.named(root)) {
                return inArchive(root, path);
            }
            Path file = root.resolve(path);
            if (Files.isRegularFile(file)) {
                boolean inside = anywhere || file.toRealPath().startsWith(root.toRealPath());
                return inside ? new Origin.OfFile(file) : null;
            }
            for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
                Path zip = root.resolve(path.substring(0, slash));
                if (Archive.named(zip) && Files.isRegularFile(zip)) {
                    return inArchive(zip, path.substring(slash + 1));
                }
            }
            return null;
        } catch (InvalidPathException | IOException e) {
            return null;
        }
    }

    private @Nullable Origin inArchive(Path zip, String name) {
        Archive archive = archives.computeIfAbsent(zip, Archive::open);
        ZipEntry entry = archive.entry(name);
        return entry == null ? null : new Origin.OfArchive(archive, entry);
    }

    private static boolean leadsOutside(String path) {
        return path.startsWith("/") || List.of(path.split("/", -1)).contains("..");
    }
}
