package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Where a page ended: the next one starts with the item ranked after this score and id. */
public record After(double score, String id) {

    /** For URLs and JSON: base64url of the score's 8 bytes and the id. */
    public String token() {
        byte[] name = id.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + name.length).putDouble(score).put(name);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    public static After ofToken(String token) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
            if (bytes.remaining() > 8 && bytes.remaining() <= 8 + Item.MAX_ID_BYTES) {
                double score = bytes.getDouble();
                String id = StandardCharsets.UTF_8.decode(bytes).toString();
                if (!Double.isNaN(score)) {
                    return new After(score, id);
                }
            }
        } catch (IllegalArgumentException e) {
            // No base64: refused below.
        }
        throw new Refusal(
                "'after' is no page's end", "after", "pass on the value that the page before gave, unchanged");
    }
}
