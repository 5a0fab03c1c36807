package dev.kindred.serve.batch;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.Prepared;
import dev.kindred.media.Pictures;
import dev.kindred.serve.Problem;
import dev.kindred.serve.batch.BatchMeters.Dropped;
import dev.kindred.serve.seen.BatchTrail;
import dev.kindred.serve.seen.Meters;
import dev.kindred.serve.seen.Stage;
import dev.kindred.serve.seen.Trail;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One encoder and how fast it is: what waits for it is prepared, packed and run together. Safe for many threads. */
final class Line {
    /** Nanoseconds a pixel of a picture file, until measured. */
    private static final double DECODING_GUESS = 20;
    /** Places that a text may be shorter than the longest of its pack, whatever their length. */
    private static final int SLACK = 8;

    private final Encoder encoder;
    private final String scope;
    private final int budget;
    private final EmbeddingCache cache;
    private final BatchMeters.OfCollection meters;
    private final Runnable undecodable;
    private final Meters.@Nullable OfCollection own;
    private final Tempo encoding;
    private final Tempo decoding = new Tempo(DECODING_GUESS);

    /** A piece as the graph takes it, and how long its picture took to decode. */
    private record Packable(Piece.Content piece, Prepared prepared, long decoding) {}

    /**
     * @param scope space and role: what is equal within it has equal embeddings
     * @param budget of one pack, in the encoder's unit
     * @param undecodable told of each picture that is none
     * @param own of the collection that is served; null where none is
     */
    Line(
            Encoder encoder,
            String scope,
            int budget,
            EmbeddingCache cache,
            BatchMeters.OfCollection meters,
            Runnable undecodable,
            Meters.@Nullable OfCollection own) {
        this.own = own;
        this.encoder = encoder;
        this.scope = scope;
        this.budget = budget;
        this.cache = cache;
        this.meters = meters;
        this.undecodable = undecodable;
        this.encoding = new Tempo(guess(encoder.unit()));
    }

    /** Nanoseconds a unit, until measured. */
    private static double guess(Encoder.Unit unit) {
        return switch (unit) {
            case CONTENTS -> 500_000;
            case TOKENS -> 20_000;
            case PIXELS -> 500;
        };
    }

    Encoder encoder() {
        return encoder;
    }

    int budget() {
        return budget;
    }

    /** What a source costs in the encoder's unit, about. */
    int units(Source source) {
        return switch (source) {
            case Source.Text(String value) -> encoder.estimate(value.length());
            case Source.Made(Content.Text(String value)) -> encoder.estimate(value.length());
            case Source.Ready(Prepared prepared) -> prepared.cost();
            case Source.Made _, Source.Picture _ -> encoder.estimate(0);
        };
    }

    /**
     * Nanoseconds, about.
     *
     * @param pixels to decode
     */
    long cost(long pixels, int units) {
        return encoding.of(units) + (pixels == 0 ? 0 : decoding.of(Piece.decoding(pixels)));
    }

    /** By which a source is remembered; null where it is not. */
    @Nullable
    Digest digest(Source source) {
        return switch (source) {
            case Source.Text(String value) -> Digest.of(scope, value);
            case Source.Picture picture -> Digest.of(scope, picture.bytes());
            case Source.Made _, Source.Ready _ -> null;
        };
    }

    /** What is remembered of it; to be copied. */
    float @Nullable [] remembered(@Nullable Digest digest) {
        if (digest == null) {
            return null;
        }
        float[] vector = cache.get(digest);
        (vector == null ? meters.misses() : meters.hits()).increment();
        return vector;
    }

    void joined() {
        meters.joined().increment();
    }

    /** On a computing thread: ends every piece, for better or worse. */
    void work(List<Piece.Content> pieces, FairQueue queue) {
        long spent = own == null ? 0 : own.embed().begun();
        try (BatchTrail batch = BatchTrail.of(waitingFor(pieces, queue), pieces.size())) {
            work(pieces, queue, batch);
        } finally {
            if (own != null) {
                own.embed().spent(spent);
            }
        }
    }

    /** What is seen of the requests that wait for these pieces. */
    private static List<Trail> waitingFor(List<Piece.Content> pieces, FairQueue queue) {
        Set<Order> orders = new LinkedHashSet<>();
        for (Piece.Content piece : pieces) {
            queue.waitingFor(piece).forEach(entry -> orders.add(entry.order()));
        }
        orders.forEach(Order::noLongerWaits);
        return orders.stream().map(order -> order.trail).toList();
    }

    private void work(List<Piece.Content> pieces, FairQueue queue, BatchTrail batch) {
        long begun = System.nanoTime();
        List<Packable> ready = new ArrayList<>(pieces.size());
        try (Stage _ = batch.stage("preprocess")) {
            for (Piece.Content piece : pieces) {
                Packable made = queue.isWanted(piece) ? prepare(piece, queue) : null;
                if (made != null) {
                    ready.add(made);
                }
            }
        }
        // Longest first, so that each pack is as wide as its first.
        ready.sort(Comparator.comparingInt((Packable each) -> -each.prepared().cost()));
        for (int from = 0; from < ready.size(); ) {
            int to = packEnd(ready, from);
            run(ready.subList(from, to), queue, batch);
            from = to;
        }
        long units = 0;
        long decoded = 0;
        for (Packable each : ready) {
            units += each.piece().units;
            decoded += each.decoding();
        }
        if (units > 0) {
            encoding.record(System.nanoTime() - begun - decoded, units);
        }
    }

    /** As many as the budget takes, padding included, and of similar length. */
    private int packEnd(List<Packable> ready, int from) {
        int width = ready.get(from).prepared().cost();
        int shortest = Math.min(width - SLACK, width * 3 / 4);
        int to = from + 1;
        while (to < ready.size()
                && (long) width * (to + 1 - from) <= budget
                && ready.get(to).prepared().cost() >= shortest) {
            to++;
        }
        return to;
    }

    private @Nullable Packable prepare(Piece.Content piece, FairQueue queue) {
        try {
            return switch (piece.source) {
                case Source.Text(String value) -> new Packable(piece, encoder.prepare(new Content.Text(value)), 0);
                case Source.Made(Content content) -> new Packable(piece, encoder.prepare(content), 0);
                case Source.Ready(Prepared prepared) -> new Packable(piece, prepared, 0);
                case Source.Picture picture -> picture(piece, picture, queue);
            };
        } catch (RuntimeException e) {
            fail(piece, e, queue);
            return null;
        }
    }

    /** One decoded picture a thread is in memory at a time: what is kept of it is in the encoder's shape. */
    private @Nullable Packable picture(Piece.Content piece, Source.Picture picture, FairQueue queue) {
        long begun = System.nanoTime();
        Content.Pixels pixels;
        try {
            pixels = Pictures.decode(picture.bytes(), picture.where());
        } catch (Refusal refusal) {
            undecodable.run();
            for (Entry entry : queue.finish(piece)) {
                String where =
                        refusal.where().equals(picture.where()) ? entry.order().where(entry.index()) : refusal.where();
                fail(
                        entry,
                        new Problem(HttpStatus.UNPROCESSABLE_ENTITY, "picture", refusal.what(), where, refusal.hint()),
                        queue);
            }
            return null;
        }
        long took = System.nanoTime() - begun;
        decoding.record(took, Piece.decoding(piece.pixels()));
        for (Entry entry : queue.waitingFor(piece)) {
            try {
                entry.order().decoded(entry.index(), (long) pixels.width() * pixels.height());
            } catch (Problem tooMany) {
                fail(entry, tooMany, queue);
            }
        }
        return queue.isWanted(piece) ? new Packable(piece, encoder.prepare(pixels), took) : null;
    }

    private void run(List<Packable> pack, FairQueue queue, BatchTrail batch) {
        List<Packable> wanted =
                pack.stream().filter(each -> queue.isWanted(each.piece())).toList();
        if (wanted.isEmpty()) {
            return;
        }
        Embeddings rows;
        // Over before anybody gets what it made, and goes on with it.
        try (Stage _ = batch.stage("encode")) {
            rows = encoder.run(wanted.stream().map(Packable::prepared).toList());
        } catch (RuntimeException e) {
            if (wanted.size() == 1) {
                fail(wanted.getFirst().piece(), e, queue);
            } else {
                // What cannot be run takes nobody else's with it.
                meters.failures().increment();
                wanted.forEach(each -> run(List.of(each), queue, batch));
            }
            return;
        }
        meters.size().record(wanted.size());
        float[] values = rows.values();
        int d = rows.dimension();
        for (int row = 0; row < wanted.size(); row++) {
            Piece.Content piece = wanted.get(row).piece();
            float[] one = Arrays.copyOfRange(values, row * d, row * d + d);
            if (piece.digest != null) {
                // Before it is forgotten that it was computed: whoever comes in between finds one or the other.
                cache.put(piece.digest, one);
            }
            if (own != null) {
                own.embedding(one);
            }
            for (Entry entry : queue.finish(piece)) {
                entry.order().put(entry.index(), values, row * d);
            }
        }
    }

    /** For all who wait for it. */
    void fail(Piece.Content piece, Throwable cause, FairQueue queue) {
        for (Entry entry : queue.finish(piece)) {
            fail(entry, cause, queue);
        }
    }

    private static void fail(Entry entry, Throwable cause, FairQueue queue) {
        entry.order().fail(cause);
        queue.drop(entry.order(), Dropped.GONE, Problem.gone());
    }
}
