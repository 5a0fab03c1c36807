package dev.kindred.index;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.lucene.document.BinaryPoint;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermRangeQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** What a single condition asks of the view. It keeps what {@link RowTest} keeps. */
final class FilterQueries {
    private FilterQueries() {}

    /** @return queries of which an item has to match one */
    static List<Query> of(String field, List<Value> equalToOneOf) {
        List<BytesRef> terms = new ArrayList<>();
        List<byte[]> numbers = new ArrayList<>();
        List<byte[]> moments = new ArrayList<>();
        for (Value value : equalToOneOf) {
            byte[] number = FilterTerms.number(value);
            if (number != null) {
                numbers.add(number);
            } else if (value instanceof Value.Moment moment) {
                moments.add(FilterTerms.moment(moment.value()));
            } else {
                terms.addAll(FilterTerms.equalTo(field, value));
            }
        }
        List<Query> parts = new ArrayList<>();
        if (!terms.isEmpty()) {
            parts.add(terms(terms));
        }
        if (!numbers.isEmpty()) {
            parts.add(BinaryPoint.newSetQuery(ViewFields.numbers(field), numbers.toArray(byte[][]::new)));
        }
        if (!moments.isEmpty()) {
            parts.add(BinaryPoint.newSetQuery(ViewFields.moments(field), moments.toArray(byte[][]::new)));
        }
        return List.copyOf(parts);
    }

    static Query exists(String field) {
        return terms(
                FieldKind.ALL.stream().map(kind -> FilterTerms.has(field, kind)).toList());
    }

    static Query ids(Set<String> ids) {
        return new TermInSetQuery(
                ViewFields.ID,
                ids.stream()
                        .map(id -> new BytesRef(id.getBytes(StandardCharsets.UTF_8)))
                        .toList());
    }

    private static Query terms(List<BytesRef> terms) {
        return new TermInSetQuery(ViewFields.TERMS, terms);
    }

    static Query range(String field, Filter.Range.@Nullable Bound low, Filter.Range.@Nullable Bound high) {
        Filter.Range.Bound some = low != null ? low : high;
        if (some == null || low != null && high != null && !sameOrder(low.value(), high.value())) {
            return new MatchNoDocsQuery();
        }
        return switch (some.value()) {
            case Value.Text text -> texts(field, low, high);
            case Value.Moment moment -> moments(field, low, high);
            case Value.Whole whole -> numbers(field, low, high);
            case Value.Real real -> numbers(field, low, high);
            case Value.Flag flag -> new MatchNoDocsQuery();
            case Value.Words words -> new MatchNoDocsQuery();
        };
    }

    private static boolean sameOrder(Value one, Value other) {
        boolean numbers = one instanceof Value.Whole || one instanceof Value.Real;
        return numbers
                ? other instanceof Value.Whole || other instanceof Value.Real
                : one.getClass() == other.getClass();
    }

    private static Query texts(String field, Filter.Range.@Nullable Bound low, Filter.Range.@Nullable Bound high) {
        BytesRef from = low != null && low.value() instanceof Value.Text(String value)
                ? FilterTerms.text(field, value)
                : FilterTerms.start(field, FilterTerms.Kind.TEXT);
        BytesRef to = high != null && high.value() instanceof Value.Text(String value)
                ? FilterTerms.text(field, value)
                : FilterTerms.end(field, FilterTerms.Kind.TEXT);
        return new TermRangeQuery(
                ViewFields.TERMS, from, to, low == null || low.inclusive(), high != null && high.inclusive());
    }

    private static Query moments(String field, Filter.Range.@Nullable Bound low, Filter.Range.@Nullable Bound high) {
        byte[] from = low != null && low.value() instanceof Value.Moment(var value)
                ? edge(FilterTerms.moment(value), low.inclusive() ? 0 : 1)
                : new byte[FilterTerms.MOMENT_BYTES];
        byte[] to = high != null && high.value() instanceof Value.Moment(var value)
                ? edge(FilterTerms.moment(value), high.inclusive() ? 0 : -1)
                : edge(new byte[FilterTerms.MOMENT_BYTES], -1);
        return points(ViewFields.moments(field), from, to);
    }

    private static Query numbers(String field, Filter.Range.@Nullable Bound low, Filter.Range.@Nullable Bound high) {
        byte[] from = low == null ? FilterTerms.leastNumber() : FilterTerms.number(low.value());
        byte[] to = high == null ? FilterTerms.mostNumber() : FilterTerms.number(high.value());
        if (from == null || to == null) {
            // Nothing is above or below what is no number.
            return new MatchNoDocsQuery();
        }
        return points(
                ViewFields.numbers(field),
                low == null || low.inclusive() ? from : edge(from, 1),
                high == null || high.inclusive() ? to : edge(to, -1));
    }

    private static Query points(String name, byte[] from, byte[] to) {
        return Arrays.compareUnsigned(from, to) > 0
                ? new MatchNoDocsQuery()
                : BinaryPoint.newRangeQuery(name, from, to);
    }

    /** The bytes counted one up or down; 0 leaves them. From all zeros one down is all ones. */
    private static byte[] edge(byte[] bytes, int by) {
        byte[] moved = bytes.clone();
        if (by != 0) {
            for (int i = moved.length - 1; i >= 0; i--) {
                moved[i] += (byte) by;
                if (moved[i] != (by > 0 ? 0 : (byte) 0xFF)) {
                    break;
                }
            }
        }
        return moved;
    }
}
