package dev.kindred.train;

import dev.kindred.train.loss.Loss;

/** Why a run likely collapsed, and what to change. */
final class Advice {
    private Advice() {}

    static String of(Loss loss) {
        return switch (loss) {
            case Loss.Triplet t ->
                "triplets over the hardest negatives often collapse early: use --miner semi-hard, --loss supcon, a"
                        + " lower learning rate or a longer warm-up";
            case Loss.MarginRanking r ->
                "the margin is met by shrinking all distances: use --loss supcon or a lower learning rate";
            case Loss.Contrastive c -> "pulling outweighs pushing: raise the far margin, or use --loss supcon";
            case Loss.CoSent c -> "the grades may be noise, or the learning rate too high: halve the learning rate";
            case Loss.MultipleNegatives n ->
                "pairs may be noise, or the learning rate too high: check that pairs belong together, halve the"
                        + " learning rate";
            case Loss.CrossEntropy c ->
                "what the embeddings hold does not tell same from different, or the answers are noise: check the pairs,"
                        + " or teach a head below the comparator";
            case Loss.SupervisedContrastive s ->
                "labels may be noise, or the learning rate too high: check that samples of one class are alike,"
                        + " halve the learning rate";
        };
    }
}
