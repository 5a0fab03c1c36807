package dev.kindred.release;

import dev.kindred.core.HeldFolder;
import dev.kindred.core.Refusal;
import dev.kindred.index.Generation;
import dev.kindred.index.GenerationFolder;
import dev.kindred.index.ItemsSnapshot;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The snapshots of a generation, in {@code snapshots/} of its folder, named by the moment they were taken at. The newest are kept; one of
 * them answers where the generation itself cannot be opened any more.
 */
public final class Snapshots {
    /** The folder's name in that of the generation. */
    public static final String FOLDER = "snapshots";

    /** How many are kept. */
    public static final int KEPT = 2;

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);
    private static final String RESTORED = ".restored-";

    private final Path generation;

    public Snapshots(Path generation) {
        this.generation = generation;
    }

    /** When each was taken, the newest first. */
    public List<Instant> moments() {
        return folders().stream().map(Snapshots::moment).toList();
    }

    private List<Path> folders() {
        Path folder = generation.resolve(FOLDER);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder)) {
            for (Path each : inside) {
                if (String.valueOf(each.getFileName()).matches("[0-9]{8}T[0-9]{9}Z")
                        && Files.isRegularFile(each.resolve(ItemsSnapshot.FILE), LinkOption.NOFOLLOW_LINKS)) {
                    found.add(each);
                }
            }
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e.getMessage() + ")", folder.toString(), "check who may read it", e);
        }
        found.sort(Comparator.reverseOrder());
        return found;
    }

    private static Instant moment(Path folder) {
        return NAME.parse(String.valueOf(folder.getFileName()), Instant::from);
    }

    /**
     * Takes one of this moment, or of just after the newest where the clock says less, and drops those beyond {@link #KEPT}. For one thread
     * at a time.
     *
     * @param live the generation of this folder
     * @param beside files to keep with the items, e.g. the bundle
     */
    public ItemsSnapshot take(Generation live, List<Path> beside) {
        try {
            Path folder = Files.createDirectories(generation.resolve(FOLDER));
            ItemsSnapshot taken = live.snapshot(beside, folder.resolve(NAME.format(next())));
            for (Path old : folders().stream().skip(KEPT).toList()) {
                Generations.delete(old);
            }
            return taken;
        } catch (IOException e) {
            throw new Refusal(
                    "no snapshot could be taken (" + e.getMessage() + ")",
                    generation.toString(),
                    "check who may write there and that there is room",
                    e);
        }
    }

    /** A clock that went back makes none older than those there are, which would be dropped at once. */
    private Instant next() {
        Instant now = Instant.now();
        List<Instant> there = moments();
        return there.isEmpty() || there.getFirst().isBefore(now.truncatedTo(ChronoUnit.MILLIS))
                ? now
                : there.getFirst().plusMillis(1);
    }

    /**
     * A snapshot made a generation again, in a folder that goes with it.
     *
     * @param folder of the generation
     * @param moment it was taken at
     */
    public record Restored(Path folder, Instant moment, HeldFolder held) implements AutoCloseable {
        @Override
        public void close() {
            try {
                held.close();
            } catch (IOException e) {
                // The next one takes it away.
            }
        }
    }

    /** The newest that is whole, restored beside; empty where there is none. */
    public Optional<Restored> restore() {
        for (Path snapshot : folders()) {
            Optional<Restored> restored = restore(snapshot);
            if (restored.isPresent()) {
                return restored;
            }
        }
        return Optional.empty();
    }

    private Optional<Restored> restore(Path snapshot) {
        try {
            HeldFolder held = HeldFolder.make(generation, RESTORED);
            boolean made = false;
            try {
                Path folder = held.path().resolve("items");
                GenerationFolder.restore(snapshot, folder);
                made = true;
                return Optional.of(new Restored(folder, moment(snapshot), held));
            } finally {
                if (!made) {
                    held.close();
                }
            }
        } catch (IOException | Refusal e) {
            // The one before it may be whole.
            return Optional.empty();
        }
    }
}
