package dev.kindred.index;

import dev.kindred.core.Hashes;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A generation that is seldom asked, in one file: its items compressed (zlib), without a view. Magic {@code KNDRARCH}, format (int32),
 * bytes of the items file (int64), its SHA-256, all big-endian, then the stream.
 *
 * <p>Each is whole before the other goes, so whenever this is cut off, one of the two is whole. Where both stand in a folder, the archive
 * is left over if the items are sound, are the same items, and lack nothing that it holds; else neither is touched and both are refused.
 * Called under the folder's writer lock.
 */
final class Archive {
    static final String FILE = "items.archive";

    private static final byte[] MAGIC = {'K', 'N', 'D', 'R', 'A', 'R', 'C', 'H'};
    private static final int FORMAT = 1;
    /** Unfinished copies, taken away by the next writer. */
    private static final String PART = "." + FILE + ".items.part";

    private static final int BUFFER = 1 << 16;
    /** More than this of a byte zlib cannot make: 258 bytes of two bits, rounded up. */
    private static final int MOST_OF_A_BYTE = 1_040;

    private static final String AGAIN = "restore it from a copy or a snapshot";

    private Archive() {}

    /** Whether a folder holds an archive alone. */
    static boolean isIn(Path folder) {
        return !Files.exists(folder.resolve(Truth.FILE))
                && Files.isRegularFile(folder.resolve(FILE), LinkOption.NOFOLLOW_LINKS);
    }

    /** Puts an archive in the place of a folder's items and view. */
    static void pack(Path folder, String owner) {
        Path items = folder.resolve(Truth.FILE);
        if (isIn(folder)) {
            throw new Refusal("is archived already", folder.toString(), "its first search makes it again");
        }
        if (!Files.isRegularFile(items, LinkOption.NOFOLLOW_LINKS)) {
            throw new Refusal("holds no items", folder.toString(), Truth.HOLDS_NONE);
        }
        ItemsSnapshot.requireNone(folder);
        WriterLock lock = WriterLock.take(folder, owner);
        Path copy = folder.resolve(PART);
        try {
            if (Files.isRegularFile(folder.resolve(FILE), LinkOption.NOFOLLOW_LINKS)) {
                requireLeftOver(folder);
            }
            copy(items, copy);
            write(copy, folder.resolve(FILE));
            dropLive(folder, items);
        } catch (SQLException e) {
            throw TruthFile.failed(items, e);
        } catch (IOException e) {
            throw failed("archived", folder, e);
        } finally {
            try (lock) {
                Files.deleteIfExists(copy);
            } catch (IOException e) {
                // The next writer takes it away.
            }
        }
    }

    /** What is wrong with the archive of a folder, of which every byte is read and nothing changed. */
    static List<Finding> check(Path folder) {
        Path archive = folder.resolve(FILE);
        try {
            inflate(archive, OutputStream.nullOutputStream());
            return List.of();
        } catch (Refusal e) {
            return List.of(new Finding(e.where(), e.what(), e.hint()));
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be read (" + e.getMessage() + ")", archive.toString(), "check who may read it", e);
        }
    }

    /** All items as of now, every one of them checked, in a file without a log. */
    private static void copy(Path items, Path copy) throws IOException, SQLException {
        Files.deleteIfExists(copy);
        try (Connection connection = TruthFile.writing(items)) {
            List<Finding> findings = TruthFile.check(connection, TruthFile.space(connection, items), items);
            if (!findings.isEmpty()) {
                throw new Refusal(
                        "is damaged: " + findings.getFirst().what(),
                        items.toString(),
                        "nothing was changed; save what is sound: " + TruthFile.rescue(items));
            }
            try (PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
                vacuum.setString(1, copy.toAbsolutePath().toString());
                vacuum.execute();
            }
        }
        // The last to close takes the log into the file; where somebody reads it still, it stays.
        Path log = items.resolveSibling(Truth.FILE + "-wal");
        if (Files.exists(log)) {
            throw new Refusal("is being read by another process", items.toString(), "stop it first");
        }
    }

    private static void write(Path copy, Path archive) throws IOException {
        byte[] sum = sum(copy);
        long bytes = Files.size(copy);
        NewFile.write(archive, out -> {
            DataOutputStream header = new DataOutputStream(out);
            header.write(MAGIC);
            header.writeInt(FORMAT);
            header.writeLong(bytes);
            header.write(sum);
            header.flush();
            Deflater deflater = new Deflater();
            try {
                DeflaterOutputStream stream = new DeflaterOutputStream(out, deflater, BUFFER);
                Files.copy(copy, stream);
                stream.finish();
            } finally {
                deflater.end();
            }
        });
        // Read again, before what it is of goes.
        inflate(archive, OutputStream.nullOutputStream());
    }

    private static void dropView(Path folder) throws IOException {
        for (String view : List.of(Generation.VIEW, Generation.VIEW + ".next")) {
            LuceneView.clear(folder.resolve(view));
            Files.deleteIfExists(folder.resolve(view));
        }
    }

    private static void dropLive(Path folder, Path items) throws IOException {
        dropView(folder);
        Files.delete(items);
        Files.deleteIfExists(items.resolveSibling(Truth.FILE + "-shm"));
        force(folder);
    }

    /** Makes the items of an archive again, if it is what stands there, and takes away one that is left over. */
    static void unpack(Path folder) {
        Path archive = folder.resolve(FILE);
        Path items = folder.resolve(Truth.FILE);
        if (!Files.isRegularFile(archive, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            if (!isIn(folder)) {
                requireLeftOver(folder);
            } else {
                Path copy = inflated(folder);
                try {
                    // A log of the items that went would be taken for one of these.
                    for (String left : List.of("-wal", "-shm", "-journal")) {
                        Files.deleteIfExists(items.resolveSibling(Truth.FILE + left));
                    }
                    Files.move(copy, items, StandardCopyOption.ATOMIC_MOVE);
                    force(folder);
                } finally {
                    Files.deleteIfExists(copy);
                }
            }
            // Of a view that was about to go, half may be gone.
            dropView(folder);
            Files.delete(archive);
            force(folder);
        } catch (IOException e) {
            throw failed("unpacked", folder, e);
        }
    }

    /** The items of the archive in a file beside it, durable; none where that fails. */
    private static Path inflated(Path folder) throws IOException {
        Path archive = folder.resolve(FILE);
        Path copy = folder.resolve(PART);
        Files.deleteIfExists(copy);
        boolean whole = false;
        try {
            requireRoom(archive);
            try (OutputStream out =
                    Files.newOutputStream(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                inflate(archive, out);
            }
            try (FileChannel written = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            whole = true;
            return copy;
        } finally {
            if (!whole) {
                Files.deleteIfExists(copy);
            }
        }
    }

    private static void requireRoom(Path archive) throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(archive, LinkOption.NOFOLLOW_LINKS))) {
            long bytes = header(in, archive).bytes();
            long free = Files.getFileStore(archive).getUsableSpace();
            if (bytes > free) {
                throw new Refusal(
                        "holds items of %,d MB, and %,d MB are free".formatted(bytes / 1_000_000, free / 1_000_000),
                        archive.toString(),
                        "make room, or move the folder to where there is some; nothing is lost");
            }
        } catch (EOFException e) {
            throw damaged(archive, e);
        }
    }

    /** What a file of items is and how far it goes. */
    private record Extent(String identity, long sequence) {}

    /** That the items beside the archive, read whole, are those it is of and lack nothing of it: it may go then. */
    private static void requireLeftOver(Path folder) throws IOException {
        Path items = folder.resolve(Truth.FILE);
        Extent there;
        List<Finding> findings;
        try (Connection connection = TruthFile.writing(items)) {
            findings = TruthFile.check(connection, TruthFile.space(connection, items), items);
            there = extent(connection);
        } catch (SQLException e) {
            throw undecided(folder, "items that cannot be read", e);
        } catch (Refusal e) {
            throw undecided(folder, "items that cannot be opened (" + e.what() + ")", e);
        }
        if (!findings.isEmpty()) {
            throw undecided(folder, "damaged items (" + findings.getFirst().what() + ")", null);
        }
        Path copy = inflated(folder);
        try (Connection connection = TruthFile.looking(copy)) {
            Extent archived = extent(connection);
            if (!archived.identity().equals(there.identity())) {
                throw undecided(folder, "other items than it", null);
            }
            if (there.sequence() < archived.sequence()) {
                throw undecided(folder, "items that are older than it", null);
            }
        } catch (SQLException e) {
            throw damaged(folder.resolve(FILE), new IOException(e));
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static Extent extent(Connection connection) throws SQLException {
        String identity = TruthFile.text(connection, "SELECT identity FROM generation");
        if (identity == null) {
            throw new SQLException("items without an identity");
        }
        return new Extent(identity, TruthFile.number(connection, "SELECT sequence FROM generation"));
    }

    private static Refusal undecided(Path folder, String items, @Nullable Exception e) {
        String what = "holds an archive and, beside it, " + items;
        String hint = "nothing was changed; move " + Truth.FILE + " elsewhere to have the items of " + FILE
                + " again, or the archive to keep the others";
        return e == null ? new Refusal(what, folder.toString(), hint) : new Refusal(what, folder.toString(), hint, e);
    }

    private record Head(long bytes, byte[] sum) {}

    private static Head header(DataInputStream in, Path archive) throws IOException {
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            throw new Refusal("is no archive of items", archive.toString(), AGAIN);
        }
        int format = in.readInt();
        if (format < 1) {
            throw damaged(archive, null);
        }
        if (format > FORMAT) {
            throw new Refusal("is of a newer format", archive.toString(), "open it with a newer Kindred");
        }
        long bytes = in.readLong();
        if (bytes < 0 || bytes / MOST_OF_A_BYTE > Files.size(archive)) {
            throw damaged(archive, null);
        }
        return new Head(bytes, in.readNBytes(Hashes.sha256().getDigestLength()));
    }

    /** @throws Refusal where it is not what was written */
    private static void inflate(Path archive, OutputStream out) throws IOException {
        MessageDigest digest = Hashes.sha256();
        try (InputStream file = Files.newInputStream(archive, LinkOption.NOFOLLOW_LINKS);
                DataInputStream in = new DataInputStream(new BufferedInputStream(file, BUFFER))) {
            Head head = header(in, archive);
            long left = head.bytes();
            Inflater inflater = new Inflater();
            try (InflaterInputStream stream = new InflaterInputStream(in, inflater, BUFFER)) {
                byte[] buffer = new byte[BUFFER];
                for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                    left -= n;
                    if (left < 0) {
                        throw damaged(archive, null);
                    }
                    digest.update(buffer, 0, n);
                    out.write(buffer, 0, n);
                }
                if (inflater.getRemaining() > 0 || in.read() >= 0) {
                    throw damaged(archive, null);
                }
            } finally {
                inflater.end();
            }
            if (left != 0 || !Arrays.equals(digest.digest(), head.sum())) {
                throw damaged(archive, null);
            }
        } catch (EOFException | ZipException e) {
            throw damaged(archive, e);
        }
    }

    private static Refusal damaged(Path archive, @Nullable IOException e) {
        return new Refusal(
                "is damaged: it is not what was archived",
                archive.toString(),
                AGAIN,
                e == null ? new IOException("another SHA-256") : e);
    }

    private static byte[] sum(Path file) throws IOException {
        MessageDigest digest = Hashes.sha256();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return digest.digest();
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    private static Refusal failed(String what, Path folder, IOException e) {
        return new Refusal(
                "cannot be " + what + " (" + e.getMessage() + ")",
                folder.toString(),
                "check who may write there and that there is room; nothing is lost",
                e);
    }
}
