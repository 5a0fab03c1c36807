package dev.kindred.serve.batch;

import dev.kindred.core.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** SHA-256 of a content as it came, with the space and the role it is embedded in: equal ones have equal embeddings. */
record Digest(long first, long second, long third, long fourth) {
    private static final int BLOCK = 4096;

    static Digest of(String scope, byte[] bytes) {
        MessageDigest sha = begin(scope);
        sha.update(bytes);
        return end(sha);
    }

    /** By its 16-bit units: in UTF-8 halves of pairs would be lost. */
    static Digest of(String scope, String text) {
        MessageDigest sha = begin(scope);
        byte[] block = new byte[Math.min(2 * text.length(), BLOCK)];
        int filled = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            block[filled++] = (byte) (c >>> 8);
            block[filled++] = (byte) c;
            if (filled == block.length) {
                sha.update(block);
                filled = 0;
            }
        }
        sha.update(block, 0, filled);
        return end(sha);
    }

    private static MessageDigest begin(String scope) {
        MessageDigest sha = Hashes.sha256();
        byte[] name = scope.getBytes(StandardCharsets.UTF_8);
        // Its length first, so that no scope and content run into another's.
        sha.update(new byte[] {(byte) (name.length >>> 8), (byte) name.length});
        sha.update(name);
        return sha;
    }

    private static Digest end(MessageDigest sha) {
        ByteBuffer hash = ByteBuffer.wrap(sha.digest());
        return new Digest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(first);
    }
}
