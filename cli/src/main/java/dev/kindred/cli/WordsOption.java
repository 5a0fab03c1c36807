package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.core.metric.Fusion;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether and how the words of texts count in a search. */
final class WordsOption {
    enum By {
        weights,
        rrf
    }

    @Option(
            names = "--words",
            paramLabel = "TEXT",
            description = "Find by likeness and by these words at once (hybrid); items that share many rank higher.")
    @Nullable
    String words;

    @Option(
            names = "--hybrid",
            paramLabel = "weights|rrf",
            description = "How the two are fused: by weighted scores, as evaluate measures it, or by reciprocal ranks."
                    + " Without --words, the words are those of QUERY. Default: weights.")
    @Nullable
    By hybrid;

    @Option(
            names = "--words-weight",
            paramLabel = "W",
            description = "The weight of words among the two, from 0 to 1. Default: 0.5.")
    @Nullable
    Double weight;

    @Option(names = "--words-only", description = "Find by the words of QUERY alone (BM25); no bundle is needed.")
    boolean only;

    @Option(
            names = "--words-in",
            split = ",",
            paramLabel = "FIELD",
            description = "Look for words in these fields of the payload. Default: text where there is one, else all.")
    List<String> in = List.of();

    /** Whether words and likeness are fused. */
    boolean fuses() {
        return words != null || hybrid != null;
    }

    Set<String> fields() {
        return Set.copyOf(in);
    }

    Fusion fusion() {
        if (hybrid == By.rrf) {
            return new Fusion.ReciprocalRanks(Fusion.USUAL_CONSTANT);
        }
        return weight == null ? Fusion.usual() : new Fusion.Weights(weight);
    }

    /** @param others of one page and one order of their own, e.g. {@code --rerank} */
    void require(List<String> others) {
        if (only && (fuses() || weight != null)) {
            throw new Refusal(
                    "words alone are not fused", "--words-only", "leave out --words, --hybrid, --words-weight");
        }
        if (weight != null && (!fuses() || hybrid == By.rrf)) {
            throw new Refusal("there is nothing to weigh", "--words-weight", "say --words TEXT or --hybrid weights");
        }
        if (!in.isEmpty() && !fuses() && !only) {
            throw new Refusal("no words are looked for", "--words-in", "say --words TEXT, or --words-only");
        }
        if ((fuses() || only) && !others.isEmpty()) {
            throw new Refusal(
                    "cannot be had together with a search by words", others.getFirst(), "leave one of them out");
        }
    }
}
