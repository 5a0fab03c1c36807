package dev.kindred.index;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the rows of one moment. The first rows are asked first, which have most fields that are asked for; what they lack is looked
 * up in a list of all, made by one reading of all payloads. Safe for many threads.
 */
final class RowsFields implements PayloadFields {
    /** Rows that are asked before all are read. */
    private static final int FIRST = 1_000;
    /** Names that are listed, some 10 MB; of more, each is looked for anew. */
    private static final int MOST_LISTED = 100_000;

    /** @param whole whether no name is left out; the kinds of those that are listed always are all */
    private record Listed(Map<String, Set<FieldKind>> kinds, boolean whole) {}

    private final View view;
    private volatile @Nullable Listed listed;

    RowsFields(View view) {
        this.view = view;
    }

    @Override
    public boolean isEmpty() {
        return view.count() == 0;
    }

    @Override
    public boolean has(String field, Set<FieldKind> oneOf) {
        if (listed == null && find(field, oneOf, Math.min(FIRST, view.rows()))) {
            return true;
        }
        Listed all = all();
        Set<FieldKind> kinds = all.kinds().get(field);
        return kinds != null
                ? kinds.stream().anyMatch(oneOf::contains)
                : !all.whole() && find(field, oneOf, view.rows());
    }

    private boolean find(String field, Set<FieldKind> oneOf, int to) {
        MemorySegment name = MemorySegment.ofArray(field.getBytes(StandardCharsets.UTF_8));
        for (int row = 0; row < to; row++) {
            if (!view.isGone(row)) {
                Value value = PayloadCodec.field(view.payload(row), name, view.where());
                if (value != null && oneOf.contains(FieldKind.of(value))) {
                    return true;
                }
            }
        }
        return false;
    }

    private Listed all() {
        Listed before = listed;
        return before == null ? list() : before;
    }

    private synchronized Listed list() {
        Listed before = listed;
        if (before != null) {
            return before;
        }
        Map<String, Set<FieldKind>> kinds = new HashMap<>();
        boolean whole = true;
        for (int row = 0; row < view.rows(); row++) {
            if (view.isGone(row)) {
                continue;
            }
            for (Map.Entry<String, Value> field : view.fields(row).entrySet()) {
                Set<FieldKind> there = kinds.get(field.getKey());
                if (there == null && kinds.size() < MOST_LISTED) {
                    there = EnumSet.noneOf(FieldKind.class);
                    kinds.put(field.getKey(), there);
                }
                if (there == null) {
                    whole = false;
                } else {
                    there.add(FieldKind.of(field.getValue()));
                }
            }
        }
        Listed all = new Listed(kinds, whole);
        listed = all;
        return all;
    }

    @Override
    public Map<String, Set<FieldKind>> named() {
        Map<String, Set<FieldKind>> named = new TreeMap<>();
        all().kinds().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MOST_NAMED)
                .forEach(each -> named.put(each.getKey(), each.getValue()));
        return named;
    }
}
