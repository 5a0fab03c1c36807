package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import dev.kindred.media.Pictures;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** A row of a data set. What its bytes and pixels hash to is remembered once they have been in hand. */
final class Item {
    private final Entry entry;
    private final Origin origin;
    private volatile byte @Nullable [] bytesHash;
    private volatile byte @Nullable [] pixelsHash;

    Item(Entry entry, Origin origin) {
        this.entry = entry;
        this.origin = origin;
    }

    Entry entry() {
        return entry;
    }

    Origin origin() {
        return origin;
    }

    byte[] bytes() {
        byte[] bytes = origin.read();
        if (bytesHash == null) {
            bytesHash = Hashes.sha256().digest(bytes);
        }
        return bytes;
    }

    Content content() {
        Content.Pixels pixels = Pictures.decode(bytes(), origin.where());
        if (pixelsHash == null) {
            MessageDigest sha = Hashes.sha256();
            sha.update(ByteBuffer.allocate(12)
                    .putInt(pixels.width())
                    .putInt(pixels.height())
                    .putInt(pixels.channels())
                    .flip());
            pixelsHash = sha.digest(pixels.values());
        }
        return pixels;
    }

    /** SHA-256 of the bytes, or null where they cannot be read. */
    byte @Nullable [] bytesHash() {
        if (bytesHash == null) {
            try {
                bytes();
            } catch (Refusal unreadable) {
                return null;
            }
        }
        return bytesHash;
    }

    /** SHA-256 of size and decoded pixels, or null where they cannot be decoded. */
    byte @Nullable [] pixelsHash() {
        if (pixelsHash == null) {
            try {
                content();
            } catch (Refusal undecodable) {
                return null;
            }
        }
        return pixelsHash;
    }
}
