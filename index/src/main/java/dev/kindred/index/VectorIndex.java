package dev.kindred.index;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import java.util.List;
import java.util.Optional;

/**
 * Items that can be found by likeness: the contract of every engine, embedded or clustered. Safe for many threads; a search sees the
 * items of one moment, never half a write.
 */
public interface VectorIndex extends AutoCloseable {

    /** Space, dimension, distance, count and what this engine can do. */
    IndexInfo info();

    /**
     * Applies the changes as one: all or none. A put replaces the item of its id; of several changes of one id the last wins; deleting
     * what is not there is no error.
     *
     * @param until how far the write must have come before this returns
     * @return the sequence number of the last change
     * @throws Refusal where a vector is of another dimension, not finite or (under cosine) zero, naming the id; where another writer
     *     holds the index, naming it
     */
    Receipt write(List<Change> changes, Visibility until);

    /**
     * The k items most like the query among those that pass its filter, best first, equal scores by id (UTF-8 bytes, unsigned). There
     * are k whenever k match.
     *
     * @throws Refusal where the query is of another space; where its filter compares a field that no item has, or that holds values of
     *     another type in all of them, naming the nearest. An empty index refuses no filter.
     */
    Found search(Query query);

    /** The k items most like one embedding. */
    default Found search(Embeddings embedding, int k) {
        if (embedding.count() != 1) {
            throw new Refusal(
                    "a search takes one embedding, not " + embedding.count(), "query", "search for them one by one");
        }
        return search(Query.of(embedding.space(), embedding.values(), k));
    }

    /** The item of this id, whole. */
    Optional<Item> get(String id);

    /**
     * All items written after {@code afterSequence} (0 for all), in the order of their last write: reindex, check, snapshot and recall
     * stand on it. The items are those of the moment of the call. To be closed by the caller.
     */
    Items scan(long afterSequence);

    @Override
    void close();
}
