package dev.kindred.train.loss;

import dev.kindred.core.Distance;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The losses as their papers state them, in slow double loops that share no code with the fast ones. */
final class Papers {
    private Papers() {}

    static double value(Loss loss, Batch batch, @Nullable Tuples tuples) {
        return switch (loss) {
            case Loss.CoSent c -> cosent(batch, (Tuples.Graded) Objects.requireNonNull(tuples), c.scale());
            case Loss.MultipleNegatives n ->
                multipleNegatives(batch, (Tuples.Matches) Objects.requireNonNull(tuples), n);
            case Loss.SupervisedContrastive s -> supervised(batch, s.temperature());
            case Loss.Contrastive c -> contrastive(batch, c);
            case Loss.Triplet t -> triplets(batch, t.margin(), t.miner(), true);
            case Loss.MarginRanking r -> triplets(batch, r.margin(), r.miner(), false);
            case Loss.CrossEntropy c -> crossEntropy(batch, c.sameWeight());
        };
    }

    /** The mean of −log of what the logistic function gives the truth, each kind of pair by its weight. */
    private static double crossEntropy(Batch b, double sameWeight) {
        double total = 0;
        double weights = 0;
        for (int i = 0; i < b.n(); i++) {
            double probability = 1 / (1 + Math.exp(-b.embeddings()[i]));
            double weight = b.labels()[i] > 0 ? sameWeight : 1;
            total -= weight * Math.log(b.labels()[i] > 0 ? probability : 1 - probability);
            weights += weight;
        }
        return total / weights;
    }

    private static int columns(Batch b) {
        return b.reference() == null ? b.n() : b.reference().m();
    }

    private static int label(Batch b, int j) {
        return b.reference() == null ? b.labels()[j] : b.reference().labels()[j];
    }

    private static double score(Batch b, int i, int j) {
        float[] other = b.reference() == null ? b.embeddings() : b.reference().embeddings();
        return b.distance().score(b.embeddings(), i * b.d(), other, j * b.d(), b.d());
    }

    private static double distance(Batch b, int i, int j) {
        return b.distance() == Distance.COSINE ? 1 - score(b, i, j) : -score(b, i, j);
    }

    private static boolean self(Batch b, int i, int j) {
        return b.reference() == null && i == j;
    }

    private static double supervised(Batch b, double temperature) {
        double total = 0;
        int anchors = 0;
        for (int i = 0; i < b.n(); i++) {
            double below = 0;
            int positives = 0;
            for (int a = 0; a < columns(b); a++) {
                if (!self(b, i, a)) {
                    below += Math.exp(score(b, i, a) / temperature);
                    positives += b.labels()[i] == label(b, a) ? 1 : 0;
                }
            }
            if (positives == 0) {
                continue;
            }
            anchors++;
            double mine = 0;
            for (int p = 0; p < columns(b); p++) {
                if (!self(b, i, p) && b.labels()[i] == label(b, p)) {
                    mine -= Math.log(Math.exp(score(b, i, p) / temperature) / below);
                }
            }
            total += mine / positives;
        }
        return anchors == 0 ? 0 : total / anchors;
    }

    /** {@code log(1 + Σ e^{λ(s_l − s_h)})} over all pairs of pairs where h is graded higher than l. */
    private static double cosent(Batch b, Tuples.Graded pairs, double scale) {
        double inner = 1;
        for (int h = 0; h < pairs.size(); h++) {
            for (int l = 0; l < pairs.size(); l++) {
                if (pairs.grade()[h] > pairs.grade()[l]) {
                    double high = score(b, pairs.left()[h], pairs.right()[h]);
                    double low = score(b, pairs.left()[l], pairs.right()[l]);
                    inner += Math.exp(scale * (low - high));
                }
            }
        }
        return Math.log(inner);
    }

    private static double multipleNegatives(Batch b, Tuples.Matches m, Loss.MultipleNegatives loss) {
        double there = 0;
        double back = 0;
        for (int t = 0; t < m.size(); t++) {
            double own = Math.exp(score(b, m.anchor()[t], m.positive()[t]) / loss.temperature());
            double all = own;
            double allBack = own;
            for (int o = 0; o < m.size(); o++) {
                if (o != t && !m.spared()[t][o]) {
                    all += Math.exp(score(b, m.anchor()[t], m.positive()[o]) / loss.temperature());
                }
                if (o != t && !m.spared()[o][t]) {
                    allBack += Math.exp(score(b, m.anchor()[o], m.positive()[t]) / loss.temperature());
                }
            }
            for (int h = 0; h < m.hard().length; h++) {
                if (!m.spared()[t][m.size() + h]) {
                    all += Math.exp(score(b, m.anchor()[t], m.hard()[h]) / loss.temperature());
                }
            }
            there -= Math.log(own / all);
            back -= Math.log(own / allBack);
        }
        return loss.symmetric() ? (there + back) / 2 / m.size() : there / m.size();
    }

    private static double contrastive(Batch b, Loss.Contrastive c) {
        double same = 0;
        double different = 0;
        int sames = 0;
        int differents = 0;
        for (int i = 0; i < b.n(); i++) {
            for (int j = b.reference() == null ? i + 1 : 0; j < columns(b); j++) {
                double d = distance(b, i, j);
                if (b.labels()[i] == label(b, j)) {
                    sames++;
                    same += Math.pow(Math.max(0, d - c.near()), 2);
                } else {
                    differents++;
                    different += Math.pow(Math.max(0, c.far() - d), 2);
                }
            }
        }
        return (sames == 0 ? 0 : same / sames) + (differents == 0 ? 0 : different / differents);
    }

    private static double triplets(Batch b, double margin, Miner miner, boolean activeOnly) {
        double total = 0;
        int count = 0;
        for (int a = 0; a < b.n(); a++) {
            for (int p = 0; p < columns(b); p++) {
                if (self(b, a, p) || b.labels()[a] != label(b, p)) {
                    continue;
                }
                for (int n = 0; n < columns(b); n++) {
                    if (b.labels()[a] == label(b, n) || !chosen(b, a, p, n, margin, miner)) {
                        continue;
                    }
                    double hinge = Math.max(0, distance(b, a, p) - distance(b, a, n) + margin);
                    total += hinge;
                    count += !activeOnly || hinge > 0 ? 1 : 0;
                }
            }
        }
        return count == 0 ? 0 : total / count;
    }

    private static boolean chosen(Batch b, int a, int p, int n, double margin, Miner miner) {
        for (int j = 0; j < columns(b); j++) {
            boolean positive = !self(b, a, j) && b.labels()[a] == label(b, j);
            boolean negative = b.labels()[a] != label(b, j);
            if (miner == Miner.HARD
                    && (positive && distance(b, a, j) > distance(b, a, p)
                            || negative && distance(b, a, j) < distance(b, a, n))) {
                return false;
            }
            if (miner == Miner.SEMI_HARD
                    && negative
                    && distance(b, a, j) > distance(b, a, p)
                    && distance(b, a, j) < distance(b, a, n)) {
                return false;
            }
        }
        return miner != Miner.SEMI_HARD
                || distance(b, a, n) > distance(b, a, p) && distance(b, a, n) < distance(b, a, p) + margin;
    }
}
