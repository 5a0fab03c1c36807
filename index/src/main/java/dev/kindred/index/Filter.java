package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which items a search may find. A field that an item lacks, or whose type cannot be compared, matches nothing. Whole and real numbers
 * compare as numbers; a word asked of a list of words matches where the list contains it. A search
 * refuses a filter that compares a field that no item at all has, or has of such a type; {@code exists} may ask for any field.
 */
public sealed interface Filter {
    /** The most ids that one filter may list. */
    int MAX_IDS = 1_000_000;

    /** All of these; with none, every item passes. */
    record And(List<Filter> all) implements Filter {
        public And {
            all = List.copyOf(all);
        }
    }

    /** At least one of these; with none, no item passes. */
    record Or(List<Filter> any) implements Filter {
        public Or {
            any = List.copyOf(any);
        }
    }

    record Not(Filter filter) implements Filter {}

    record Equals(String field, Value value) implements Filter {}

    /** The field equals one of these. */
    record In(String field, List<Value> values) implements Filter {
        public In {
            values = List.copyOf(values);
        }
    }

    /**
     * The field lies between the bounds; a missing bound is no bound. Numbers, moments and texts (by code point) have an order.
     */
    record Range(
            String field, @Nullable Bound low, @Nullable Bound high) implements Filter {
        public Range {
            if (low == null && high == null) {
                throw new Refusal(
                        "a range has no bound",
                        "filter on '" + field + "'",
                        "give a low or a high bound, or use exists");
            }
        }

        /** An end of a range. */
        public record Bound(Value value, boolean inclusive) {}

        public static Range between(String field, Value from, Value to) {
            return new Range(field, new Bound(from, true), new Bound(to, true));
        }

        public static Range below(String field, Value end) {
            return new Range(field, null, new Bound(end, false));
        }
    }

    /** The item has the field, whatever its value. */
    record Exists(String field) implements Filter {}

    /** The item is one of these. */
    record Ids(Set<String> ids) implements Filter {
        public Ids {
            if (ids.size() > MAX_IDS) {
                throw new Refusal("a filter lists " + ids.size() + " ids", "filter", "list at most " + MAX_IDS);
            }
            ids = Set.copyOf(ids);
        }
    }

    /** Every item passes. */
    static Filter everything() {
        return new And(List.of());
    }
}
