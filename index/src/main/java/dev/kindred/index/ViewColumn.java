package dev.kindred.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** The bytes that each row has in one column of the view, ids or payloads, read in any order. For one thread. */
final class ViewColumn {
    private final List<ViewSegment> segments;
    private final String name;
    private final @Nullable BinaryDocValues[] open;

    ViewColumn(List<ViewSegment> segments, String name) {
        this.segments = segments;
        this.name = name;
        this.open = new BinaryDocValues[segments.size()];
    }

    /** Of a row numbered through all segments; valid until the next call for its segment. */
    BytesRef at(int row) {
        ViewSegment segment = ViewSegment.holding(segments, row);
        int i = segment.number();
        int own = row - segment.base();
        try {
            BinaryDocValues values = open[i];
            // Values only go forward; anew is cheap where they lie in the mapped file.
            if (values == null || values.docID() > own) {
                values = segment.reader().getBinaryDocValues(name);
                open[i] = values;
            }
            if (values == null || !values.advanceExact(own)) {
                throw new Damage("a row of the view has no " + name);
            }
            return values.binaryValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
