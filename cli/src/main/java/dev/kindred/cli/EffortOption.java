package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.index.Effort;
import dev.kindred.index.Query;
import java.util.ArrayList;
import java.util.List;
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

    @Option(
            names = "--first",
            paramLabel = "D",
            description = "Read the first D values of every row, then the 200 best of them whole (or twenty times K, if"
                    + " that is more): for encoders that were taught to put first what matters most.")
    @Nullable
    Integer first;

    /** @param k how many are to be found */
    Effort chosen(int k) {
        List<String> said = new ArrayList<>();
        if (recall != null) {
            said.add("--target-recall");
        }
        if (ef != null) {
            said.add("--ef");
        }
        if (exact) {
            said.add("--exact");
        }
        if (first != null) {
            said.add("--first");
        }
        if (said.size() > 1) {
            throw new Refusal("more than one effort is asked for", String.join(", ", said), "say one of them");
        }
        if (exact) {
            return Effort.exact();
        }
        if (first != null) {
            return new Effort.First(first, (int) Math.clamp(20L * k, 200, Query.MAX_K));
        }
        return ef != null ? new Effort.Ef(ef) : new Effort.TargetRecall(recall == null ? Effort.USUAL_RECALL : recall);
    }
}
