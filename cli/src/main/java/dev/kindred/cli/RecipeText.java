package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.train.Augmentation;
import dev.kindred.train.Recipe;
import dev.kindred.train.Teaching;
import dev.kindred.train.loss.Loss;
import dev.kindred.train.loss.Miner;
import java.util.Locale;

/** A recipe as it is sealed, and as people read it in cards and reports. */
final class RecipeText {
    private RecipeText() {}

    /** What every recipe has. */
    static JsonObject json(Recipe recipe, Teaching.Taught taught) {
        JsonObject json = new JsonObject();
        json.addProperty("loss", of(recipe.loss()));
        json.addProperty("distance", recipe.distance().wireName());
        json.addProperty("batch", recipe.batching().toString());
        json.addProperty("steps", taught.planned());
        json.addProperty("learningRate", recipe.learningRate());
        json.addProperty("weightDecay", recipe.weightDecay());
        json.addProperty("clip", recipe.clip());
        json.addProperty("warmup", recipe.warmup());
        json.addProperty("validations", recipe.validations());
        return json;
    }

    /** Its name on the command line and the values it was used with. */
    static String of(Loss loss) {
        String with = switch (loss) {
            case Loss.SupervisedContrastive s -> "temperature " + s.temperature();
            case Loss.Contrastive c -> "margins %s and %s".formatted(c.near(), c.far());
            case Loss.Triplet t -> "margin %s, %s".formatted(t.margin(), of(t.miner()));
            case Loss.MarginRanking m -> "margin %s, %s".formatted(m.margin(), of(m.miner()));
            case Loss.CoSent c -> "scale " + c.scale();
            case Loss.MultipleNegatives m ->
                "temperature %s%s".formatted(m.temperature(), m.symmetric() ? ", both ways" : "");
            case Loss.CrossEntropy c -> String.format(Locale.ROOT, "weight %.3g of the same", c.sameWeight());
        };
        return loss.name() + " (" + with + ")";
    }

    private static String of(Miner miner) {
        return switch (miner) {
            case ALL -> "batch-all";
            case HARD -> "batch-hard";
            case SEMI_HARD -> "semi-hard";
        };
    }

    /** Its name where it has one, else what it does at most. */
    static String of(Augmentation augmentation) {
        if (augmentation.equals(Augmentation.NONE)) {
            return "none";
        }
        if (augmentation.equals(Augmentation.GENTLE)) {
            return "gentle";
        }
        if (augmentation.equals(Augmentation.DRAWING)) {
            return "drawing";
        }
        return String.format(
                Locale.ROOT,
                "turned by %s degrees, scaled by %s, sheared by %s degrees, moved by %s, strokes %s, contrast %s,"
                        + " inverted %s",
                augmentation.degrees(),
                augmentation.scale(),
                augmentation.shear(),
                augmentation.shift(),
                augmentation.stroke(),
                augmentation.contrast(),
                augmentation.invert());
    }
}
