package dev.kindred.core;

/**
 * What a sample is made of, already decoded. Decoding bytes from strangers is the work of {@code media}; a content is always whole
 * and within bounds.
 */
public sealed interface Content {

    /**
     * A picture, 8 bits a channel, rows from the top, channels interleaved: {@code values[(y * width + x) * channels + c]}.
     *
     * @param width pixels, at least 1
     * @param height pixels, at least 1
     * @param channels 1 (grey) or 3 (red, green, blue); transparency is already laid on white
     * @param values {@code width * height * channels} unsigned bytes; not to be changed after construction
     */
    record Pixels(int width, int height, int channels, byte[] values) implements Content {
        public Pixels {
            if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
                throw new IllegalArgumentException("no picture is " + width + "×" + height + "×" + channels);
            }
            if (values.length != Math.multiplyExact(Math.multiplyExact(width, height), channels)) {
                throw new IllegalArgumentException(
                        "%d bytes for a picture of %d×%d×%d".formatted(values.length, width, height, channels));
            }
        }
    }

    /** Words, as they came. */
    record Text(String value) implements Content {}

    /**
     * Sound, one channel, samples in [-1, 1].
     *
     * @param rate samples a second
     */
    record Sound(float[] values, int rate) implements Content {}

    /** A row of numeric features; NaN where a value is missing. */
    record Row(double[] values) implements Content {}

    /** An embedding made elsewhere. */
    record Vector(float[] values) implements Content {}
}
