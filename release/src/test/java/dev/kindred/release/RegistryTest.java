package dev.kindred.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
    private static final String AUDITED = "INSERT INTO audit (at, key, name, action, collection, request, detail, hash)"
            + " VALUES (1, 'k', 'n', 'a', 'c', 'r', '{}', x'00')";

    @TempDir
    Path home;

    private static int run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static int count(Registry registry, String table) {
        return registry.read(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
                return rows.getInt(1);
            }
        });
    }

    @Test
    void whatIsWrittenIsThereWhenItIsOpenedAgain() {
        try (Registry registry = Registry.open(home)) {
            registry.write(connection -> run(connection, "INSERT INTO collection VALUES ('photos', '{}', 1)"));
        }
        try (Registry registry = Registry.open(home)) {
            assertThat(count(registry, "collection")).isEqualTo(1);
        }
    }

    /** As SQLite does where the disk is full. */
    @Test
    void whatFailedIsToldWhereTheTransactionHasEndedAlready() {
        try (Registry registry = Registry.open(home)) {
            assertThatThrownBy(() -> registry.write(connection -> {
                        run(connection, "ROLLBACK");
                        throw new SQLException("database or disk is full");
                    }))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("disk is full");
            registry.write(connection -> run(connection, "INSERT INTO collection VALUES ('photos', '{}', 1)"));
            assertThat(count(registry, "collection")).isEqualTo(1);
        }
    }

    @Test
    void aWriteIsWholeOrNotThere() {
        try (Registry registry = Registry.open(home)) {
            assertThatThrownBy(() -> registry.write(connection -> {
                        run(connection, "INSERT INTO collection VALUES ('photos', '{}', 1)");
                        return run(connection, "INSERT INTO collection VALUES ('photos', '{}', 2)");
                    }))
                    .isInstanceOf(Refusal.class);
            assertThat(count(registry, "collection")).isZero();
        }
    }

    @Test
    void theAuditLogIsOnlyAddedTo() {
        try (Registry registry = Registry.open(home)) {
            registry.write(connection -> run(connection, AUDITED));
            for (String change : new String[] {"UPDATE audit SET name = 'x'", "DELETE FROM audit"}) {
                assertThatThrownBy(() -> registry.write(connection -> run(connection, change)))
                        .hasMessageContaining("only added to");
            }
            assertThat(count(registry, "audit")).isEqualTo(1);
        }
    }

    @Test
    void anotherProcessIsNoticed() {
        try (Registry one = Registry.open(home);
                Registry other = Registry.open(home)) {
            long before = one.version();
            assertThat(one.version()).isEqualTo(before);
            other.write(connection -> run(connection, "INSERT INTO collection VALUES ('photos', '{}', 1)"));
            assertThat(one.version()).isNotEqualTo(before);
            assertThat(count(one, "collection")).isEqualTo(1);
        }
    }

    @Test
    void aNewerAndAForeignFileAreRefused() throws Exception {
        try (Registry registry = Registry.open(home)) {
            registry.write(connection -> run(connection, "PRAGMA user_version = 99"));
        }
        assertThatThrownBy(() -> Registry.open(home)).hasMessageContaining("newer than this Kindred");
        Path other = Files.createDirectory(home.resolve("other"));
        Files.writeString(other.resolve(Registry.FILE), "these are my notes, no database at all".repeat(100));
        assertThatThrownBy(() -> Registry.open(other)).isInstanceOf(Refusal.class);
    }

    @Test
    void ofAnothersDatabaseNothingIsWritten() throws Exception {
        Path file = home.resolve(Registry.FILE);
        try (Connection theirs = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            run(theirs, "CREATE TABLE notes (text)");
        }
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> Registry.open(home)).hasMessageContaining("no registry of Kindred's");
        assertThat(file).hasBinaryContent(before);
        assertThat(home).isDirectoryContaining(each -> each.equals(file));
    }
}
