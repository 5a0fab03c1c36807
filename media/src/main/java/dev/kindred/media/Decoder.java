package dev.kindred.media;

import dev.kindred.core.Content;

/** One picture file of one format; it is used once. */
sealed interface Decoder permits BmpDecoder, GifDecoder, JpegDecoder, PngDecoder, PnmDecoder {
    /** @throws dev.kindred.core.Refusal where it is damaged or beyond the bounds */
    Content.Pixels decode();

    /**
     * Pixels that decoding goes through, by the header alone.
     *
     * @throws dev.kindred.core.Refusal where that is damaged
     */
    long claimed();
}
