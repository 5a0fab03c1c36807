package dev.kindred.index;

import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a filter asks for fields that the items have, and for values that theirs can be compared with. What no item can pass by a slip of
 * the pen is refused, naming the nearest field; so is its opposite, which every item would pass.
 *
 * <p>Where there are no items nothing is refused. {@code exists} may name any field: whether there is one is what it asks. A field that
 * a filter asks {@code exists} of may be missing from its other conditions too, which is how to ask for one that items are yet to get.
 */
final class FilterCheck {
    /** What a refusal says it is about. */
    private static final String WHERE = "filter";

    private static final int MOST_SHOWN = 10;
    private static final int LONGEST_SHOWN = 60;

    private record Asked(String field, Set<FieldKind> oneOf) {}

    private final PayloadFields fields;
    private final Set<String> mayBeMissing;
    private final Map<Asked, Boolean> known = new HashMap<>();

    private FilterCheck(PayloadFields fields, Set<String> mayBeMissing) {
        this.fields = fields;
        this.mayBeMissing = mayBeMissing;
    }

    /** Why the filter is refused for these items; null where it is not. */
    static @Nullable Refusal refusal(Filter filter, PayloadFields fields) {
        if (fields.isEmpty()) {
            return null;
        }
        Set<String> mayBeMissing = new HashSet<>();
        name(filter, new HashSet<>(), mayBeMissing);
        return new FilterCheck(fields, mayBeMissing).refusal(filter);
    }

    static void require(Filter filter, PayloadFields fields) {
        Refusal refusal = refusal(filter, fields);
        if (refusal != null) {
            throw refusal;
        }
    }

    /** The fields whose values the filter compares. */
    static Set<String> compared(Filter filter) {
        Set<String> compared = new HashSet<>();
        name(filter, compared, new HashSet<>());
        return compared;
    }

    private static void name(Filter filter, Set<String> compared, Set<String> exist) {
        switch (filter) {
            case Filter.And and -> and.all().forEach(part -> name(part, compared, exist));
            case Filter.Or or -> or.any().forEach(part -> name(part, compared, exist));
            case Filter.Not not -> name(not.filter(), compared, exist);
            case Filter.Equals equals -> compared.add(equals.field());
            case Filter.In in -> compared.add(in.field());
            case Filter.Range range -> compared.add(range.field());
            case Filter.Exists exists -> exist.add(exists.field());
            case Filter.Ids ids -> {}
        }
    }

    private @Nullable Refusal refusal(Filter filter) {
        return switch (filter) {
            case Filter.And and -> first(and.all());
            case Filter.Or or -> first(or.any());
            case Filter.Not not -> refusal(not.filter());
            case Filter.Equals equals -> condition(equals.field(), List.of(equals.value()));
            case Filter.In in -> condition(in.field(), in.values());
            case Filter.Range range -> range(range);
            case Filter.Exists exists -> null;
            case Filter.Ids ids -> null;
        };
    }

    private @Nullable Refusal first(List<Filter> parts) {
        for (Filter part : parts) {
            Refusal refusal = refusal(part);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /** One value of several that can be equal is enough. */
    private @Nullable Refusal condition(String field, List<Value> wanted) {
        Set<FieldKind> comparable = EnumSet.noneOf(FieldKind.class);
        Set<FieldKind> asked = EnumSet.noneOf(FieldKind.class);
        for (Value value : wanted) {
            comparable.addAll(FieldKind.equalTo(value));
            asked.add(FieldKind.of(value));
        }
        return wanted.isEmpty() ? condition(field, FieldKind.ALL, asked) : condition(field, comparable, asked);
    }

    private @Nullable Refusal range(Filter.Range range) {
        Set<FieldKind> kinds = EnumSet.noneOf(FieldKind.class);
        if (range.low() != null) {
            kinds.add(FieldKind.of(range.low().value()));
        }
        if (range.high() != null) {
            kinds.add(FieldKind.of(range.high().value()));
        }
        FieldKind kind = kinds.iterator().next();
        if (kinds.size() > 1 || !kind.hasOrder()) {
            return new Refusal(
                    kinds.size() > 1
                            ? "a range of '" + shown(range.field()) + "' has one end of another type than the other"
                            : "a range of '" + shown(range.field()) + "' ends at " + kind.one()
                                    + ", which has no order",
                    WHERE,
                    "numbers, instants and texts have an order");
        }
        return condition(range.field(), kinds, kinds);
    }

    private @Nullable Refusal condition(String field, Set<FieldKind> comparable, Set<FieldKind> asked) {
        if (has(field, comparable)) {
            return null;
        }
        Set<FieldKind> there = EnumSet.noneOf(FieldKind.class);
        FieldKind.ALL.stream().filter(kind -> has(field, Set.of(kind))).forEach(there::add);
        if (!there.isEmpty()) {
            return ofAnotherType(field, comparable, asked, there);
        }
        return mayBeMissing.contains(field) ? null : unknown(field, comparable, fields, WHERE);
    }

    private boolean has(String field, Set<FieldKind> oneOf) {
        return known.computeIfAbsent(new Asked(field, Set.copyOf(oneOf)), a -> fields.has(field, oneOf));
    }

    private Refusal ofAnotherType(String field, Set<FieldKind> comparable, Set<FieldKind> asked, Set<FieldKind> there) {
        FieldKind first = there.iterator().next();
        Optional<String> meant = nearest(field, comparable, fields, name -> !name.equals(field));
        return new Refusal(
                "the field '" + shown(field) + "' holds " + listed(there) + ", not " + listed(asked),
                WHERE,
                meant.map(name -> "did you mean '" + shown(name) + "'?")
                        .orElse("give " + first.one() + ", e.g. " + first.example()));
    }

    /**
     * That no item has the field.
     *
     * @param kinds of the fields that are offered first in its place
     * @param where names in the refusal what asked for it
     */
    static Refusal unknown(String field, Set<FieldKind> kinds, PayloadFields fields, String where) {
        String others = fields.named().keySet().stream().limit(MOST_SHOWN).collect(Collectors.joining("', '"));
        String otherwise = others.isEmpty() ? "no item has any field" : "there are '" + others + "'";
        return new Refusal(
                "no item has a field '" + shown(field) + "'",
                where,
                nearest(field, kinds, fields, name -> true)
                        .or(() -> nearest(field, FieldKind.ALL, fields, name -> true))
                        .map(name -> "did you mean '" + shown(name) + "'?")
                        .orElse(otherwise));
    }

    private static Optional<String> nearest(
            String field, Set<FieldKind> kinds, PayloadFields fields, Predicate<String> offered) {
        Set<String> names = new TreeSet<>();
        fields.named().forEach((name, there) -> {
            if (offered.test(name) && there.stream().anyMatch(kinds::contains)) {
                names.add(name);
            }
        });
        return Nearest.to(field, names);
    }

    private static String listed(Set<FieldKind> kinds) {
        return kinds.stream().map(FieldKind::many).collect(Collectors.joining(" and "));
    }

    private static String shown(String name) {
        return name.length() <= LONGEST_SHOWN ? name : name.substring(0, LONGEST_SHOWN) + "…";
    }
}
