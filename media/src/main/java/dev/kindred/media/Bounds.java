package dev.kindred.media;

import dev.kindred.core.Refusal;

/** How large a picture from strangers may be. Checked on its header, before anything of that size is allocated. */
final class Bounds {
    static final int MAX_FILE_BYTES = 64 << 20;
    static final int MAX_SIDE = 16_384;
    static final long MAX_PIXELS = 64L << 20;

    private Bounds() {}

    /**
     * Sizes are unsigned 32-bit at most; 0 is no picture.
     *
     * @return pixels
     */
    static long check(long width, long height, String where) {
        if (width < 1 || height < 1) {
            throw new Refusal(
                    "claims a size of " + width + "×" + height + " pixels",
                    where,
                    "replace the picture or take it out");
        }
        if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
            throw new Refusal(
                    "claims %,d×%,d pixels, more than the bound of %,d a side and %,d in all"
                            .formatted(width, height, MAX_SIDE, MAX_PIXELS),
                    where,
                    "make the picture smaller or take it out");
        }
        return width * height;
    }
}
