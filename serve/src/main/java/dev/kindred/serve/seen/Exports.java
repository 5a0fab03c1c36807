package dev.kindred.serve.seen;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;

/** How many spans reached the collector and how many did not, for the metrics. */
final class Exports {
    private final LongAdder sent = new LongAdder();
    private final LongAdder lost = new LongAdder();

    long sent() {
        return sent.sum();
    }

    long lost() {
        return lost.sum();
    }

    /** The same exporter, its batches counted. */
    SpanExporter counting(SpanExporter exporter) {
        return new SpanExporter() {
            @Override
            public CompletableResultCode export(Collection<SpanData> spans) {
                int count = spans.size();
                CompletableResultCode result = exporter.export(spans);
                return result.whenComplete(() -> (result.isSuccess() ? sent : lost).add(count));
            }

            @Override
            public CompletableResultCode flush() {
                return exporter.flush();
            }

            @Override
            public CompletableResultCode shutdown() {
                return exporter.shutdown();
            }
        };
    }
}
