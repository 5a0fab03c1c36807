package dev.kindred.bench.crash;

import dev.kindred.index.Item;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a store holds.
 *
 * @param sequence the number of its last write
 * @param last of each id the last change, in the order of their numbers
 * @param findings what its own check finds wrong
 * @param forgotten deletions up to this number need have left no trace
 * @param anew whether it had a part that was damaged, and was made anew of the others
 */
record Held(long sequence, List<Last> last, List<String> findings, long forgotten, boolean anew) {
    Held {
        last = List.copyOf(last);
        findings = List.copyOf(findings);
    }

    Held(long sequence, List<Last> last, List<String> findings) {
        this(sequence, last, findings, 0, false);
    }

    /** @param item null where the change was a deletion */
    record Last(long sequence, String id, @Nullable Item item) {}
}
