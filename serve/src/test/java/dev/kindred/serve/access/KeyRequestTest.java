package dev.kindred.serve.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Refusal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyRequestTest {
    /** The audit log keeps for good what a key may do, and shows where. */
    @Test
    void aKeyPastedAsACollectionIsRefusedAndNotRepeated() {
        String key = ApiKey.make().reveal();
        KeyRequest request = new KeyRequest("shop", "reader", List.of(key), null, List.of());
        assertThatThrownBy(() -> request.make(Instant.EPOCH)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.line()).contains("not a collection").doesNotContain(key);
        });
    }
}
