package dev.kindred.encode;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import java.util.List;

/** Makes embeddings of contents. Safe for many threads; an embedding never depends on what it was batched with. */
public interface Encoder extends AutoCloseable {

    /** The space its embeddings live in. */
    Space space();

    /**
     * @param batch contents of a kind this encoder takes, in any number; memory beyond the result is bounded
     * @return one row a content, in order
     * @throws dev.kindred.core.Refusal for a content of another kind, by its place in the batch
     */
    Embeddings encode(List<Content> batch);

    /** The embedding of one content: {@code [1, d]}. */
    default Embeddings embed(Content content) {
        return encode(List.of(content));
    }

    /** The embedding of one text: {@code [1, d]}. */
    default Embeddings embed(String text) {
        return embed(new Content.Text(text));
    }

    /** Texts that were longer than the encoder reads and lost their end, so far. */
    default long truncated() {
        return 0;
    }

    /** The tensors that its graph takes; empty where none can be handed to it. */
    default List<GraphInput> graph() {
        return List.of();
    }

    /**
     * Embeddings of samples that were prepared elsewhere, one row a sample.
     *
     * @throws dev.kindred.core.Refusal where they are not what {@link #graph} takes
     */
    default Embeddings encode(GraphTensors tensors) {
        throw GraphTensors.wrongKind(this);
    }

    /** How much of a text is read. */
    default TextLength length(String text) {
        return TextLength.NONE;
    }

    @Override
    void close();
}
