package dev.kindred.serve;

import dev.kindred.core.Space;
import dev.kindred.index.*;
import java.util.*;

/** Stand-in until the exact index is here. */
final class ListIndex implements VectorIndex {
    private final Space space;
    private final Map<String, Item> items = new LinkedHashMap<>();

    private ListIndex(Space space, List<Item> all) {
        this.space = space;
        all.forEach(item -> items.put(item.id(), item));
    }

    static ListIndex of(Space space, List<Item> items) {
        return new ListIndex(space, items);
    }

    @Override
    public IndexInfo info() {
        return new IndexInfo(space, "list", items.size(), items.size(), Set.of());
    }

    @Override
    public Receipt write(List<Change> changes, Visibility until) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Found search(Query query) {
        space.require(query.space(), "query");
        List<Neighbor> all = new ArrayList<>();
        for (Item item : items.values()) {
            if (passes(query.filter(), item)) {
                all.add(new Neighbor(item.id(), space.distance().score(query.vector(), 0, item.vector(), 0, space.dimension()), item.payload()));
            }
        }
        all.sort(Comparator.comparingDouble((Neighbor n) -> -n.score()).thenComparing(Neighbor::id));
        int from = 0;
        After after = query.after();
        if (after != null) {
            while (from < all.size() && !(all.get(from).id().equals(after.id()))) {
                from++;
            }
            from++;
        }
        int to = Math.min(all.size(), from + query.k());
        List<Neighbor> page = all.subList(Math.min(from, to), to);
        After next = to < all.size() ? new After(page.getLast().score(), page.getLast().id()) : null;
        return new Found(space, page, true, next);
    }

    private static boolean passes(Filter filter, Item item) {
        return switch (filter) {
            case Filter.And f -> f.all().stream().allMatch(each -> passes(each, item));
            case Filter.Or f -> f.any().stream().anyMatch(each -> passes(each, item));
            case Filter.Not f -> !passes(f.filter(), item);
            case Filter.Equals f -> f.value().equals(item.payload().get(f.field()));
            case Filter.In f -> f.values().contains(item.payload().get(f.field()));
            case Filter.Exists f -> item.payload().containsKey(f.field());
            case Filter.Ids f -> f.ids().contains(item.id());
            case Filter.Range f -> throw new UnsupportedOperationException();
        };
    }

    @Override
    public Optional<Item> get(String id) {
        return Optional.ofNullable(items.get(id));
    }

    @Override
    public Items scan(long afterSequence) {
        long[] sequence = {0};
        return new Items(items.values().stream().map(item -> new Items.Written(++sequence[0], item)).iterator(), () -> {});
    }

    @Override
    public void close() {}
}
