package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import dev.kindred.media.PictureShape;
import dev.kindred.media.Pictures;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A row of a data set. What its bytes and its content hash to is remembered once they have been in hand, and of a picture its thumbnail
 * (256 bytes), so that near duplicates are found without decoding again.
 */
final class Item {
    /** Grey, each side stretched: two files of one picture come out alike whatever their size. */
    static final PictureShape THUMBNAIL = new PictureShape(16, 16, 1, PictureShape.Fit.STRETCH);

    private final Entry entry;
    private final Origin origin;
    private volatile byte @Nullable [] bytesHash;
    private volatile byte @Nullable [] contentHash;
    private volatile byte @Nullable [] thumbnail;

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
        Content held = origin.held();
        Content content = held == null ? Pictures.decode(bytes(), origin.where()) : held;
        if (content instanceof Content.Pixels pixels && thumbnail == null) {
            thumbnail = THUMBNAIL.raster(pixels);
        }
        if (contentHash == null) {
            contentHash = switch (content) {
                case Content.Pixels pixels -> hash(pixels);
                case Content.Text(String text) ->
                    Hashes.sha256().digest(NearTexts.normal(text).getBytes(StandardCharsets.UTF_8));
                case Content.Sound _, Content.Row _, Content.Vector _ -> bytesHash();
            };
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

    /**
     * Of a picture its size and 64 bits of checksums of its pixels, of a text SHA-256 without case, spaces and
     * punctuation; null where it cannot be decoded.
     */
    byte @Nullable [] contentHash() {
        if (contentHash == null) {
            try {
                content();
            } catch (Refusal undecodable) {
                return null;
            }
        }
        return contentHash;
    }

    /** A picture's grey levels at {@link #THUMBNAIL}; null where it is none or cannot be decoded. */
    byte @Nullable [] thumbnail() {
        if (thumbnail == null) {
            try {
                content();
            } catch (Refusal undecodable) {
                return null;
            }
        }
        return thumbnail;
    }
}
