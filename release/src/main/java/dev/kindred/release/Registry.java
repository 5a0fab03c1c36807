package dev.kindred.release;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * {@code kindred.db} of a home: collections, keys, the audit log, feedback. Several processes may have it open; each write is one
 * transaction, durable when {@link #write} returns. Its schema is numbered: an older one is brought forward, a newer one refused.
 */
public final class Registry implements AutoCloseable {
    public static final String FILE = "kindred.db";

    private static final int FORMAT = 1;
    /** "Kinr" of {@code PRAGMA application_id}. */
    private static final int APPLICATION = 0x4B696E72;

    /** What is done with a connection. */
    @FunctionalInterface
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private final Path file;
    private final Connection connection;
    private final ReentrantLock alone = new ReentrantLock();
    /** Of {@link #version}, once it was asked; guarded by {@link #alone}, and closed with the connection. */
    private @Nullable PreparedStatement version;

    private Registry(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * Opens the registry of a home, made where there is none.
     *
     * @throws Refusal where it cannot be read or written, is not ours, or is newer than this Kindred
     */
    public static Registry open(Path home) {
        Path file = home.resolve(FILE);
        try {
            Files.createDirectories(home);
            keepToOwner(file);
            SQLiteConfig config = new SQLiteConfig();
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setBusyTimeout(5_000);
            config.enableLoadExtension(false);
            Connection connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
            Registry registry = new Registry(file, connection);
            boolean ready = false;
            try {
                registry.requireOurs();
                try (Statement statement = connection.createStatement()) {
                    statement.execute("PRAGMA journal_mode = WAL");
                }
                registry.bringForward();
                ready = true;
                return registry;
            } finally {
                if (!ready) {
                    connection.close();
                }
            }
        } catch (SQLException | IOException e) {
            throw failed(file, e);
        }
    }

    /** Another connection to the same file, which sees what this one writes; for watching without waiting for its writes. */
    public Registry another() {
        Path home = file.toAbsolutePath().getParent();
        return open(home == null ? Path.of("") : home);
    }

    /** A new file is made readable by its owner alone, which SQLite keeps for the files beside it. */
    private static void keepToOwner(Path file) throws IOException {
        if (Files.exists(file)
                || !file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // Another process was quicker, and did the same.
        }
    }

    /** Of a file that is another's nothing is written, not even how it keeps its journal. */
    private void requireOurs() {
        read(connection -> {
            int format = whole(connection, "PRAGMA user_version");
            int application = whole(connection, "PRAGMA application_id");
            boolean isNew = format == 0 && whole(connection, "SELECT count(*) FROM sqlite_schema") == 0;
            if (!isNew && application != APPLICATION) {
                throw new Refusal(
                        "is no registry of Kindred's", file.toString(), "move it away, or choose another home");
            }
            if (format > FORMAT) {
                throw new Refusal(
                        "is of format " + format + ", newer than this Kindred", file.toString(), "use a newer Kindred");
            }
            return format;
        });
    }

    private void bringForward() {
        write(connection -> {
            int format = whole(connection, "PRAGMA user_version");
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA trusted_schema = OFF");
                for (int next = format + 1; next <= FORMAT; next++) {
                    statement.executeUpdate(script(next));
                }
                statement.execute("PRAGMA user_version = " + FORMAT);
                statement.execute("PRAGMA application_id = " + APPLICATION);
            }
            return FORMAT;
        });
    }

    private static String script(int number) {
        try (InputStream in = Registry.class.getResourceAsStream(number + ".sql")) {
            if (in == null) {
                throw new IllegalStateException("the script " + number + ".sql is missing from the build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the script " + number + ".sql cannot be read", e);
        }
    }

    private static int whole(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.getInt(1);
        }
    }

    /** Reads, at one moment. */
    public <T> T read(Work<T> work) {
        return transacted("BEGIN", work);
    }

    /**
     * Writes all or nothing; durable when it returns.
     *
     * @throws Refusal where the disk is full or somebody else holds the file for longer than five seconds
     */
    public <T> T write(Work<T> work) {
        return transacted("BEGIN IMMEDIATE", work);
    }

    private <T> T transacted(String begin, Work<T> work) {
        alone.lock();
        try (Statement statement = connection.createStatement()) {
            statement.execute(begin);
            try {
                T result = work.on(connection);
                statement.execute("COMMIT");
                return result;
            } catch (SQLException | RuntimeException | Error e) {
                rollBack(statement, e);
                throw e;
            }
        } catch (SQLException e) {
            throw failed(file, e);
        } finally {
            alone.unlock();
        }
    }

    /** Where the disk is full, SQLite has ended the transaction itself: what failed first is told, not that there is none to end. */
    private static void rollBack(Statement statement, Throwable failure) {
        try {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /** Another number than before where another process has written since. Cheap: it may be asked many times a second. */
    public long version() {
        alone.lock();
        try {
            PreparedStatement asked = version;
            if (asked == null) {
                asked = connection.prepareStatement("PRAGMA data_version");
                version = asked;
            }
            try (ResultSet rows = asked.executeQuery()) {
                return rows.getLong(1);
            }
        } catch (SQLException e) {
            throw failed(file, e);
        } finally {
            alone.unlock();
        }
    }

    private static Refusal failed(Path file, Exception cause) {
        return new Refusal(
                "the registry cannot be used (" + cause.getMessage() + ")",
                file.toString(),
                "check who may write there and that there is room",
                cause);
    }

    @Override
    public void close() {
        alone.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(file, e);
        } finally {
            alone.unlock();
        }
    }
}
