package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How hard searches have to try for a recall that is asked for: measured on the view, kept with the items, and measured anew, by a thread
 * of its own, as they change. Until it is measured, all rows are read. Safe for many threads.
 */
final class Tuning {
    static final String SETTING = "recall";
    private static final int SAMPLE = 200;
    /** Share of the items that may come, go or be written anew until it is measured anew. */
    private static final double STALE = 0.1;

    private final Truth truth;
    private final AtomicBoolean measuring = new AtomicBoolean();
    private volatile @Nullable RecallCurve curve;
    private volatile boolean ended;

    Tuning(Truth truth) {
        this.truth = truth;
        this.curve = kept(truth);
    }

    /** One that cannot be read is measured anew. */
    private static @Nullable RecallCurve kept(Truth truth) {
        try {
            return truth.setting(SETTING).map(RecallCurve::ofText).orElse(null);
        } catch (Refusal e) {
            return null;
        }
    }

    /** Results that a walk through this view keeps for a recall; 0 for reading all rows. */
    int effort(ViewReader view, double recall) {
        RecallCurve known = curve;
        return recall == 1 || known == null || !view.walks() ? 0 : known.effortFor(recall);
    }

    RecallCurve measure(ViewReader view, int queries, long seed) throws IOException {
        RecallCurve measured =
                RecallSample.draw(view, truth.space(), queries, seed).curve();
        if (view.walks() && !ended) {
            curve = measured;
            try {
                truth.set(SETTING, measured.text());
            } catch (Refusal e) {
                // Where there is no room for it, it is measured again at the next opening.
            }
        }
        return measured;
    }

    /**
     * Measures beside everything else where the view has changed so much that what was measured may no longer hold.
     *
     * @param view released when that is done
     */
    void keepUp(ViewReader view) {
        RecallCurve known = curve;
        boolean due = view.walks() && (known == null || isStale(known, view));
        if (!due || !measuring.compareAndSet(false, true)) {
            view.release();
            return;
        }
        Thread.ofPlatform().daemon().name("kindred-recall").start(() -> {
            try {
                measure(view, SAMPLE, view.sequence());
            } catch (IOException | RuntimeException e) {
                // A view that fails is found by whoever searches it; one that was closed is measured at the next
                // opening.
            } finally {
                measuring.set(false);
                view.release();
            }
        });
    }

    private static boolean isStale(RecallCurve known, ViewReader now) {
        double moved = Math.max(Math.abs(now.count() - known.count()), now.sequence() - known.sequence());
        return now.graphs() != known.graphs() || moved > STALE * known.count();
    }

    /** Nothing is kept any more. */
    void end() {
        ended = true;
    }
}
