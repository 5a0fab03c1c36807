package dev.kindred.serve.batch;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.Prepared;
import dev.kindred.encode.Tensor;
import dev.kindred.encode.TensorInput;
import dev.kindred.serve.seen.Meters;
import dev.kindred.serve.seen.Trail;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A collection's way from contents, or ready tensors, to embeddings: remembered ones at once, the rest by the pool, together with what
 * others ask for. Whoever asks waits; that is for virtual threads. Safe for many threads.
 */
public final class Encoding {
    /** Which of a collection's encoders. */
    public enum Role {
        /** What is looked for. */
        QUERY,
        /** What is found, and what is compared. */
        DOCUMENT
    }

    private final Pool pool;
    private final Line queries;
    private final Line documents;
    private final BooleanSupplier remembered;
    private final Timer timer;
    private final Meters.@Nullable OfCollection own;
    private final Outcome outcome;

    /** Told what came of each computation; of what was remembered nothing is. */
    @FunctionalInterface
    public interface Outcome {
        /**
         * @param role whose encoder it was; {@link Role#DOCUMENT} where both are the same
         * @param failure null where it came through; of whoever asked it may be as well as of the encoder
         */
        void of(Role role, @Nullable RuntimeException failure);
    }

    /**
     * @param queries may be the same as {@code documents}
     * @param remembered whether embeddings may be kept by what they were made of: not where contents are sensitive
     * @param timer of the preparing and encoding of one request, without its wait for a thread
     * @param undecodable told of each picture that is none
     */
    public Encoding(
            Pool pool,
            String collection,
            Encoder queries,
            Encoder documents,
            boolean remembered,
            Timer timer,
            Runnable undecodable) {
        this(
                pool,
                collection,
                "",
                queries,
                documents,
                () -> remembered,
                timer,
                undecodable,
                null,
                (role, failure) -> {});
    }

    /**
     * The same, all of it counted for a collection that is served.
     *
     * @param remembered whether embeddings may be kept by what they were made of; asked each time
     */
    public Encoding(
            Pool pool,
            Encoder queries,
            Encoder documents,
            BooleanSupplier remembered,
            Meters.OfCollection own,
            Outcome outcome) {
        this(
                pool,
                own.collection(),
                own.release(),
                queries,
                documents,
                remembered,
                own.embed().timer(),
                own::preprocessingFailure,
                own,
                outcome);
    }

    private Encoding(
            Pool pool,
            String collection,
            String release,
            Encoder queries,
            Encoder documents,
            BooleanSupplier remembered,
            Timer timer,
            Runnable undecodable,
            Meters.@Nullable OfCollection own,
            Outcome outcome) {
        this.pool = pool;
        this.outcome = outcome;
        this.own = own;
        this.remembered = remembered;
        this.timer = timer;
        BatchMeters.OfCollection meters = pool.meters().of(collection, release);
        this.documents = line(documents, queries == documents ? "" : " document", meters, undecodable);
        this.queries = queries == documents ? this.documents : line(queries, " query", meters, undecodable);
    }

    private Line line(Encoder encoder, String role, BatchMeters.OfCollection meters, Runnable undecodable) {
        int budget = pool.batching().budget(encoder.unit());
        return new Line(encoder, encoder.space().id() + role, budget, pool.cache(), meters, undecodable, own);
    }

    public Space space() {
        return documents.encoder().space();
    }

    /**
     * Embeds contents.
     *
     * @return one row a source, in order; the caller's own
     * @throws dev.kindred.serve.Problem 429 where too much waits, 503 where the asker's deadline cannot be met or was not, 422 for a picture
     *     that is none, 413 for pictures of too many pixels
     */
    public Embeddings embed(Asker asker, Lane lane, Role role, List<Source> sources) {
        Line line = line(role);
        int d = space().dimension();
        float[] values = new float[Math.multiplyExact(sources.size(), d)];
        List<Source> missing = new ArrayList<>(sources.size());
        List<Piece.Content> pieces = new ArrayList<>(sources.size());
        int[] places = new int[sources.size()];
        boolean keeps = pool.cache().remembers() && remembered.getAsBoolean();
        for (int i = 0; i < places.length; i++) {
            Source source = sources.get(i);
            @Nullable Digest digest = keeps ? line.digest(source) : null;
            float[] known = line.remembered(digest);
            if (known == null) {
                places[missing.size()] = i;
                missing.add(source);
                pieces.add(new Piece.Content(line, source, digest));
            } else {
                System.arraycopy(known, 0, values, i * d, d);
            }
        }
        if (!missing.isEmpty()) {
            float[] made = compute(new Order(asker, lane, missing, d), role, pieces);
            for (int i = 0; i < missing.size(); i++) {
                System.arraycopy(made, i * d, values, places[i] * d, d);
            }
        }
        if (own != null && lane == Lane.EMBED) {
            own.queries(sources.size());
        }
        return new Embeddings(space(), sources.size(), values);
    }

    private float[] compute(Order order, Role role, List<Piece.Content> pieces) {
        Role whose = queries == documents ? Role.DOCUMENT : role;
        float[] made;
        try {
            made = pool.embed(order, pieces);
        } catch (RuntimeException e) {
            outcome.of(whose, e);
            throw e;
        }
        outcome.of(whose, null);
        Trail.current().time(timer, Math.max(0, System.nanoTime() - order.begun));
        return made;
    }

    /**
     * Embeds what was prepared elsewhere.
     *
     * @param tensors by name, as {@link #inputs} has them; not to be changed until this returns
     * @return one row a sample, in order; the caller's own
     * @throws dev.kindred.core.Refusal where they are not what the encoder takes; {@code where} is the tensor's name
     * @throws dev.kindred.serve.Problem as above
     */
    public Embeddings embed(Asker asker, Lane lane, Role role, Map<String, Tensor> tensors) {
        List<Prepared> ready = line(role).encoder().ready(tensors);
        return embed(
                asker, lane, role, ready.stream().<Source>map(Source.Ready::new).toList());
    }

    /** Forgets what is remembered, of all collections: nothing says which it is of. */
    public void forget() {
        pool.cache().clear();
    }

    /** What tensors the encoder of a role takes; empty where it takes none. */
    public List<TensorInput> inputs(Role role) {
        return line(role).encoder().inputs();
    }

    private Line line(Role role) {
        return role == Role.QUERY ? queries : documents;
    }
}
