package dev.kindred.serve.seen;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * A histogram of values that may be negative, which Micrometer's summaries leave out, with bounds of their own for each set of labels:
 * cosines and distances lie elsewhere. Counting takes no lock.
 */
final class Distributions implements Collector {
    private final String name;
    private final String help;
    private final Map<Labels, Distribution> all = new ConcurrentHashMap<>();

    Distributions(String name, String help) {
        this.name = name;
        this.help = help;
    }

    /** The values under one set of labels. */
    static final class Distribution {
        private final double[] bounds;
        private final LongAdder[] counts;
        private final DoubleAdder sum = new DoubleAdder();

        /** @param bounds rising; the last bucket, without end, is added */
        private Distribution(double... bounds) {
            this.bounds = bounds;
            this.counts = new LongAdder[bounds.length + 1];
            Arrays.setAll(counts, i -> new LongAdder());
        }

        /** A value that is no number falls above all bounds and leaves the sum alone. */
        void record(double value) {
            int at = Arrays.binarySearch(bounds, value);
            counts[at >= 0 ? at : -at - 1].increment();
            if (Double.isFinite(value)) {
                sum.add(value);
            }
        }

        private boolean isAny() {
            for (LongAdder count : counts) {
                if (count.sum() > 0) {
                    return true;
                }
            }
            return false;
        }

        private HistogramSnapshot.HistogramDataPointSnapshot snapshot(Labels labels) {
            ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
            for (int i = 0; i < counts.length; i++) {
                buckets.bucket(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY, counts[i].sum());
            }
            return HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(labels)
                    .classicHistogramBuckets(buckets.build())
                    .sum(sum.sum())
                    .build();
        }
    }

    Distribution of(Labels labels, double... bounds) {
        return all.computeIfAbsent(labels, own -> new Distribution(bounds));
    }

    /** Takes out all of a collection. */
    void forget(String collection) {
        all.keySet().removeIf(labels -> collection.equals(labels.get("collection")));
    }

    @Override
    public String getPrometheusName() {
        return name;
    }

    @Override
    public MetricSnapshot collect() {
        HistogramSnapshot.Builder snapshot =
                HistogramSnapshot.builder().name(name).help(help);
        all.forEach((labels, distribution) -> {
            if (distribution.isAny()) {
                snapshot.dataPoint(distribution.snapshot(labels));
            }
        });
        return snapshot.build();
    }
}
