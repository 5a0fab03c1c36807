package dev.kindred.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysTest {
    private static final Instant NOW = Instant.parse("2026-12-01T12:00:00Z");

    @TempDir
    Path home;

    private Registry registry;
    private Keys keys;

    @BeforeEach
    void open() {
        registry = Registry.open(home);
        keys = new Keys(registry);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private static Key key(String id, Map<String, String> roles, Instant expires) {
        byte[] hash = Hashes.sha256().digest(id.getBytes(StandardCharsets.UTF_8));
        return new Key(id, "name of " + id, hash, roles, List.of("requests=5/s"), NOW, expires, null);
    }

    private static AuditEntry by(String action) {
        return AuditEntry.local(NOW.toEpochMilli(), action, new JsonObject());
    }

    @Test
    void aKeyIsKeptAsItWasGivenAndEachChangeIsCountedAndAudited() {
        long before = keys.changes();
        keys.add(key("a", Map.of("photos", "reader", "words", "writer"), NOW.plusSeconds(60)), by("keys.add"));
        assertThat(keys.changes()).isEqualTo(before + 1);
        assertThat(keys.all()).singleElement().satisfies(kept -> {
            assertThat(kept.roles()).containsEntry("photos", "reader").containsEntry("words", "writer");
            assertThat(kept.limits()).containsExactly("requests=5/s");
            assertThat(kept.holds(NOW.plusSeconds(59))).isTrue();
            assertThat(kept.holds(NOW.plusSeconds(60))).isFalse();
        });
        keys.revoke("a", false, NOW, by("keys.revoke"));
        assertThat(keys.changes()).isEqualTo(before + 2);
        assertThat(keys.all().getFirst().holds(NOW)).isFalse();
        assertThat(new AuditLog(registry).read(0, 0, 10))
                .extracting(row -> row.entry().action())
                .containsExactly("keys.add", "keys.revoke");
    }

    @Test
    void theLastAdminIsNotRevokedByAccident() {
        keys.add(key("admin", Map.of("*", "admin"), null), by("keys.add"));
        keys.add(key("expired", Map.of("*", "admin"), NOW.minusSeconds(1)), by("keys.add"));
        keys.add(key("ofone", Map.of("photos", "admin"), null), by("keys.add"));
        assertThatThrownBy(() -> keys.revoke("admin", false, NOW, by("keys.revoke")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("last key");
        assertThat(keys.all().getFirst().revoked()).isNull();
        assertThat(new AuditLog(registry).read(0, 0, 10)).hasSize(3);
        keys.add(key("second", Map.of("*", "admin"), null), by("keys.add"));
        keys.revoke("admin", false, NOW, by("keys.revoke"));
        keys.revoke("second", true, NOW, by("keys.revoke"));
        assertThat(keys.all().stream().filter(key -> key.holds(NOW)).map(Key::id))
                .containsExactly("ofone");
    }

    @Test
    void anUnknownIdIsRefusedByTheNearest() {
        keys.add(key("abcdefgh", Map.of("*", "reader"), null), by("keys.add"));
        assertThatThrownBy(() -> keys.revoke("abcdefgx", false, NOW, by("keys.revoke")))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.hint()).isEqualTo("did you mean abcdefgh?"));
    }

    @Test
    void theFileIsItsOwnersAlone() throws Exception {
        keys.add(key("a", Map.of("*", "reader"), null), by("keys.add"));
        for (String name : List.of("kindred.db", "kindred.db-wal")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void whatIsUsedAddsUpByDay() {
        Usage usage = new Usage(registry);
        usage.add(20_000, Map.of("a", new Usage.Count(1, 2), "b", new Usage.Count(3, 4)));
        usage.add(20_000, Map.of("a", new Usage.Count(10, 20)));
        usage.add(20_001, Map.of("a", new Usage.Count(5, 5)));
        assertThat(usage.of(20_000))
                .containsEntry("a", new Usage.Count(11, 22))
                .containsEntry("b", new Usage.Count(3, 4))
                .hasSize(2);
        usage.add(20_401, Map.of("b", new Usage.Count(1, 1)));
        assertThat(usage.of(20_000)).isEmpty();
        assertThat(usage.of(20_001)).hasSize(1);
    }
}
