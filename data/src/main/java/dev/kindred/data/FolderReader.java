package dev.kindred.data;

import dev.kindred.core.Refusal;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Folders of class folders, and zips that lie in them, in the order of their names. A link to a picture is followed
 * while it stays inside DATA; links to folders are not (what is inside is found at its own place, so there are no
 * loops), nor links that lead outside.
 */
final class FolderReader {
    private static final int MAX_DEPTH = 100;
    private static final Set<String> UNREAD_PICTURES =
            Set.of("webp", "tif", "tiff", "heic", "heif", "avif", "svg", "psd", "ico", "jp2", "jxl", "tga", "pcx");

    private final Gathering gathering;
    private final String prefix;
    private final Path root;
    private final Sidecar sidecar;

    private FolderReader(Gathering gathering, String prefix, Path root) {
        this.gathering = gathering;
        this.prefix = prefix;
        this.root = root;
        this.sidecar = Sidecar.in(root, gathering);
    }

    /** @param prefix what every id begins with, ending in a slash, or empty */
    static void readFolder(Path folder, String prefix, Gathering gathering) {
        Path root;
        try {
            root = folder.toRealPath();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
        FolderReader reader = new FolderReader(gathering, prefix, root);
        reader.walk(folder, "", 0);
        for (int i = reader.sidecar.unused(); i > 0; i--) {
            gathering.leftOut("rows of the attributes' table name no picture");
        }
    }

    /** A zip that is DATA by itself: the label is the whole path inside. */
    static void readZip(Path zip, String prefix, Gathering gathering) {
        Archive archive = Archive.open(zip);
        for (ZipEntry entry : archive.pictures()) {
            String name = Archive.name(entry);
            gathering.add(prefix + name, emptyToNull(parent(name)), Map.of(), new Origin.OfArchive(archive, entry));
        }
    }

    /** A zip in a folder: the label is the path inside after that of the folder. */
    private void zip(Path zip, String id, String folder) {
        Archive archive = Archive.open(zip);
        for (ZipEntry entry : archive.pictures()) {
            String name = Archive.name(entry);
            String inner = parent(name);
            String label = folder.isEmpty() || inner.isEmpty() ? folder + inner : folder + "/" + inner;
            add(id + "/" + name, label, new Origin.OfArchive(archive, entry));
        }
    }

    private void walk(Path folder, String relative, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Refusal("is nested more than " + MAX_DEPTH + " folders deep", folder.toString(), "flatten it");
        }
        for (Path child : children(folder)) {
            String name = String.valueOf(child.getFileName());
            if (Hidden.is(name)) {
                continue;
            }
            String id = relative.isEmpty() ? name : relative + "/" + name;
            BasicFileAttributes attributes = attributes(child);
            if (attributes != null && attributes.isSymbolicLink()) {
                attributes = throughLink(child);
            }
            if (attributes == null) {
                continue;
            }
            if (attributes.isDirectory()) {
                walk(child, id, depth + 1);
            } else if (attributes.isRegularFile()) {
                file(child, id, relative);
            } else if (Pictures.named(name)) {
                gathering.leftOut("left out: neither file nor folder");
            }
        }
    }

    private void file(Path file, String id, String relative) {
        if (Pictures.named(id)) {
            add(id, relative, new Origin.OfFile(file));
        } else if (Archive.named(file)) {
            zip(file, id, relative);
        } else {
            String extension = id.substring(id.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
            if (UNREAD_PICTURES.contains(extension)) {
                gathering.leftOut("." + extension + " files left out: that format is not read");
            }
        }
    }

    private void add(String id, String folder, Origin origin) {
        Map<String, String> attributes = sidecar.of(id);
        String label = attributes.get("label");
        if (label != null) {
            attributes = new LinkedHashMap<>(attributes);
            attributes.remove("label");
        }
        gathering.add(prefix + id, label == null ? emptyToNull(folder) : label, attributes, origin);
    }

    private @Nullable BasicFileAttributes throughLink(Path link) {
        try {
            Path target = link.toRealPath();
            if (!target.startsWith(root)) {
                gathering.leftOut("links left out: they lead outside " + root.getFileName());
                return null;
            }
            BasicFileAttributes attributes = Files.readAttributes(target, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                gathering.leftOut("links to folders left out: what they lead to is read at its own place");
                return null;
            }
            return attributes;
        } catch (IOException e) {
            gathering.leftOut("links left out: they lead nowhere");
            return null;
        }
    }

    private static @Nullable BasicFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static List<Path> children(Path folder) {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(children::add);
        } catch (IOException e) {
            throw unreadable(folder, e);
        } catch (DirectoryIteratorException e) {
            throw unreadable(folder, new IOException(e.getMessage(), e));
        }
        children.sort(Comparator.comparing(path -> String.valueOf(path.getFileName())));
        return children;
    }

    private static Refusal unreadable(Path path, IOException e) {
        return new Refusal(
                "cannot be read (" + Origin.reason(e) + ")",
                path.toString(),
                "check the folder and its permissions",
                e);
    }

    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
