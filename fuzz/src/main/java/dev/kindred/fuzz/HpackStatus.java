package dev.kindred.fuzz;

/** The status of a reply's first header block: RFC 7541 as far as a {@code :status} that stands first needs it. */
final class HpackStatus {
    private static final int[] INDEXED = {200, 204, 206, 304, 400, 404, 500};

    private HpackStatus() {}

    /** @return 0 where it stands in no way that is known here */
    static int of(byte[] block) {
        int at = 0;
        // A change of the table's size may come before.
        while (at < block.length && (block[at] & 0xE0) == 0x20) {
            at++;
        }
        if (at >= block.length) {
            return 0;
        }
        int first = block[at] & 0xFF;
        if (first >= 0x88 && first <= 0x8E) {
            return INDEXED[first - 0x88];
        }
        boolean named = first == 0x48 || first == 0x08 || first == 0x18;
        if (!named || at + 1 >= block.length) {
            return 0;
        }
        int length = block[at + 1] & 0x7F;
        boolean huffman = (block[at + 1] & 0x80) != 0;
        if (at + 2 + length > block.length) {
            return 0;
        }
        int code = 0;
        if (!huffman) {
            for (int i = 0; i < length; i++) {
                code = code * 10 + block[at + 2 + i] - '0';
            }
            return code;
        }
        long bits = 0;
        for (int i = 0; i < length; i++) {
            bits = bits << 8 | block[at + 2 + i] & 0xFF;
        }
        int left = 8 * length;
        for (int digit = 0; digit < 3; digit++) {
            // 0, 1 and 2 have five bits, the other digits six (RFC 7541, appendix B).
            int five = left < 5 ? -1 : (int) (bits >>> (left - 5)) & 31;
            if (five >= 0 && five <= 2) {
                code = code * 10 + five;
                left -= 5;
            } else {
                int six = left < 6 ? -1 : (int) (bits >>> (left - 6)) & 63;
                if (six < 25 || six > 31) {
                    return 0;
                }
                code = code * 10 + six - 22;
                left -= 6;
            }
        }
        return code;
    }
}
