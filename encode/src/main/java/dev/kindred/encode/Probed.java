package dev.kindred.encode;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import java.util.List;

/** An encoder that can be held to its probes. */
sealed interface Probed extends Encoder permits PictureEncoder, TextEncoder, CharacterEncoder {

    /** SHA-256 in hex of what the preprocessing makes of the probes: changes when any bit of it does. */
    String preparedHash();

    /** Encodes the probes, which count as nobody's contents. */
    Embeddings probe(List<Content> probes);
}
