package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
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

    Kind kind() {
        return origin.kind();
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
        Content content = origin.content(bytes());
        if (pixelsHash == null && content instanceof Content.Pixels pixels) {
            pixelsHash = hash(pixels);
        }
        return content;
    }

    /** Two checksums the processor computes by itself: every picture that is read pays for this, and only chance collides here. */
    private static byte[] hash(Content.Pixels pixels) {
        CRC32C first = new CRC32C();
        first.update(pixels.values());
        CRC32 second = new CRC32();
        second.update(pixels.values());
        return ByteBuffer.allocate(20)
                .putInt(pixels.width())
                .putInt(pixels.height())
                .putInt(pixels.channels())
                .putInt((int) first.getValue())
                .putInt((int) second.getValue())
                .array();
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

    /** Size and 64 bits of checksums of the decoded pixels, or null where they cannot be decoded or it is no picture. */
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
