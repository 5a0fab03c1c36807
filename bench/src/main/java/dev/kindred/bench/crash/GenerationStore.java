package dev.kindred.bench.crash;

import dev.kindred.core.Keyed;
import dev.kindred.index.Change;
import dev.kindred.index.Engine;
import dev.kindred.index.Finding;
import dev.kindred.index.Found;
import dev.kindred.index.Generation;
import dev.kindred.index.Items;
import dev.kindred.index.Neighbor;
import dev.kindred.index.Query;
import dev.kindred.index.Truth;
import dev.kindred.index.Visibility;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The items of an index with their view, which is made durable now and then, and which has to find what the items are. */
final class GenerationStore implements Store {
    private static final Engine ENGINE = new Engine.Graph(8, 40, 100);

    private static final int SEARCHED_EVERY = 5;
    private static final int CHECKED_EVERY = 40;
    private static final int COMPACTED_EVERY = 150;
    private static final int QUERIES = 3;
    private static final int EVERYTHING = 10_000;
    private static final long PATIENCE_SECONDS = 30;

    private final Generation generation;
    /** What the items were when it was opened. */
    private final Held held;

    private final AtomicInteger writes = new AtomicInteger();
    private boolean anew;

    private GenerationStore(Generation generation, Held held) {
        this.generation = generation;
        this.held = held;
    }

    static GenerationStore create(Path folder) {
        Generation made = Generation.create(folder, StoreKind.SPACE, ENGINE, StoreKind.OWNER, 1);
        return new GenerationStore(made, new Held(0, List.of(), List.of()));
    }

    /** The items are looked at first and alone: a view that has caught up makes them forget what was deleted. */
    static GenerationStore open(Path folder) {
        Held held;
        try (Truth truth = Truth.open(folder, StoreKind.OWNER)) {
            held = new TruthStore(truth).read();
        }
        return new GenerationStore(Generation.open(folder, StoreKind.OWNER, 1), held);
    }

    /** @throws IllegalStateException where view and items differ */
    @Override
    public long write(List<Change> changes) {
        int number = writes.incrementAndGet();
        Visibility until = number % SEARCHED_EVERY == 0 ? Visibility.SEARCHABLE : Visibility.ACKNOWLEDGED;
        long sequence = generation.write(changes, until).sequence();
        if (number % CHECKED_EVERY == 0) {
            // Which makes the view durable.
            List<Finding> findings = generation.check();
            if (!findings.isEmpty()) {
                throw new IllegalStateException(findings.toString());
            }
        }
        if (number % COMPACTED_EVERY == 0) {
            generation.compact();
        }
        return sequence;
    }

    /** The items as they were when it was opened, with what is wrong with the view. */
    @Override
    public Held read() {
        List<String> findings = new ArrayList<>(held.findings());
        findings.addAll(searched());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (degraded()) {
            anew = true;
            if (System.nanoTime() > end) {
                findings.add("the view is not mended");
                break;
            }
            Thread.onSpinWait();
        }
        List<Finding> checked = generation.check();
        if (checked.size() == 1 && checked.getFirst().what().contains("was made anew")) {
            anew = true;
            checked = generation.check();
        }
        checked.forEach(finding -> findings.add(finding.toString()));
        findings.addAll(searched());
        return new Held(held.sequence(), held.last(), findings, held.forgotten(), anew);
    }

    private boolean degraded() {
        return generation
                .search(Query.of(StoreKind.SPACE, new float[Deed.DIMENSION], 1))
                .degraded();
    }

    /** Everything that a search finds, exactly, against the items in plain doubles. */
    private List<String> searched() {
        List<String> wrong = new ArrayList<>();
        for (int q = 0; q < QUERIES; q++) {
            Keyed random = Keyed.of(0x5EA2C4, q);
            float[] vector = new float[Deed.DIMENSION];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) random.nextGaussian();
            }
            Found found = generation.search(Query.of(StoreKind.SPACE, vector, EVERYTHING));
            List<String> ids = found.neighbors().stream().map(Neighbor::id).toList();
            try (Items items = generation.scan(0)) {
                List<String> expected = items.stream()
                        .sorted(Comparator.comparingDouble(
                                each -> squared(each.item().vector(), vector)))
                        .map(each -> each.item().id())
                        .toList();
                if (!ids.equals(expected)) {
                    wrong.add("a search finds %d items other than the %d there are%s"
                            .formatted(ids.size(), expected.size(), found.degraded() ? ", without a view" : ""));
                }
            }
        }
        return wrong;
    }

    private static double squared(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            double difference = (double) one[i] - other[i];
            sum += difference * difference;
        }
        return sum;
    }

    @Override
    public void close() {
        generation.close();
    }
}
