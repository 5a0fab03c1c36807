package dev.kindred.index;

/** A filter made ready for items at hand. It keeps what {@link RowTest} keeps. */
@FunctionalInterface
interface ItemTest {
    boolean passes(Item item);

    static ItemTest of(Filter filter) {
        return switch (filter) {
            case Filter.And and -> {
                var all = and.all().stream().map(ItemTest::of).toList();
                yield item -> all.stream().allMatch(test -> test.passes(item));
            }
            case Filter.Or or -> {
                var any = or.any().stream().map(ItemTest::of).toList();
                yield item -> any.stream().anyMatch(test -> test.passes(item));
            }
            case Filter.Not not -> {
                ItemTest inner = of(not.filter());
                yield item -> !inner.passes(item);
            }
            case Filter.Equals equals -> field(equals.field(), value -> Values.equal(value, equals.value()));
            case Filter.In in -> field(in.field(), Values.anyOf(in.values()));
            case Filter.Range range -> field(range.field(), value -> Values.within(value, range.low(), range.high()));
            case Filter.Exists exists -> field(exists.field(), value -> true);
            case Filter.Ids ids -> item -> ids.ids().contains(item.id());
        };
    }

    private static ItemTest field(String name, Values.Test test) {
        return item -> {
            Value value = item.payload().get(name);
            return value != null && test.passes(value);
        };
    }
}
