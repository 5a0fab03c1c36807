package dev.kindred.bench.crash;

import dev.kindred.index.Change;
import dev.kindred.index.Items;
import dev.kindred.index.Truth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The truth of an index. Its own readings have to agree: changes, scan, count and get. */
record TruthStore(Truth truth) implements Store {
    @Override
    public long write(List<Change> changes) {
        return truth.write(changes);
    }

    @Override
    public Held read() {
        List<String> findings = new ArrayList<>();
        truth.check().forEach(finding -> findings.add(finding.toString()));
        if (!findings.isEmpty()) {
            return new Held(truth.lastSequence(), List.of(), findings);
        }
        List<Held.Last> last = new ArrayList<>();
        List<Long> items = new ArrayList<>();
        for (Truth.Numbered numbered : truth.changes(0, Integer.MAX_VALUE).changes()) {
            last.add(
                    switch (numbered.change()) {
                        case Change.Put put -> new Held.Last(numbered.sequence(), put.id(), put.item());
                        case Change.Delete gone -> new Held.Last(numbered.sequence(), gone.id(), null);
                    });
            Optional<Long> there = truth.get(numbered.change().id()).map(item -> numbered.sequence());
            if (there.isPresent() != numbered.change() instanceof Change.Put) {
                findings.add("get and changes differ on " + numbered.change().id());
            }
            there.ifPresent(items::add);
        }
        try (Items scan = truth.scan(0)) {
            if (!scan.stream().map(Items.Written::sequence).toList().equals(items)) {
                findings.add("scan and changes differ");
            }
        }
        if (truth.count() != items.size()) {
            findings.add("count is " + truth.count() + " of " + items.size());
        }
        return new Held(truth.lastSequence(), last, findings, truth.forgotten(), false);
    }

    @Override
    public void close() {
        truth.close();
    }
}
