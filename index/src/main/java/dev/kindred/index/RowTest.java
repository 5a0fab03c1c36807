package dev.kindred.index;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A filter made ready for the rows of one view. */
@FunctionalInterface
interface RowTest {
    boolean passes(int row);

    static RowTest of(Filter filter, View view) {
        return switch (filter) {
            case Filter.And and -> all(and.all().stream().map(f -> of(f, view)).toList());
            case Filter.Or or -> any(or.any().stream().map(f -> of(f, view)).toList());
            case Filter.Not not -> {
                RowTest inner = of(not.filter(), view);
                yield row -> !inner.passes(row);
            }
            case Filter.Equals equals -> field(view, equals.field(), v -> Values.equal(v, equals.value()));
            case Filter.In in -> field(view, in.field(), Values.anyOf(in.values()));
            case Filter.Range range -> field(view, range.field(), v -> Values.within(v, range.low(), range.high()));
            case Filter.Exists exists -> field(view, exists.field(), v -> true);
            case Filter.Ids ids -> {
                // As large as the list, where a bit a row would be as large as the index, for every list.
                int[] rows = rows(ids.ids(), view);
                yield row -> Arrays.binarySearch(rows, row) >= 0;
            }
        };
    }

    /** The only rows that can pass, rising, where the filter names them by id; else null. */
    static int @Nullable [] candidates(Filter filter, View view) {
        return switch (filter) {
            case Filter.Ids ids -> rows(ids.ids(), view);
            case Filter.And and -> {
                int[] fewest = null;
                for (Filter part : and.all()) {
                    int[] rows = candidates(part, view);
                    if (rows != null && (fewest == null || rows.length < fewest.length)) {
                        fewest = rows;
                    }
                }
                yield fewest;
            }
            default -> null;
        };
    }

    private static int[] rows(Set<String> ids, View view) {
        int[] rows = ids.stream().mapToInt(view::find).filter(row -> row >= 0).toArray();
        Arrays.sort(rows);
        return rows;
    }

    private static RowTest all(List<RowTest> tests) {
        return switch (tests.size()) {
            case 0 -> row -> true;
            case 1 -> tests.getFirst();
            default ->
                row -> {
                    for (RowTest test : tests) {
                        if (!test.passes(row)) {
                            return false;
                        }
                    }
                    return true;
                };
        };
    }

    private static RowTest any(List<RowTest> tests) {
        return row -> {
            for (RowTest test : tests) {
                if (test.passes(row)) {
                    return true;
                }
            }
            return false;
        };
    }

    private static RowTest field(View view, String field, Values.Test test) {
        MemorySegment name = MemorySegment.ofArray(field.getBytes(StandardCharsets.UTF_8));
        return row -> {
            Value value = PayloadCodec.field(view.payload(row), name, view.where());
            return value != null && test.passes(value);
        };
    }
}
