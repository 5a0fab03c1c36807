package dev.kindred.train;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Architecture;
import dev.kindred.train.loss.Loss;
import dev.kindred.train.loss.Miner;
import org.jspecify.annotations.Nullable;

/**
 * What a person asked for instead of the plan's choice; null where nothing was said.
 *
 * @param encoder {@code conv4}, {@code conv4:<width>} or {@code conv4:<width>:<embedding>}
 * @param loss {@code supcon}, {@code contrastive}, {@code triplet}, {@code margin-ranking}, {@code cosent} or {@code mnr}
 * @param miner {@code batch-all}, {@code batch-hard} or {@code semi-hard}
 * @param distance {@code cosine} or {@code l2}
 * @param steps at least 1
 * @param augment {@code gentle}, {@code drawing} or {@code none}
 */
public record Options(
        @Nullable String encoder,
        @Nullable String loss,
        @Nullable String miner,
        @Nullable String distance,
        @Nullable Integer steps,
        @Nullable String augment) {
    /** Margins that suit unit-length embeddings, in cosine distance (0 to 2) or Euclidean (0 to 2). */
    private static final double TRIPLET_MARGIN = 0.2;

    /** As its author and sentence-transformers have it. */
    static final double COSENT_SCALE = 20;

    static final double MATCH_TEMPERATURE = 0.05;

    private static final double NEAR = 0.1;
    private static final double FAR = 0.8;

    /** The plan with these wishes in it. */
    public Plan in(Plan plan) {
        return new Plan(architecture(plan.architecture()), plan.oversampling(), in(plan.recipe()));
    }

    /** The recipe with these wishes in it. */
    Recipe in(Recipe planned) {
        return new Recipe(
                loss(planned.loss()),
                distance(planned.distance()),
                planned.batching(),
                steps(planned.steps()),
                planned.learningRate(),
                planned.weightDecay(),
                planned.clip(),
                planned.warmup(),
                planned.validations(),
                augmentation(planned.augmentation()),
                planned.dropout(),
                planned.seed());
    }

    /** The recipe with the steps asked for: of what has a loss and a distance of its own. */
    Recipe stepsIn(Recipe planned) {
        return planned.withSteps(steps(planned.steps()));
    }

    /** The loss asked for by name; null where none was. */
    public @Nullable Loss wantedLoss() {
        return loss == null ? null : loss(new Loss.SupervisedContrastive(Plan.TEMPERATURE));
    }

    private int steps(int planned) {
        if (steps == null) {
            return planned;
        }
        if (steps < 1) {
            throw new Refusal("there must be at least one step, not " + steps, "--steps", "");
        }
        return steps;
    }

    private Architecture architecture(Architecture planned) {
        if (encoder == null) {
            return planned;
        }
        String[] words = encoder.split(":", -1);
        if (!words[0].equals("conv4") || words.length > 3) {
            throw new Refusal(
                    "there is no encoder '" + encoder + "'",
                    "--encoder",
                    "use conv4, conv4:<width> or conv4:<width>:<embedding>");
        }
        int filters = words.length > 1 ? number(words[1], 4, 1024) : Plan.FILTERS;
        int dimension = words.length > 2 ? number(words[2], 2, 4096) : planned.dimension();
        return Architecture.conv4(planned.input().channels(), planned.input().height(), filters, dimension);
    }

    static int number(String word, int least, int most) {
        try {
            int value = Integer.parseInt(word);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, with the range.
        }
        throw new Refusal(
                "'" + word + "' is no whole number from " + least + " to " + most, "--encoder", "e.g. conv4:64:64");
    }

    private Loss loss(Loss planned) {
        Miner chosen = switch (miner) {
            case null -> Miner.SEMI_HARD;
            case "batch-all" -> Miner.ALL;
            case "batch-hard" -> Miner.HARD;
            case "semi-hard" -> Miner.SEMI_HARD;
            default ->
                throw new Refusal(
                        "there is no miner '" + miner + "'", "--miner", "use batch-all, batch-hard or semi-hard");
        };
        Loss wanted = switch (loss) {
            case null -> planned;
            case "supcon" ->
                planned instanceof Loss.SupervisedContrastive
                        ? planned
                        : new Loss.SupervisedContrastive(Plan.TEMPERATURE);
            case "contrastive" -> new Loss.Contrastive(NEAR, FAR);
            case "triplet" -> new Loss.Triplet(TRIPLET_MARGIN, chosen);
            case "margin-ranking" -> new Loss.MarginRanking(TRIPLET_MARGIN, chosen);
            case "cosent" -> new Loss.CoSent(COSENT_SCALE);
            case "mnr", "multiple-negatives" -> new Loss.MultipleNegatives(MATCH_TEMPERATURE, true);
            default ->
                throw new Refusal(
                        "there is no loss '" + loss + "'",
                        "--loss",
                        "use supcon, contrastive, triplet, margin-ranking, cosent or mnr");
        };
        if (miner != null && !(wanted instanceof Loss.Triplet || wanted instanceof Loss.MarginRanking)) {
            throw new Refusal(
                    "loss " + wanted.name() + " looks at the whole batch and takes no miner",
                    "--miner",
                    "leave it out, or use --loss triplet");
        }
        return wanted;
    }

    private Distance distance(Distance planned) {
        return switch (distance) {
            case null -> planned;
            case "cosine" -> Distance.COSINE;
            case "l2" -> Distance.L2;
            default ->
                throw new Refusal("cannot teach for the distance '" + distance + "'", "--distance", "use cosine or l2");
        };
    }

    private Augmentation augmentation(Augmentation planned) {
        return switch (augment) {
            case null -> planned;
            case "gentle" -> Augmentation.GENTLE;
            case "drawing" -> Augmentation.DRAWING;
            case "none" -> Augmentation.NONE;
            default ->
                throw new Refusal(
                        "there is no augmentation '" + augment + "'", "--augment", "use gentle, drawing or none");
        };
    }
}
