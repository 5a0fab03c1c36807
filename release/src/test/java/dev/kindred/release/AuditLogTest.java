package dev.kindred.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chain of the audit log: whole as it is written, broken wherever somebody lays hands on the file. */
class AuditLogTest {
    @TempDir
    Path home;

    private Registry registry;
    private AuditLog log;

    @BeforeEach
    void twentyRows() {
        registry = Registry.open(home);
        log = new AuditLog(registry);
        log.add(IntStream.range(0, 20).mapToObj(AuditLogTest::entry).toList());
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private static AuditEntry entry(int i) {
        JsonObject detail = new JsonObject();
        detail.addProperty("id", "item " + i);
        return new AuditEntry(1_000 + i, "k" + i % 3, "shop", "PUT items", "photos", "r" + i, detail);
    }

    private void raw(String... statements) {
        registry.write(connection -> {
            try (Statement statement = connection.createStatement()) {
                // Whoever can write the file can take the triggers away first.
                statement.executeUpdate("DROP TRIGGER IF EXISTS audit_is_not_changed");
                statement.executeUpdate("DROP TRIGGER IF EXISTS audit_is_not_taken_from");
                for (String each : statements) {
                    statement.executeUpdate(each);
                }
            }
            return 0;
        });
    }

    @Test
    void whatWasAddedByWhomeverIsOneChain() {
        try (Registry other = Registry.open(home)) {
            new AuditLog(other).add(List.of(entry(20)));
        }
        log.add(List.of(entry(21)));
        AuditLog.Checked checked = log.check();
        assertThat(checked.wrong()).isEmpty();
        assertThat(checked.rows()).isEqualTo(22);
        List<AuditLog.Row> rows = log.read(19, 0, 100);
        assertThat(rows).extracting(AuditLog.Row::sequence).containsExactly(20L, 21L, 22L);
        assertThat(rows.getLast().hash()).isEqualTo(checked.head());
        assertThat(rows.getLast().entry().detail().get("id").getAsString()).isEqualTo("item 21");
        assertThat(log.newest(1_019, 2)).extracting(AuditLog.Row::sequence).containsExactly(21L, 22L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE audit SET name = 'nobody' WHERE sequence = 7|7",
                "UPDATE audit SET detail = '{\"id\":\"item 7\"}' WHERE sequence = 7|7",
                "UPDATE audit SET at = at + 1 WHERE sequence = 20|20",
                "UPDATE audit SET hash = (SELECT hash FROM audit WHERE sequence = 3) WHERE sequence = 7|7",
                // A letter that moves from one field to the next changes the hash too.
                "UPDATE audit SET key = 'k', name = '0shop' WHERE sequence = 1|1",
                "DELETE FROM audit WHERE sequence = 7|8",
                "DELETE FROM audit WHERE sequence = 1|2",
                "DELETE FROM audit WHERE sequence > 15|16",
            })
    void aRowThatSomebodyLaidHandsOnIsFound(String statement, long broken) {
        raw(statement);
        AuditLog.Checked checked = log.check();
        assertThat(checked.wrong())
                .hasValueSatisfying(wrong -> assertThat(wrong.sequence()).isEqualTo(broken));
        assertThat(checked.json().get("whole").getAsBoolean()).isFalse();
    }

    @Test
    void aRowThatSomebodyWroteAnewWithItsOwnRightHashIsFoundAtTheNext(@TempDir Path other) {
        List<AuditEntry> forged = IntStream.range(0, 7)
                .mapToObj(i -> i < 6 ? entry(i) : entry(99))
                .toList();
        String hash;
        try (Registry elsewhere = Registry.open(other)) {
            AuditLog theirs = new AuditLog(elsewhere);
            theirs.add(forged);
            assertThat(theirs.check().wrong()).isEmpty();
            hash = theirs.check().head();
        }
        raw("UPDATE audit SET at = 1099, key = 'k0', request = 'r99', detail = '{\"id\":\"item 99\"}', hash = x'" + hash
                + "' WHERE sequence = 7");
        assertThat(log.check().wrong())
                .hasValueSatisfying(wrong -> assertThat(wrong.sequence()).isEqualTo(8));
    }

    @Test
    void twoRowsInEachOthersPlaceAreFound() {
        raw(
                "UPDATE audit SET sequence = 1000 WHERE sequence = 5",
                "UPDATE audit SET sequence = 5 WHERE sequence = 6",
                "UPDATE audit SET sequence = 6 WHERE sequence = 1000");
        assertThat(log.check().wrong())
                .hasValueSatisfying(wrong -> assertThat(wrong.sequence()).isEqualTo(5));
    }
}
