package dev.kindred.index;

import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.util.BytesRef;

/**
 * Holds a moment of the view against the truth: every file's checksum, then of every item that its last write is there and nothing else,
 * then of a sample that vectors and payloads are the same. Nothing may be written meanwhile.
 */
final class ViewCheck {
    private static final int MAX_FINDINGS = 20;
    private static final int SAMPLE = 1_000;
    private static final String HINT = "rebuild the view; the items are safe beside it";

    private final ViewReader view;
    private final Truth truth;
    private final String where;
    private final List<Finding> findings = new ArrayList<>();

    private ViewCheck(ViewReader view, Truth truth, String where) {
        this.view = view;
        this.truth = truth;
        this.where = where;
    }

    static List<Finding> of(ViewReader view, Truth truth, String where) {
        ViewCheck check = new ViewCheck(view, truth, where);
        try {
            check.checksums();
            if (check.findings.isEmpty()) {
                check.numbers();
                check.sample();
            }
        } catch (IOException e) {
            check.found("cannot be read: " + Damage.told(e));
        }
        return List.copyOf(check.findings);
    }

    private void found(String what) {
        if (findings.size() < MAX_FINDINGS) {
            findings.add(new Finding(where, what, HINT));
        }
    }

    private void checksums() {
        for (ViewSegment segment : view.segments()) {
            try {
                segment.reader().checkIntegrity();
            } catch (IOException e) {
                found(Damage.told(e));
            }
        }
    }

    /** A write's number is its item's and nobody else's, so that the numbers tell all. */
    private void numbers() throws IOException {
        long[] held = new long[view.count()];
        int n = 0;
        for (ViewSegment segment : view.segments()) {
            NumericDocValues numbers = segment.reader().getNumericDocValues(ViewFields.SEQUENCE);
            for (int row = 0; row < segment.count(); row++) {
                if (segment.isLive(row)) {
                    if (numbers == null || !numbers.advanceExact(row)) {
                        found("has a row without a number");
                        return;
                    }
                    held[n++] = numbers.longValue();
                }
            }
        }
        Arrays.sort(held);
        long[] written = truth.sequences();
        int lacking = missing(written, held);
        int over = missing(held, written);
        if (lacking > 0) {
            found("lacks %,d of %,d items".formatted(lacking, written.length));
        }
        if (over > 0) {
            found("finds %,d items that are not there as it has them".formatted(over));
        }
    }

    private static int missing(long[] of, long[] in) {
        int missing = 0;
        for (long each : of) {
            missing += Arrays.binarySearch(in, each) < 0 ? 1 : 0;
        }
        return missing;
    }

    private void sample() throws IOException {
        int rows = view.segments().stream().mapToInt(ViewSegment::count).sum();
        Keyed random = Keyed.of(view.sequence());
        int[] chosen = rows <= SAMPLE
                ? java.util.stream.IntStream.range(0, rows).toArray()
                : java.util.stream.IntStream.generate(() -> random.nextInt(rows))
                        .limit(SAMPLE)
                        .sorted()
                        .distinct()
                        .toArray();
        ViewColumn ids = new ViewColumn(view.segments(), ViewFields.ID);
        ViewColumn payloads = new ViewColumn(view.segments(), ViewFields.PAYLOAD);
        for (ViewSegment segment : view.segments()) {
            for (int row : chosen) {
                int own = row - segment.base();
                if (own >= 0 && own < segment.count() && segment.isLive(own)) {
                    compare(ids.at(row).utf8ToString(), segment.vector(own), payloads.at(row));
                }
            }
        }
    }

    private void compare(String id, float[] vector, BytesRef payload) {
        Optional<Item> item;
        try {
            item = truth.get(id);
        } catch (Refusal damaged) {
            // Of the items themselves, which tell of it.
            return;
        }
        if (item.isEmpty()) {
            found("finds item '" + id + "', which is not there");
            return;
        }
        byte[] expected = PayloadCodec.encode(item.get().payload(), Vectors.named(id));
        boolean same = Arrays.equals(
                        vector,
                        Vectors.compared(item.get().vector(), truth.space().distance()))
                && new BytesRef(expected).bytesEquals(payload);
        if (!same) {
            found("has another vector or other fields of item '" + id + "' than the items themselves");
        }
    }
}
