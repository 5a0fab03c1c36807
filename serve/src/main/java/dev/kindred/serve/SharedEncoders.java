package dev.kindred.serve;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.index.VectorIndex;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Encoders and learned distances: each bundle's are opened once, for all collections that are of it, and closed with the last. */
final class SharedEncoders {
    private final int threads;
    private final Map<String, Lease> open = new HashMap<>();
    private final ReentrantLock alone = new ReentrantLock();

    SharedEncoders(int threads) {
        this.threads = threads;
    }

    /** What a bundle answers with, until {@link #close}. */
    final class Lease implements AutoCloseable {
        private final String bundle;
        private final Served.Takes takes;
        private final Optional<Decision> decision;
        private final Optional<JsonObject> baseline;
        private final List<Encoder> encoders;
        private final Optional<LearnedDistance> comparator;
        private int holders;

        private Lease(Bundle bundle, List<Encoder> encoders, Optional<LearnedDistance> comparator) {
            this.bundle = bundle.id();
            this.takes = Served.Takes.of(bundle.preparation());
            this.decision = bundle.decision();
            this.baseline = bundle.baseline();
            this.encoders = encoders;
            this.comparator = comparator;
        }

        /** @param index of the bundle's space */
        Served served(String collection, VectorIndex index) {
            return new Served(
                    collection,
                    bundle,
                    takes,
                    encoders.getFirst(),
                    encoders.getLast(),
                    comparator,
                    decision,
                    baseline,
                    index);
        }

        String bundle() {
            return bundle;
        }

        @Override
        public void close() {
            alone.lock();
            try {
                if (--holders == 0) {
                    open.remove(bundle);
                    encoders.forEach(Encoder::close);
                    comparator.ifPresent(LearnedDistance::close);
                }
            } finally {
                alone.unlock();
            }
        }
    }

    /** @throws dev.kindred.core.Refusal where the file is no bundle, or this machine does not give what was sealed */
    Lease take(Path file) {
        Bundle bundle = Bundle.open(file);
        alone.lock();
        try {
            Lease there = open.get(bundle.id());
            Lease lease = there == null ? opened(bundle) : there;
            open.put(bundle.id(), lease);
            lease.holders++;
            return lease;
        } finally {
            alone.unlock();
        }
    }

    private Lease opened(Bundle bundle) {
        List<Encoder> encoders = encoders(bundle);
        try {
            return new Lease(bundle, encoders, bundle.comparator(threads));
        } catch (RuntimeException e) {
            encoders.forEach(Encoder::close);
            throw e;
        }
    }

    /** The only encoder; or first that of queries, last that of documents. */
    private List<Encoder> encoders(Bundle bundle) {
        if (bundle.encoders().size() == 1) {
            return List.of(bundle.encoder(threads));
        }
        Encoder queries = bundle.encoder(EncoderParts.QUERY, threads);
        try {
            return List.of(queries, bundle.encoder(EncoderParts.DOCUMENT, threads));
        } catch (RuntimeException e) {
            queries.close();
            throw e;
        }
    }
}
