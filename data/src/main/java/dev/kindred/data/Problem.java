package dev.kindred.data;

import dev.kindred.core.Refusal;
import java.util.List;
import java.util.stream.Collectors;

/** A bad row or picture that was left out: where it is and what is wrong with it. */
public record Problem(String where, String what) {

    static Problem of(Refusal refusal) {
        return new Problem(refusal.where(), refusal.what());
    }

    /** {@code where: what} on one line. */
    public String line() {
        return where + ": " + what;
    }

    /**
     * Refuses when there are too many.
     *
     * @param total samples in all, the bad ones included
     * @param strict one is too many; otherwise more than 1% are
     */
    static void requireFew(List<Problem> problems, long total, boolean strict, String where) {
        if (problems.isEmpty() || (!strict && problems.size() * 100L <= total)) {
            return;
        }
        String few = problems.stream().limit(3).map(Problem::line).collect(Collectors.joining("; "));
        String more = problems.size() > 3 ? "; and %,d more".formatted(problems.size() - 3) : "";
        throw new Refusal(
                "%,d of %,d cannot be read%s: %s%s"
                        .formatted(
                                problems.size(),
                                total,
                                strict ? " (--strict allows none)" : ", more than 1%",
                                few,
                                more),
                where,
                strict ? "mend them, or leave --strict out" : "mend them or take them out");
    }
}
