package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every engine promises. An engine's test extends this and says how an empty index is made. */
abstract class VectorIndexContract {
    private final List<VectorIndex> made = new ArrayList<>();

    /** A new, empty, writable index of its own. */
    abstract VectorIndex empty(Space space);

    private VectorIndex index(Space space) {
        VectorIndex index = empty(space);
        made.add(index);
        return index;
    }

    @AfterEach
    void close() {
        made.forEach(VectorIndex::close);
    }

    static Space space(int dimension, Distance distance) {
        return Space.external("test", dimension, distance);
    }

    static float[] vector(Keyed random, int d) {
        float[] vector = new float[d];
        for (int i = 0; i < d; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    static List<Change> puts(List<Item> items) {
        return items.stream().<Change>map(Change.Put::new).toList();
    }

    private static List<String> ids(Found found) {
        return found.neighbors().stream().map(Neighbor::id).toList();
    }

    /** Dimensions that are no whole number of lanes, and counts that are no whole number of rows at once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})
    void scoresAndOrderAreThoseOfDoubleLoops(long seed) {
        Keyed random = Keyed.of(seed, 1);
        int d = 1 + 2 * random.nextInt(130);
        for (Distance distance : Distance.values()) {
            Space space = space(d, distance);
            VectorIndex index = index(space);
            Map<String, float[]> truth = new TreeMap<>();
            List<Item> items = new ArrayList<>();
            for (int i = random.nextInt(400); i >= 0; i--) {
                float[] vector = vector(random, d);
                truth.put("item" + i, vector);
                items.add(Item.of("item" + i, vector));
            }
            index.write(puts(items), Visibility.SEARCHABLE);
            float[] query = vector(random, d);
            int k = 1 + random.nextInt(20);
            Found found = index.search(Query.of(space, query, k));
            assertThat(found.neighbors()).hasSize(Math.min(k, items.size()));
            double scale = distance == Distance.COSINE ? 1 : Distance.length(query) * Math.sqrt(d);
            double[] best = truth.values().stream()
                    .mapToDouble(v -> -distance.score(query, v))
                    .sorted()
                    .map(s -> -s)
                    .toArray();
            for (int i = 0; i < found.neighbors().size(); i++) {
                Neighbor neighbor = found.neighbors().get(i);
                double expected = distance.score(query, truth.get(neighbor.id()));
                assertThat(neighbor.score()).isCloseTo(expected, offset(1e-5 * Math.max(1, scale)));
                assertThat(expected).isCloseTo(best[i], offset(1e-5 * Math.max(1, scale)));
            }
            assertThat(found.neighbors().stream().map(n -> -n.score()).toList()).isSorted();
        }
    }

    @ParameterizedTest
    @EnumSource(Distance.class)
    void equalScoresGoByIdAndPagesJoinWithoutGapOrRepeat(Distance distance) {
        Space space = space(7, distance);
        VectorIndex index = index(space);
        Keyed random = Keyed.of(5);
        List<float[]> few = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            few.add(vector(random, 7));
        }
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 333; i++) {
            items.add(Item.of("é" + random.nextInt(1 << 30) + "-" + i, few.get(random.nextInt(few.size()))));
        }
        index.write(puts(items), Visibility.SEARCHABLE);
        Query query = Query.of(space, vector(random, 7), 1000);
        Found whole = index.search(query);
        assertThat(ids(whole)).hasSize(333).doesNotHaveDuplicates();
        assertThat(whole.next()).isNull();
        for (int i = 1; i < 333; i++) {
            Neighbor before = whole.neighbors().get(i - 1);
            Neighbor here = whole.neighbors().get(i);
            assertThat(here.score()).isLessThanOrEqualTo(before.score());
            if (here.score() == before.score()) {
                assertThat(here.id()).isGreaterThan(before.id());
            }
        }
        List<String> paged = new ArrayList<>();
        After after = null;
        do {
            Found page = index.search(new Query(query.vector(), space, 10, query.filter(), query.effort(), after));
            paged.addAll(ids(page));
            after = page.next() == null ? null : After.ofToken(page.next().token());
        } while (after != null);
        assertThat(paged).isEqualTo(ids(whole));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void filtersAreExactAndGiveKWheneverKMatch(long seed) {
        Keyed random = Keyed.of(seed, 2);
        Space space = space(5, Distance.L2);
        VectorIndex index = index(space);
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            items.add(new Item("i" + i, vector(random, 5), payload(random, i), null));
        }
        index.write(puts(items), Visibility.SEARCHABLE);
        float[] query = vector(random, 5);
        for (int round = 0; round < 60; round++) {
            Filter filter = filter(random, 3);
            List<String> expected = items.stream()
                    .filter(item -> matches(filter, item))
                    .sorted((a, b) ->
                            Double.compare(Distance.L2.score(query, b.vector()), Distance.L2.score(query, a.vector())))
                    .map(Item::id)
                    .limit(40)
                    .toList();
            Found found = index.search(Query.of(space, query, 40).filter(filter));
            assertThat(ids(found)).as("%s", filter).isEqualTo(expected);
        }
    }

    /** Held against the whole ranking by hand: small whole coordinates, so that many distances are equal, and exactly so. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void eachValueOfAFieldHasItsShareOverAllPages(long seed) {
        Keyed random = Keyed.of(seed, 4);
        Space space = space(2, Distance.L2);
        VectorIndex index = index(space);
        // The nearest are nearly all of one value, so that a search has to read on.
        int products = 2 + random.nextInt(40);
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            boolean near = random.nextInt(3) > 0;
            int reach = near ? 4 : 40;
            Map<String, Value> payload = new TreeMap<>();
            payload.put("even", Value.of(i % 2 == 0));
            int product = near ? 0 : random.nextInt(products);
            if (random.nextInt(20) == 0) {
                payload.put("product", Value.of(Double.NaN));
            } else if (random.nextInt(20) > 0) {
                payload.put("product", random.nextInt(2) == 0 ? Value.of((long) product) : Value.of((double) product));
            }
            items.add(new Item(
                    "i" + random.nextInt(10) + "-" + i,
                    new float[] {random.nextInt(reach), random.nextInt(reach)},
                    payload,
                    null));
        }
        index.write(puts(items), Visibility.SEARCHABLE);
        float[] at = {0, 0};
        List<Item> ranked = items.stream()
                .sorted(Comparator.comparingDouble((Item item) -> -Distance.L2.score(at, item.vector()))
                        .thenComparing(Item::id))
                .toList();
        for (Filter filter : List.of(Filter.everything(), new Filter.Equals("even", Value.of(true)))) {
            for (int per : new int[] {1, 2, 5}) {
                Distinct distinct = new Distinct("product", per);
                Map<Double, Integer> had = new TreeMap<>();
                List<String> expected = ranked.stream()
                        .filter(item -> matchesEven(filter, item))
                        .filter(item -> {
                            Value value = item.payload().get("product");
                            double number = value == null ? Double.NaN : number(value);
                            return Double.isNaN(number) || had.merge(number, 1, Integer::sum) <= per;
                        })
                        .map(Item::id)
                        .toList();
                Query query = Query.of(space, at, 1000).filter(filter);
                Found whole = distinct.search(index, query);
                assertThat(ids(whole)).isEqualTo(expected);
                assertThat(whole.next()).isNull();
                for (int k : new int[] {1, 3, expected.size()}) {
                    assertThat(ids(distinct.search(index, query.k(k)))).isEqualTo(expected.subList(0, k));
                }
                List<String> paged = new ArrayList<>();
                After after = null;
                do {
                    Found page = distinct.search(index, query.k(7).after(after));
                    paged.addAll(ids(page));
                    after = page.next() == null
                            ? null
                            : After.ofToken(page.next().token());
                } while (after != null);
                assertThat(paged).isEqualTo(expected);
            }
        }
    }

    private static boolean matchesEven(Filter filter, Item item) {
        return !(filter instanceof Filter.Equals) || item.payload().get("even").equals(Value.of(true));
    }

    @Test
    void aFieldThatHasNoOneValueCannotBeDistinct() {
        Space space = space(2, Distance.L2);
        VectorIndex index = index(space);
        Query query = Query.of(space, new float[] {1, 1}, 5);
        assertThat(Distinct.by("product").search(index, query).neighbors()).isEmpty();
        Map<String, Value> payload = Map.of("tags", Value.of(List.of("a")), "product", Value.of("p"));
        index.write(puts(List.of(new Item("a", new float[] {1, 2}, payload, null))), Visibility.SEARCHABLE);
        assertThatThrownBy(() -> Distinct.by("tags").search(index, query))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("holds lists");
        assertThatThrownBy(() -> Distinct.by("prodcut").search(index, query))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line())
                                .isEqualTo("distinct: no item has a field 'prodcut'; did you mean 'product'?"));
        assertThatThrownBy(() -> new Distinct("product", 0)).isInstanceOf(Refusal.class);
    }

    private static String refusal(VectorIndex index, Filter filter) {
        try {
            index.search(Query.of(index.info().space(), new float[] {1, 1}, 5).filter(filter));
            return "";
        } catch (Refusal refusal) {
            return refusal.line();
        }
    }

    @Test
    void aFilterOnAFieldThatNoItemHasOrOfAnotherTypeIsRefusedWithTheNearest() {
        Space space = space(2, Distance.L2);
        VectorIndex index = index(space);
        Filter slip = new Filter.Equals("lable", Value.of("cat"));
        assertThat(refusal(index, slip))
                .as("nothing to be found, nothing refused")
                .isEmpty();
        Map<String, Value> payload = Map.of(
                "label", Value.of("cat"),
                "year", Value.of(1990L),
                "years", Value.of("nineties"),
                "tags", Value.of(List.of("black", "soft")),
                "when", Value.of(Instant.EPOCH),
                "kept", Value.of(true));
        index.write(
                puts(List.of(
                        new Item("a", new float[] {1, 2}, payload, null),
                        new Item("b", new float[] {1, 3}, Map.of("embargo", Value.of(1.5)), null))),
                Visibility.SEARCHABLE);
        assertThat(refusal(index, slip)).isEqualTo("filter: no item has a field 'lable'; did you mean 'label'?");
        for (Filter inside : List.of(
                new Filter.Not(slip),
                new Filter.And(List.of(Filter.everything(), slip)),
                new Filter.Or(List.of(new Filter.Equals("label", Value.of("cat")), slip)),
                new Filter.In("lable", List.of(Value.of("cat"), Value.of("dog"))),
                new Filter.In("lable", List.of()),
                Filter.Range.below("lable", Value.of("cat")))) {
            assertThat(refusal(index, inside)).as("%s", inside).contains("'lable'", "did you mean 'label'?");
        }
        assertThat(refusal(index, new Filter.Equals("zebra", Value.of(1L))))
                .isEqualTo("filter: no item has a field 'zebra';"
                        + " there are 'embargo', 'kept', 'label', 'tags', 'when', 'year', 'years'");
        assertThat(refusal(index, new Filter.Equals("x".repeat(100_000), Value.of(1L))))
                .hasSizeLessThan(300)
                .contains("no item has a field");

        assertThat(refusal(index, new Filter.Equals("label", Value.of(3L))))
                .isEqualTo("filter: the field 'label' holds texts, not numbers; give a text, e.g. \"cat\"");
        assertThat(refusal(index, new Filter.Equals("year", Value.of("1990"))))
                .isEqualTo("filter: the field 'year' holds numbers, not texts; did you mean 'years'?");
        assertThat(refusal(index, new Filter.In("kept", List.of(Value.of("yes"), Value.of(1L)))))
                .contains("holds true or false, not texts and numbers");
        assertThat(refusal(index, Filter.Range.below("when", Value.of(5L)))).contains("holds instants, not numbers");
        assertThat(refusal(index, Filter.Range.below("tags", Value.of("b"))))
                .contains("holds lists of strings, not texts");
        assertThat(refusal(index, Filter.Range.below("kept", Value.of(true)))).contains("has no order");
        assertThat(refusal(index, Filter.Range.between("year", Value.of(5L), Value.of("x"))))
                .contains("of another type than the other");

        for (Filter fine : List.of(
                new Filter.Exists("lable"),
                new Filter.Not(new Filter.Exists("lable")),
                new Filter.Or(List.of(new Filter.Not(new Filter.Exists("lable")), slip)),
                new Filter.Ids(Set.of("nowhere")),
                new Filter.Equals("tags", Value.of("black")),
                new Filter.Equals("tags", Value.of(List.of("black"))),
                new Filter.Equals("year", Value.of(1990.0)),
                new Filter.In("year", List.of(Value.of("x"), Value.of(5L))),
                new Filter.In("label", List.of()))) {
            assertThat(refusal(index, fine)).as("%s", fine).isEmpty();
        }

        // Fields come and go with the items.
        Filter embargo = Filter.Range.below("embargo", Value.of(2L));
        assertThat(refusal(index, embargo)).isEmpty();
        index.write(List.of(new Change.Delete("b")), Visibility.SEARCHABLE);
        assertThat(refusal(index, embargo)).contains("no item has a field 'embargo'");
        index.write(
                puts(List.of(new Item("c", new float[] {1, 3}, Map.of("lable", Value.of("x")), null))),
                Visibility.SEARCHABLE);
        assertThat(refusal(index, slip)).isEmpty();
    }

    private static Map<String, Value> payload(Keyed random, int i) {
        Map<String, Value> payload = new TreeMap<>();
        payload.put("n", i % 3 == 0 ? Value.of((long) i) : Value.of(i + 0.5));
        if (random.nextInt(2) == 0) {
            payload.put("colour", Value.of(List.of("red", "green", "blue").get(random.nextInt(3))));
        }
        payload.put("flag", Value.of(random.nextInt(2) == 0));
        payload.put("when", Value.of(Instant.ofEpochSecond(i * 1000L, i)));
        payload.put("tags", Value.of(List.of("t" + random.nextInt(4), "u" + random.nextInt(4))));
        return payload;
    }

    private static Filter filter(Keyed random, int depth) {
        return switch (random.nextInt(depth > 0 ? 11 : 8)) {
            case 0 -> new Filter.Equals("colour", Value.of("red"));
            case 1 -> new Filter.In("tags", List.of(Value.of("t1"), Value.of("u3"), Value.of(4L)));
            case 2 ->
                Filter.Range.between("n", Value.of((long) random.nextInt(250)), Value.of(250.0 + random.nextInt(250)));
            case 3 -> new Filter.Exists("colour");
            case 4 -> new Filter.Ids(Set.of("i3", "i77", "i" + (100 + random.nextInt(400)), "nowhere"));
            case 5 -> new Filter.Equals("flag", Value.of(true));
            case 6 -> Filter.Range.below("when", Value.of(Instant.ofEpochSecond(random.nextInt(500_000))));
            case 7 -> new Filter.Equals("n", Value.of((double) (3 * random.nextInt(160))));
            case 8 -> new Filter.Not(filter(random, depth - 1));
            case 9 -> new Filter.And(List.of(filter(random, depth - 1), filter(random, depth - 1)));
            default -> new Filter.Or(List.of(filter(random, depth - 1), filter(random, depth - 1)));
        };
    }

    /** The filters above, said again by hand for these payloads alone. */
    private static boolean matches(Filter filter, Item item) {
        Map<String, Value> p = item.payload();
        return switch (filter) {
            case Filter.And and -> and.all().stream().allMatch(f -> matches(f, item));
            case Filter.Or or -> or.any().stream().anyMatch(f -> matches(f, item));
            case Filter.Not not -> !matches(not.filter(), item);
            case Filter.Exists exists -> p.containsKey(exists.field());
            case Filter.Ids ids -> ids.ids().contains(item.id());
            case Filter.In in ->
                ((Value.Words) p.get("tags")).value().stream().anyMatch(t -> t.equals("t1") || t.equals("u3"));
            case Filter.Equals e when e.field().equals("n") -> number(p.get("n")) == number(e.value());
            case Filter.Equals e -> e.value().equals(p.get(e.field()));
            case Filter.Range r
            when r.field().equals("n") ->
                number(p.get("n")) >= number(r.low().value())
                        && number(p.get("n")) <= number(r.high().value());
            case Filter.Range r ->
                ((Value.Moment) p.get("when"))
                        .value()
                        .isBefore(((Value.Moment) r.high().value()).value());
        };
    }

    private static double number(Value value) {
        return value instanceof Value.Whole whole ? whole.value() : ((Value.Real) value).value();
    }

    /** Random batches against a map that is told the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void writesReplaceDeleteAndAreScannedInTheirOrder(long seed) {
        Keyed random = Keyed.of(seed, 3);
        Space space = space(3, Distance.DOT);
        VectorIndex index = index(space);
        Map<String, Item> truth = new TreeMap<>();
        List<String> order = new ArrayList<>();
        long last = 0;
        for (int round = 0; round < 25; round++) {
            List<Change> changes = new ArrayList<>();
            for (int i = random.nextInt(30); i >= 0; i--) {
                String id = "k" + random.nextInt(60);
                order.remove(id);
                if (random.nextInt(3) == 0) {
                    changes.add(new Change.Delete(id));
                    truth.remove(id);
                } else {
                    byte[] source = random.nextInt(2) == 0 ? null : new byte[random.nextInt(5)];
                    Item item = new Item(id, vector(random, 3), Map.of("round", Value.of((long) round)), source);
                    changes.add(new Change.Put(item));
                    truth.put(id, item);
                    order.add(id);
                }
            }
            Receipt receipt = index.write(changes, Visibility.SEARCHABLE);
            assertThat(receipt.sequence()).isGreaterThan(last);
            long before = last;
            last = receipt.sequence();
            assertThat(index.info().count()).isEqualTo(truth.size());
            assertThat(index.info().lastSequence()).isEqualTo(last);
            try (Items items = index.scan(0)) {
                assertThat(items.stream().map(w -> w.item().id()).toList()).isEqualTo(order);
            }
            try (Items items = index.scan(before)) {
                assertThat(items.stream()).allSatisfy(w -> {
                    assertThat(w.sequence()).isGreaterThan(before);
                    assertThat(w.item().payload().get("round"))
                            .isEqualTo(truth.get(w.item().id()).payload().get("round"));
                });
            }
        }
        for (int i = 0; i < 60; i++) {
            Item expected = truth.get("k" + i);
            Item got = index.get("k" + i).orElse(null);
            if (expected == null) {
                assertThat(got).isNull();
            } else {
                assertThat(got.vector()).isEqualTo(expected.vector());
                assertThat(got.payload()).isEqualTo(expected.payload());
                assertThat(got.source()).isEqualTo(expected.source());
            }
        }
    }

    @Test
    void theLastOfSeveralChangesOfOneIdWins() {
        Space space = space(2, Distance.L2);
        VectorIndex index = index(space);
        index.write(
                List.of(
                        new Change.Put(Item.of("a", 1, 1)),
                        new Change.Put(Item.of("b", 2, 2)),
                        new Change.Delete("b"),
                        new Change.Put(Item.of("a", 3, 3))),
                Visibility.SEARCHABLE);
        assertThat(index.info().count()).isEqualTo(1);
        assertThat(index.get("a").orElseThrow().vector()).containsExactly(3, 3);
    }

    @Test
    void badVectorsAreRefusedByIdAndNothingOfTheBatchIsWritten() {
        Space space = space(2, Distance.COSINE);
        VectorIndex index = index(space);
        for (float[] bad :
                new float[][] {{1}, {1, 2, 3}, {Float.NaN, 1}, {Float.POSITIVE_INFINITY, 1}, {0, 0}, {1e30f, 1e30f}}) {
            assertThatThrownBy(() -> index.write(
                            List.of(new Change.Put(Item.of("good", 1, 1)), new Change.Put(Item.of("bad", bad))),
                            Visibility.SEARCHABLE))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.where()).contains("bad"));
        }
        assertThat(index.info().count()).isZero();
        assertThat(index.info().lastSequence()).isZero();
        assertThat(index.search(Query.of(space, new float[] {1, 0}, 5)).neighbors())
                .isEmpty();
    }

    @Test
    void aQueryFromAnotherSpaceIsRefused() {
        Space space = space(2, Distance.COSINE);
        VectorIndex index = index(space);
        Space other = Space.external("other", 2, Distance.COSINE);
        assertThatThrownBy(() -> index.search(Query.of(other, new float[] {1, 0}, 1)))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> index.search(new Embeddings(other, 1, new float[] {1, 0}), 1))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> index.search(Query.of(space, new float[] {0, 0}, 1)))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Query.of(space, new float[] {1, 0}, 0)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Query.of(space, new float[] {1, 0}, 10_000_000))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void idsAreBoundedInBytes() {
        assertThat(Item.of("é".repeat(256), 1).id()).hasSize(256);
        assertThatThrownBy(() -> Item.of("é".repeat(257), 1)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Item.of("", 1)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Item.of("\ud800", 1)).isInstanceOf(Refusal.class);
    }

    /** Each write moves all items together: a search that saw two rounds at once, or an unmapped file, would show. */
    @Test
    void searchesSeeWholeWritesWhileWritesGoOn() throws InterruptedException {
        Space space = space(8, Distance.L2);
        VectorIndex index = index(space);
        index.write(round(0), Visibility.SEARCHABLE);
        AtomicBoolean done = new AtomicBoolean();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> readers = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            readers.add(Thread.ofPlatform().start(() -> {
                try {
                    while (!done.get()) {
                        Found found = index.search(Query.of(space, new float[8], 100));
                        assertThat(found.neighbors()).hasSize(50);
                        assertThat(found.neighbors().stream()
                                        .map(n -> n.payload().get("round"))
                                        .distinct())
                                .hasSize(1);
                        try (Items items = index.scan(0)) {
                            assertThat(items.stream()
                                            .map(w -> w.item().payload())
                                            .distinct())
                                    .hasSize(1);
                        }
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        for (int round = 1; round <= 40; round++) {
            index.write(round(round), Visibility.SEARCHABLE);
        }
        done.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(failures).isEmpty();
    }

    private static List<Change> round(int round) {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            changes.add(new Change.Put(
                    new Item("i" + i, vector(Keyed.of(round, i), 8), Map.of("round", Value.of((long) round)), null)));
        }
        return changes;
    }
}
