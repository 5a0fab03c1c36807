package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A search of which each value of a payload's field gets a bounded share, e.g. one photo of each product: the best items in their order,
 * each value's first {@code per}. Numbers are equal as filters have it. An item without the field, or whose number is none (NaN), stands
 * for itself alone.
 *
 * <p>There are k neighbours whenever so many are left of all that pass: the search reads on, without the values that have their share.
 *
 * <p>Pages join: a page after the first counts again, exactly and from the best on, what each value had before it. It costs as much as all
 * the pages before, and no value gets more than its share over all of them.
 *
 * @param per the most neighbours of one value, at least 1
 */
public record Distinct(String field, int per) {
    private static final int FIRST = 4;
    private static final int GROWTH = 4;
    private static final int LARGEST_PAGE = 10_000;
    /** Items that are counted again before a page: who asks for what is deeper than that is told so. */
    private static final int DEEPEST = 200_000;

    public Distinct {
        if (field.isEmpty()) {
            throw new Refusal("names no field", "distinct", "name a field of the payloads");
        }
        if (per < 1) {
            throw new Refusal("a share of " + per + " for each value", "distinct", "use 1 or more");
        }
    }

    /** One neighbour for each value. */
    public static Distinct by(String field) {
        return new Distinct(field, 1);
    }

    /**
     * The query's neighbours within each value's share.
     *
     * @throws Refusal where no item has the field, or one found holds a list, which is no one value; where the page lies too deep; and
     *     what the index refuses
     */
    public Found search(VectorIndex index, Query query) {
        After before = query.after();
        Map<Value, Integer> had = new HashMap<>();
        List<Value> full = new ArrayList<>();
        List<Neighbor> found = new ArrayList<>();
        Effort effort = before == null ? query.effort() : Effort.exact();
        Query next = query.effort(effort).after(null).k((int) Math.min(Query.MAX_K, (long) FIRST * query.k()));
        boolean exact = true;
        boolean degraded = false;
        int counted = 0;
        while (true) {
            Found page = index.search(next.filter(without(full, query.filter())));
            exact &= page.exact();
            degraded |= page.degraded();
            if (next.after() == null) {
                requireField(page, index, query);
            }
            if (found.isEmpty() && before != null && counted > DEEPEST) {
                throw new Refusal(
                        "the page lies more than %,d items deep".formatted(DEEPEST),
                        "after",
                        "narrow the search by a filter; items before it have to be counted again");
            }
            counted += page.neighbors().size();
            for (Neighbor neighbor : page.neighbors()) {
                if (isShare(neighbor, had, full) && isAfter(neighbor, before)) {
                    found.add(neighbor);
                }
                if (found.size() > query.k()) {
                    found.removeLast();
                    Neighbor last = found.getLast();
                    return new Found(page.space(), found, exact, degraded, new After(last.score(), last.id()));
                }
            }
            if (page.next() == null) {
                return new Found(page.space(), found, exact, degraded, null);
            }
            next = next.after(page.next()).k(Math.max(next.k(), Math.min(LARGEST_PAGE, GROWTH * next.k())));
        }
    }

    /** The field may be gone from all items by now, which is no slip of the pen. */
    private Filter without(List<Value> full, Filter filter) {
        return full.isEmpty()
                ? filter
                : new Filter.And(List.of(
                        filter,
                        new Filter.Not(new Filter.And(List.of(new Filter.Exists(field), new Filter.In(field, full))))));
    }

    private boolean isShare(Neighbor neighbor, Map<Value, Integer> had, List<Value> full) {
        Value value = neighbor.payload().get(field);
        if (value instanceof Value.Words) {
            throw new Refusal(
                    "the field '" + field + "' holds lists of strings",
                    "distinct",
                    "choose a field of texts, numbers, instants, or true and false");
        }
        if (value == null || value instanceof Value.Real(double real) && Double.isNaN(real)) {
            return true;
        }
        Value key = Values.key(value);
        int count = had.merge(key, 1, Integer::sum);
        if (count == per) {
            full.add(key);
        }
        return count <= per;
    }

    private static boolean isAfter(Neighbor neighbor, @Nullable After end) {
        return end == null
                || neighbor.score() < end.score()
                || neighbor.score() == end.score() && Arrays.compareUnsigned(utf8(neighbor.id()), utf8(end.id())) > 0;
    }

    private static byte[] utf8(String id) {
        return id.getBytes(StandardCharsets.UTF_8);
    }

    /** Where all of many lack it, it may be that no item has it: then that is a slip of the pen. */
    private void requireField(Found first, VectorIndex index, Query query) {
        boolean lacking = !first.neighbors().isEmpty()
                && first.neighbors().stream()
                        .noneMatch(neighbor -> neighbor.payload().containsKey(field));
        Query any = Query.of(query.space(), query.vector(), 1).filter(new Filter.Exists(field));
        if (lacking && index.search(any).neighbors().isEmpty()) {
            SeenFields seen = new SeenFields(Set.of());
            first.neighbors().forEach(neighbor -> seen.see(neighbor.payload()));
            throw FilterCheck.unknown(field, FieldKind.ALL, seen, "distinct");
        }
    }
}
