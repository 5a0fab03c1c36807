package dev.kindred.encode;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes embeddings of contents. Safe for many threads; an embedding never depends on what it was batched with.
 *
 * <p>Its two steps can be taken apart by whoever puts batches together: {@link #prepare} makes of one content what the graph takes,
 * {@link #run} runs some of those whole on the calling thread. Both together give what {@link #encode} gives, within the last bits of
 * float sums.
 */
public interface Encoder extends AutoCloseable {

    /** What costs are counted in. */
    enum Unit {
        CONTENTS,
        TOKENS,
        PIXELS
    }

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

    /** What the costs of its contents are counted in. */
    default Unit unit() {
        return Unit.CONTENTS;
    }

    /**
     * What a content will cost about, before it is prepared; at least 1.
     *
     * @param characters of a text, 0 for any other content
     */
    default int estimate(int characters) {
        return 1;
    }

    /**
     * The first step, on any thread.
     *
     * @throws Refusal for a content of another kind
     */
    default Prepared prepare(Content content) {
        return new Prepared.Whole(content, 1);
    }

    /**
     * The second step, whole on the calling thread: memory is that of the pack, which the caller bounds.
     *
     * @param pack what this encoder prepared; texts of similar length cost the least
     * @return one row each, in order
     */
    default Embeddings run(List<Prepared> pack) {
        List<Content> contents = new ArrayList<>(pack.size());
        for (Prepared prepared : pack) {
            if (!(prepared instanceof Prepared.Whole(Content content, int _))) {
                throw Prepared.foreign(prepared);
            }
            contents.add(content);
        }
        return encode(contents);
    }

    /** What its graph takes, for those who prepare contents themselves; empty where it takes nothing but contents. */
    default List<TensorInput> inputs() {
        return List.of();
    }

    /**
     * Contents that were prepared elsewhere, one a sample.
     *
     * @param tensors by name, as {@link #inputs} has them
     * @throws Refusal where one is missing or unknown, of another shape, or holds what the sealed preprocessing cannot give; {@code where}
     *     is the tensor's name
     */
    default List<Prepared> ready(Map<String, Tensor> tensors) {
        throw new Refusal("this encoder takes no tensors", "", "send contents");
    }

    /** Texts that were longer than the encoder reads and lost their end, so far. */
    default long truncated() {
        return 0;
    }

    @Override
    void close();
}
