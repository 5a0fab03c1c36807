package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;

/** Decodes a whole data set on all workers. */
public final class Loading {
    private static final int BLOCK = 16;

    private Loading() {}

    /**
     * Decodes every row and keeps what {@code keep} makes of it; the decoded picture itself is dropped unless that is
     * what is kept.
     *
     * @param keep called on many threads with a row and its content; what it gives must not be null; what it
     *     refuses is a bad sample too
     * @param strict the first bad sample stops the run; otherwise more than 1% of them do, the bad rows of tables
     *     counted in
     * @throws Refusal when too many are bad, naming the first
     */
    public static <T> Loaded<T> each(
            Dataset data, Workers workers, BiFunction<Integer, Content, T> keep, boolean strict, Progress progress) {
        int n = data.size();
        AtomicReferenceArray<T> values = new AtomicReferenceArray<>(n);
        AtomicReferenceArray<Problem> failed = new AtomicReferenceArray<>(n);
        PictureSizes.Sheet sheet = new PictureSizes.Sheet(n);
        AtomicInteger done = new AtomicInteger();
        AtomicInteger bad = new AtomicInteger(data.problems().size());
        long total = n + (long) data.problems().size();
        long limit = strict ? 0 : total / 100;
        workers.blocks(n, BLOCK, (from, to) -> {
            for (int row = from; row < to && bad.get() <= limit; row++) {
                try {
                    Content content = data.content(row);
                    values.set(row, keep.apply(row, content));
                    sheet.set(row, content);
                } catch (Refusal refusal) {
                    failed.set(row, Problem.of(refusal));
                    bad.incrementAndGet();
                }
            }
            progress.at("reading", done.addAndGet(to - from), n, "");
        });
        List<Problem> problems = new ArrayList<>(data.problems());
        List<T> kept = new ArrayList<>(n);
        int[] rows = new int[n];
        for (int row = 0; row < n; row++) {
            Problem problem = failed.get(row);
            if (problem != null) {
                problems.add(problem);
                continue;
            }
            T value = values.get(row);
            if (value != null) {
                rows[kept.size()] = row;
                kept.add(value);
            }
        }
        Problem.requireFew(problems, total, strict, "DATA");
        return new Loaded<>(
                Collections.unmodifiableList(kept), Arrays.copyOf(rows, kept.size()), problems, sheet.sizes());
    }
}
