package dev.kindred.bench.crash;

import dev.kindred.core.Keyed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A disk that calls were made to and that may lose its power after any of them. What was synced is safe. Of what was written to a file since
 * its last sync, anything may be there: all, nothing, some writes, some sectors. A name that was made, moved or taken away since its folder's
 * last sync may have changed or not, each name for itself. Contents and names are two things: syncing a file does not save its name.
 *
 * <p>What the writer tells in {@link CrashWriter#TELLS} is not on the disk: it is what somebody else was told. SQLite's {@code -shm} is not
 * either, which it maps and makes anew when it recovers.
 */
final class Disk {
    private static final String REBUILT = "-shm";

    /** Of which files and folders a sync does anything; a disk on which it does not is a control. */
    private final Predicate<String> honest;

    private final Map<String, DiskFile> names = new HashMap<>();
    private final Map<String, DiskFile> safeNames = new HashMap<>();
    private final Map<String, Folder> folders = new HashMap<>();
    private final Map<Integer, DiskFile> open = new HashMap<>();
    private final Map<Integer, Folder> openFolders = new HashMap<>();
    /** By descriptor, of files and folders. */
    private final Map<Integer, String> paths = new HashMap<>();

    private final Set<Integer> telling = new HashSet<>();
    private final Map<Asked, Long> asked = new HashMap<>();
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    private record Asked(int descriptor, long thread) {}

    /**
     * One change of names.
     *
     * @param gone taken away by it
     * @param there made or moved by it, with their files
     */
    private record Names(Set<String> gone, Map<String, DiskFile> there) {
        void apply(Map<String, DiskFile> names) {
            names.keySet().removeAll(gone);
            names.putAll(there);
        }

        boolean touches(Set<String> names) {
            return !Collections.disjoint(gone, names) || !Collections.disjoint(there.keySet(), names);
        }
    }

    /** A folder's changes of names since its last sync. */
    private static final class Folder {
        private final List<Names> pending = new ArrayList<>();
        private long done;

        void change(Names names) {
            pending.add(names);
            done++;
        }

        List<Names> before(long mark) {
            return pending.subList(0, (int) Math.max(0, pending.size() - (done - mark)));
        }
    }

    /**
     * @param folder what is on it, all of it safe
     * @param honest whether a sync of what has this path does what it says
     */
    Disk(Path folder, Predicate<String> honest) {
        this.honest = honest;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                names.put(folder.relativize(file).toString(), new DiskFile(Files.readAllBytes(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        safeNames.putAll(names);
    }

    /** What the writer told so far, line by line. */
    List<String> told() {
        return told.toString(StandardCharsets.UTF_8).lines().toList();
    }

    void apply(Call call) {
        switch (call) {
            case Call.Open open -> opened(open);
            case Call.OpenFolder(int descriptor, String path) -> {
                requireClosed(descriptor);
                openFolders.put(descriptor, folder(path));
                paths.put(descriptor, path);
            }
            case Call.Write(int descriptor, long offset, byte[] bytes) -> {
                if (telling.contains(descriptor)) {
                    told.writeBytes(bytes);
                } else {
                    file(descriptor).write(offset, bytes);
                }
            }
            case Call.Resize(int descriptor, long length) -> file(descriptor).resize(length, false);
            case Call.Allocate(int descriptor, long length) -> file(descriptor).resize(length, true);
            case Call.SyncBegin(int descriptor, long thread) -> {
                Folder folder = openFolders.get(descriptor);
                asked.put(
                        new Asked(descriptor, thread),
                        folder == null ? file(descriptor).mark() : folder.done);
            }
            case Call.SyncEnd(int descriptor, long thread) -> synced(descriptor, thread);
            case Call.Close(int descriptor) -> {
                open.remove(descriptor);
                openFolders.remove(descriptor);
                telling.remove(descriptor);
            }
            case Call.Unlink(String path) -> {
                names.remove(path);
                folder(parent(path)).change(new Names(Set.of(path), Map.of()));
            }
            case Call.Rename(String from, String to) -> renamed(from, to);
        }
    }

    private void requireClosed(int descriptor) {
        if (open.containsKey(descriptor) || openFolders.containsKey(descriptor) || telling.contains(descriptor)) {
            throw new IllegalStateException("descriptor " + descriptor + " was never closed");
        }
    }

    private void opened(Call.Open call) {
        requireClosed(call.descriptor());
        if (call.path().equals(CrashWriter.TELLS)) {
            telling.add(call.descriptor());
            return;
        }
        DiskFile file = names.get(call.path());
        if (file == null) {
            file = new DiskFile(new byte[0]);
            names.put(call.path(), file);
            folder(parent(call.path())).change(new Names(Set.of(), Map.of(call.path(), file)));
        } else if (call.truncates()) {
            file.resize(0, false);
        }
        open.put(call.descriptor(), file);
        paths.put(call.descriptor(), call.path());
    }

    private void renamed(String from, String to) {
        if (!parent(from).equals(parent(to))) {
            throw new IllegalStateException("the model knows no move from folder to folder: " + from + ", " + to);
        }
        DiskFile file = names.remove(from);
        if (file == null) {
            throw new IllegalStateException("nobody made " + from);
        }
        names.put(to, file);
        folder(parent(to)).change(new Names(Set.of(from), Map.of(to, file)));
    }

    private void synced(int descriptor, long thread) {
        Long mark = asked.remove(new Asked(descriptor, thread));
        if (mark == null || !honest.test(paths.getOrDefault(descriptor, ""))) {
            return;
        }
        Folder folder = openFolders.get(descriptor);
        if (folder == null) {
            file(descriptor).sync(mark);
            return;
        }
        List<Names> before = folder.before(mark);
        before.forEach(each -> each.apply(safeNames));
        before.clear();
    }

    private DiskFile file(int descriptor) {
        DiskFile file = open.get(descriptor);
        if (file == null) {
            throw new IllegalStateException("descriptor " + descriptor + " was never opened");
        }
        return file;
    }

    private Folder folder(String path) {
        return folders.computeIfAbsent(path, name -> new Folder());
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /** Whether a file is none that a loss of power leaves. */
    static boolean isOffDisk(String name) {
        return name.endsWith(REBUILT) || name.equals(CrashWriter.TELLS);
    }

    /** Writes the files as they are where no power is lost; the disk itself goes on. */
    void keep(Path to) {
        names.forEach((name, file) -> put(to, name, file.after(DiskFile.Fate.ALL, Keyed.of(0))));
    }

    private static void put(Path to, String name, byte[] content) {
        if (isOffDisk(name)) {
            return;
        }
        Path file = to.resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the files as they are after a loss of power now; the disk itself goes on. */
    void lose(Keyed random, Path to) {
        Map<String, DiskFile> left = new HashMap<>(safeNames);
        for (Folder folder : folders.values()) {
            Set<String> stuck = new HashSet<>();
            for (Names names : folder.pending) {
                // A name whose earlier change is lost has none of the later ones.
                if (random.nextInt(2) == 0 && !names.touches(stuck)) {
                    names.apply(left);
                } else {
                    stuck.addAll(names.gone);
                    stuck.addAll(names.there.keySet());
                }
            }
        }
        new TreeMap<>(left).forEach((name, file) -> put(to, name, content(file, random)));
    }

    private static byte[] content(DiskFile file, Keyed random) {
        // Torn mostly, which is the hardest.
        DiskFile.Fate fate = switch (random.nextInt(10)) {
            case 0 -> DiskFile.Fate.ALL;
            case 1 -> DiskFile.Fate.NONE;
            case 2, 3, 4 -> DiskFile.Fate.SOME;
            default -> DiskFile.Fate.TORN;
        };
        return file.after(fate, random);
    }
}
