package dev.kindred.bench.crash;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a store has after it died against what its writer told. Writes overlap, so their order is that of the numbers they were
 * acknowledged with; one that was not acknowledged may be there or not, but whole or not at all.
 */
final class Judge {
    private final Held before;
    private final Held held;
    private final List<Told.Write> writes;
    private final List<Fault> faults = new ArrayList<>();

    /** What there was and what was acknowledged since, by id: the last of each. */
    private final Map<String, Expected> expected = new HashMap<>();
    /** Acknowledged writes by the number of their first change. */
    private final TreeMap<Long, Told.Write> acknowledged = new TreeMap<>();

    private final Map<Long, Told.Write> byNumber = new HashMap<>();
    /** Of writes that were not acknowledged and left a trace: the number of their first change. */
    private final Map<Told.Write, Long> traces = new HashMap<>();

    private final Map<String, Held.Last> found = new HashMap<>();

    /**
     * @param write which put it; -1 for a deletion
     * @param since of a deletion: the number after which it was made, by this write or another; 0 where nothing need have been there
     */
    private record Expected(long sequence, long write, long since) {
        boolean put() {
            return write >= 0;
        }
    }

    private Judge(Held before, Told told, Held held) {
        this.before = before;
        this.held = held;
        this.writes = told.writes();
    }

    /**
     * @param before what the store held when the writer opened it
     * @return every promise that was not kept; empty where all were
     */
    static List<Fault> faults(Held before, Told told, Held held) {
        Judge judge = new Judge(before, told, held);
        told.failures().forEach(failure -> judge.add(Fault.Kind.UNOPENED, failure));
        held.findings().forEach(finding -> judge.add(Fault.Kind.DAMAGED, finding));
        judge.expect();
        judge.order();
        held.last().forEach(judge::origin);
        judge.expected.forEach(judge::kept);
        judge.traces.forEach(judge::whole);
        return judge.faults;
    }

    private void add(Fault.Kind kind, String what) {
        faults.add(new Fault(kind, what));
    }

    /** The numbers of acknowledged writes rise and share nothing; of each id the last is kept in mind. */
    private void expect() {
        for (Held.Last last : before.last()) {
            // Its number must stay, or a view would never learn of the deletion.
            long since = last.item() == null ? last.sequence() - 1 : 0;
            expected.put(last.id(), new Expected(last.sequence(), writeOf(last), since));
        }
        for (Told.Write write : writes) {
            byNumber.put(write.deed().number(), write);
            write.acknowledged().ifPresent(last -> {
                long first = last - write.deed().steps().size() + 1;
                if (first <= Math.max(write.after(), before.sequence()) || acknowledged.put(first, write) != null) {
                    add(Fault.Kind.DISORDER, "write " + write.deed().number() + " was given number " + last + " again");
                }
            });
        }
        long end = before.sequence();
        for (Map.Entry<Long, Told.Write> each : acknowledged.entrySet()) {
            if (each.getKey() <= end) {
                add(Fault.Kind.DISORDER, "two writes share number " + each.getKey());
            }
            long sequence = each.getKey() - 1;
            Deed deed = each.getValue().deed();
            for (Deed.Step step : deed.steps()) {
                sequence++;
                Expected earlier = expected.get(step.id());
                // Deleting what is not there leaves no trace, so the trace of a deletion may be an earlier one's.
                long since = earlier == null ? 0 : earlier.put() ? earlier.sequence() : earlier.since();
                expected.put(step.id(), new Expected(sequence, step.put() ? deed.number() : -1, since));
            }
            end = sequence;
        }
        if (held.sequence() < end) {
            add(Fault.Kind.LOST, "the last number is " + held.sequence() + ", " + end + " was acknowledged");
        }
    }

    /** What is held has rising numbers up to the last, and each id once. */
    private void order() {
        long last = 0;
        for (Held.Last each : held.last()) {
            if (each.sequence() <= last || each.sequence() > held.sequence()) {
                add(Fault.Kind.DISORDER, each.id() + " has number " + each.sequence() + " after " + last);
            }
            if (found.put(each.id(), each) != null) {
                add(Fault.Kind.DISORDER, each.id() + " is there twice");
            }
            last = each.sequence();
        }
    }

    /** Every change that is held was begun by somebody, and has the number that is its own. */
    private void origin(Held.Last last) {
        if (last.item() != null && !Deed.isWhole(last.item())) {
            add(Fault.Kind.DAMAGED, last.id() + " is not what write " + Deed.writeOf(last.item()) + " put");
        }
        if (last.sequence() <= before.sequence()) {
            Expected earlier = expected.get(last.id());
            // Whether it should still be there, kept() says.
            if (earlier == null) {
                add(Fault.Kind.DISORDER, last.id() + " has the number of an earlier write");
            }
            return;
        }
        Map.Entry<Long, Told.Write> entry = acknowledged.floorEntry(last.sequence());
        if (entry != null
                && last.sequence() - entry.getKey()
                        < entry.getValue().deed().steps().size()) {
            int index = (int) (last.sequence() - entry.getKey());
            if (!matches(entry.getValue().deed(), index, last)) {
                add(Fault.Kind.DISORDER, last.id() + " has the number of another change, " + last.sequence());
            }
            return;
        }
        trace(last);
    }

    private static boolean matches(Deed deed, int index, Held.Last last) {
        Deed.Step step = deed.steps().get(index);
        return step.id().equals(last.id())
                && (last.item() == null ? !step.put() : step.put() && Deed.writeOf(last.item()) == deed.number());
    }

    /** Finds which write without acknowledgement it is of. */
    private void trace(Held.Last last) {
        List<Told.Write> candidates = new ArrayList<>();
        List<Long> firsts = new ArrayList<>();
        for (Told.Write write : last.item() == null ? writes : writer(Deed.writeOf(last.item()))) {
            for (int i = 0;
                    write.acknowledged().isEmpty() && i < write.deed().steps().size();
                    i++) {
                long first = last.sequence() - i;
                if (matches(write.deed(), i, last)
                        && first > Math.max(write.after(), before.sequence())
                        && traces.getOrDefault(write, first) == first) {
                    candidates.add(write);
                    firsts.add(first);
                }
            }
        }
        if (candidates.isEmpty()) {
            add(Fault.Kind.DISORDER, last.id() + " has number " + last.sequence() + " of no write that was begun");
        } else if (candidates.size() == 1) {
            // Of several that delete the same id it may be any; they are held by their other changes.
            traces.put(candidates.getFirst(), firsts.getFirst());
        }
    }

    private List<Told.Write> writer(long number) {
        Told.Write write = byNumber.get(number);
        return write == null ? List.of() : List.of(write);
    }

    /** The last acknowledged change of an id is there, or a later one. */
    private void kept(String id, Expected last) {
        Held.Last now = found.get(id);
        if (now != null && now.sequence() > last.sequence()) {
            return;
        }
        if (last.put()) {
            if (now == null && isForgotten(id, last.sequence())) {
                return;
            }
            if (now == null || now.sequence() < last.sequence() || writeOf(now) != last.write()) {
                add(Fault.Kind.LOST, id + " of write " + last.write() + " is " + (now == null ? "lost" : "older"));
            }
        } else if (now != null && now.item() != null) {
            add(Fault.Kind.LOST, id + " is there again, deleted at " + last.sequence());
        } else if (last.since() > 0
                && last.since() >= held.forgotten()
                && (now == null || now.sequence() <= last.since())) {
            add(Fault.Kind.LOST, id + " is gone without its number " + last.sequence());
        }
    }

    /** Whether what is gone may have been deleted after a number without a trace: by a write that was begun, and before what is forgotten. */
    private boolean isForgotten(String id, long sequence) {
        return !found.containsKey(id)
                && held.forgotten() > sequence
                && writes.stream()
                        .filter(write -> write.acknowledged().orElse(Long.MAX_VALUE) > sequence)
                        .anyMatch(write -> write.deed().steps().contains(new Deed.Step(false, id)));
    }

    private static long writeOf(Held.Last last) {
        return last.item() == null ? -1 : Deed.writeOf(last.item());
    }

    /** A write of which one change is there is there with all of them. */
    private void whole(Told.Write write, long first) {
        List<Deed.Step> steps = write.deed().steps();
        if (held.sequence() < first + steps.size() - 1) {
            add(Fault.Kind.HALF, "write " + write.deed().number() + " ends after the last number");
        }
        for (int i = 0; i < steps.size(); i++) {
            Held.@Nullable Last now = found.get(steps.get(i).id());
            boolean later = now != null && now.sequence() >= first + i;
            boolean gone = !steps.get(i).put() && (now == null || now.item() == null);
            if (!later && !gone && !isForgotten(steps.get(i).id(), first + i)) {
                add(Fault.Kind.HALF, "write " + write.deed().number() + " is there without " + steps.get(i));
            }
        }
        for (Map.Entry<Long, Told.Write> each :
                acknowledged.subMap(first, first + steps.size()).entrySet()) {
            add(Fault.Kind.DISORDER, "number " + each.getKey() + " is of two writes");
        }
    }
}
