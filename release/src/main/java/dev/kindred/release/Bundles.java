package dev.kindred.release;

import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Bundle;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The bundles of a home: {@code bundles/<id>.kindred}. Asked for by id or its beginning, never by a path. */
public final class Bundles {
    /** Where a home keeps them. */
    public static final String FOLDER = "bundles";

    private static final String SUFFIX = ".kindred";
    private static final int SHORTEST_PREFIX = 4;
    private static final int MOST_NAMED = 10;

    private final Path folder;

    public Bundles(Path home) {
        this.folder = home.resolve(FOLDER);
    }

    /** The ids of those that there are, in order. */
    public List<String> ids() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<String> ids = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                String id = String.valueOf(file.getFileName()).replace(SUFFIX, "");
                if (id.matches("[0-9a-f]{64}") && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    ids.add(id);
                }
            }
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e.getMessage() + ")", folder.toString(), "check who may read it", e);
        }
        ids.sort(null);
        return ids;
    }

    /** The file of an id; empty where there is none. */
    public Optional<Path> file(String id) {
        return ids().contains(id) ? Optional.of(folder.resolve(id + SUFFIX)) : Optional.empty();
    }

    /**
     * The file of the one bundle whose id begins so.
     *
     * @param beside other files by the id of the bundle in them, e.g. those of collections
     * @throws Refusal where there is none, or there are several
     */
    public Path require(String idOrPrefix, Map<String, Path> beside) {
        TreeMap<String, Path> known = new TreeMap<>(beside);
        ids().forEach(id -> known.put(id, folder.resolve(id + SUFFIX)));
        List<String> meant = idOrPrefix.length() < SHORTEST_PREFIX
                ? List.of()
                : known.keySet().stream()
                        .filter(id -> id.startsWith(idOrPrefix))
                        .toList();
        if (meant.size() != 1) {
            throw new Refusal(
                    meant.isEmpty() ? "there is no such bundle here" : "several bundles begin so",
                    "bundle",
                    known.isEmpty()
                            ? "put one there first: kindred serve --bundle M.kindred"
                            : "give the first " + SHORTEST_PREFIX + " or more characters of one: "
                                    + named(known.keySet()));
        }
        return Objects.requireNonNull(known.get(meant.getFirst()));
    }

    private static String named(Set<String> ids) {
        return String.join(
                ", ",
                ids.stream().limit(MOST_NAMED).map(id -> id.substring(0, 12)).toList());
    }

    /**
     * Takes a bundle in, if it is not there yet.
     *
     * @return its id
     */
    public String add(Path file) {
        Bundle bundle = Bundle.open(file);
        String id = bundle.id();
        if (file(id).isEmpty()) {
            NewFile.write(folder.resolve(id + SUFFIX), out -> Files.copy(file, out));
        }
        return id;
    }
}
