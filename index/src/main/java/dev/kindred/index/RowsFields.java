package dev.kindred.index;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The fields of the rows of one moment, found by reading payloads until one has what is asked for; what was found is kept. Safe for many
 * threads.
 */
final class RowsFields implements PayloadFields {
    private static final int MOST_KEPT = 1_000;

    private record Asked(String field, Set<FieldKind> oneOf) {}

    private final View view;
    private final Map<Asked, Boolean> known = new ConcurrentHashMap<>();

    RowsFields(View view) {
        this.view = view;
    }

    @Override
    public boolean isEmpty() {
        return view.count() == 0;
    }

    @Override
    public boolean has(String field, Set<FieldKind> oneOf) {
        Asked asked = new Asked(field, Set.copyOf(oneOf));
        Boolean before = known.get(asked);
        if (before != null) {
            return before;
        }
        boolean found = find(field, oneOf);
        if (known.size() < MOST_KEPT) {
            known.put(asked, found);
        }
        return found;
    }

    private boolean find(String field, Set<FieldKind> oneOf) {
        MemorySegment name = MemorySegment.ofArray(field.getBytes(StandardCharsets.UTF_8));
        for (int row = 0; row < view.rows(); row++) {
            if (!view.isGone(row)) {
                Value value = PayloadCodec.field(view.payload(row), name, view.where());
                if (value != null && oneOf.contains(FieldKind.of(value))) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public Map<String, Set<FieldKind>> named() {
        SeenFields seen = new SeenFields(Set.of());
        for (int row = 0; row < view.rows(); row++) {
            if (!view.isGone(row)) {
                seen.see(view.fields(row));
            }
        }
        return seen.named();
    }
}
