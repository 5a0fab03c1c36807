package dev.kindred.media;

import dev.kindred.core.Refusal;

/**
 * A file's bytes read with every offset checked: what lies past the end is a refusal, never an exception of the
 * array.
 */
final class Source {
    final byte[] bytes;
    final String where;
    int at;

    Source(byte[] bytes, String where) {
        this.bytes = bytes;
        this.where = where;
    }

    Refusal refuse(String what) {
        return new Refusal(what, where, "replace the picture or take it out");
    }

    Refusal cutShort() {
        return refuse("is cut short");
    }

    int left() {
        return bytes.length - at;
    }

    /** Makes sure that {@code n} bytes stand at the cursor. */
    void need(long n) {
        if (n < 0 || n > left()) {
            throw cutShort();
        }
    }

    void skip(long n) {
        need(n);
        at += (int) n;
    }

    void seek(long offset) {
        if (offset < 0 || offset > bytes.length) {
            throw cutShort();
        }
        at = (int) offset;
    }

    int u8() {
        need(1);
        return bytes[at++] & 0xFF;
    }

    int u16be() {
        int high = u8();
        return high << 8 | u8();
    }

    int u16le() {
        int low = u8();
        return low | u8() << 8;
    }

    int i32be() {
        int high = u16be();
        return high << 16 | u16be();
    }

    int i32le() {
        int low = u16le();
        return low | u16le() << 16;
    }
}
