package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.index.Effort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How hard a search tries. */
final class EffortOption {
    @Option(
            names = "--target-recall",
            paramLabel = "R",
            description =
                    "Share of the true ten nearest to be found on average, above 0 and at most 1; the effort follows"
                            + " from what was measured. Default: 0.99.")
    @Nullable
    Double recall;

    @Option(names = "--ef", paramLabel = "N", description = "Candidates that a walk through the graph keeps, instead.")
    @Nullable
    Integer ef;

    @Option(names = "--exact", description = "Read all rows: the true neighbours.")
    boolean exact;

    Effort chosen() {
        int said = (recall == null ? 0 : 1) + (ef == null ? 0 : 1) + (exact ? 1 : 0);
        if (said > 1) {
            throw new Refusal("more than one effort is asked for", "--target-recall", "say one of them");
        }
        if (exact) {
            return Effort.exact();
        }
        return ef != null ? new Effort.Ef(ef) : new Effort.TargetRecall(recall == null ? Effort.USUAL_RECALL : recall);
    }
}
