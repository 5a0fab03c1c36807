package dev.kindred.serve.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Hashes;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DigestTest {
    @Test
    void contentsThatDifferInAnythingDiffer() {
        Set<Digest> all = new HashSet<>();
        List<String> texts =
                List.of("", "a", "A", "\uD800", "\uDC00", "?", "\uFFFD", "a".repeat(5000), "a".repeat(5001));
        for (String scope : List.of("space", "space query", "spac")) {
            for (String text : texts) {
                all.add(Digest.of(scope, text));
            }
        }
        assertThat(all).hasSize(3 * texts.size());
        assertThat(Digest.of("s", new byte[] {'e', 1})).isNotEqualTo(Digest.of("se", new byte[] {1}));
        assertThat(Digest.of("space", "a".repeat(5000))).isEqualTo(Digest.of("space", "a".repeat(5000)));
    }

    /** By hand: the scope's length and bytes, then the content's. */
    @Test
    void itIsSha256() {
        ByteBuffer hash = ByteBuffer.wrap(Hashes.sha256().digest(new byte[] {0, 2, 's', '1', 0, 'h', 0x20, 0x1C}));
        assertThat(Digest.of("s1", "h\u201C"))
                .isEqualTo(new Digest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong()));
    }
}
