package dev.kindred.index;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How hard searches have to try for a recall that is asked for: measured on the view, kept with the items, and measured anew as they
 * change. Safe for many threads.
 */
final class Tuning {
    private static final String SETTING = "recall";
    private static final int SAMPLE = 200;
    /** Share of the items that may come, go or be written anew until it is measured anew. */
    private static final double STALE = 0.1;

    private final Truth truth;
    private volatile @Nullable RecallCurve curve;

    Tuning(Truth truth) {
        this.truth = truth;
        this.curve = truth.setting(SETTING).map(RecallCurve::ofText).orElse(null);
    }

    /** Results that a walk through this view keeps for a recall; 0 where nothing is walked. */
    int effort(ViewReader view, double recall) throws IOException {
        if (recall == 1 || !view.walks()) {
            return 0;
        }
        RecallCurve known = curve;
        return (known != null ? known : measure(view, SAMPLE, 1)).effortFor(recall);
    }

    RecallCurve measure(ViewReader view, int queries, long seed) throws IOException {
        RecallCurve measured =
                RecallSample.draw(view, truth.space(), queries, seed).curve();
        if (view.walks()) {
            truth.set(SETTING, measured.text());
            curve = measured;
        }
        return measured;
    }

    /** Measures where the items have changed so much that what was measured may no longer hold. */
    void keepUp(ViewReader view) throws IOException {
        RecallCurve known = curve;
        if (view.walks() && (known == null || stale(known, view))) {
            measure(view, SAMPLE, view.sequence());
        }
    }

    private static boolean stale(RecallCurve known, ViewReader now) {
        double moved = Math.max(Math.abs(now.count() - known.count()), now.sequence() - known.sequence());
        return moved > STALE * known.count();
    }
}
