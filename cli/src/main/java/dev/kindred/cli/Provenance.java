package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Space;
import dev.kindred.core.Threshold;
import dev.kindred.core.metric.Verification;
import dev.kindred.data.Dataset;
import dev.kindred.data.Split;
import dev.kindred.train.Lesson;
import dev.kindred.train.Plan;
import dev.kindred.train.Recipe;
import dev.kindred.train.Teaching;
import java.util.List;
import java.util.Locale;

/** Where a bundle comes from: as JSON in its manifest, and as the card for people. */
record Provenance(Dataset data, Split split, Plan plan, Teaching.Taught taught, TrainRun.Wishes wishes, int threads) {

    JsonObject json() {
        JsonObject learned = learned(data, split);
        learned.addProperty("classesHeldOut", classesHeldOut());
        return whole(learned, recipe(), plan.recipe().seed(), threads, taught, new JsonArray());
    }

    /** What was taught from; of a table with its columns, so that another header is noticed later. */
    static JsonObject learned(Dataset data, Split split) {
        JsonObject learned = new JsonObject();
        learned.addProperty("fingerprint", data.fingerprint());
        learned.addProperty("samples", data.size());
        if (!data.columns().isEmpty()) {
            JsonArray columns = new JsonArray();
            data.columns().forEach(columns::add);
            learned.add(TaughtColumns.FIELD, columns);
        }
        learned.addProperty("classes", data.classes().size());
        learned.addProperty("taught", split.train().length);
        learned.addProperty("validation", split.validation().length);
        learned.addProperty("split", split.how());
        return learned;
    }

    /** The provenance of any bundle that was taught here. */
    static JsonObject whole(
            JsonObject learned, JsonObject recipe, long seed, int threads, Teaching.Taught taught, JsonArray basedOn) {
        JsonObject json = new JsonObject();
        json.add("data", learned);
        json.add("recipe", recipe);
        json.addProperty("seed", seed);
        json.addProperty("threads", threads);
        json.addProperty("steps", taught.steps());
        json.addProperty("bestStep", taught.bestStep());
        if (taught.restraint().share() < 1) {
            json.addProperty("kept", taught.restraint().share());
        }
        JsonObject versions = new JsonObject();
        versions.addProperty("kindred", Version.current());
        versions.addProperty("java", Runtime.version().toString());
        json.add("versions", versions);
        json.add("basedOn", basedOn);
        return json;
    }

    /** Whether no class of the validation pictures was taught. Not so with too few classes, nor always with {@code --split-by}. */
    boolean classesHeldOut() {
        return split.holdsOutClasses(data.labels());
    }

    /** What the validation figures are of, in words. */
    String heldOut() {
        return classesHeldOut() ? "classes never taught" : "pictures never taught, of classes that were";
    }

    private JsonObject recipe() {
        Recipe recipe = plan.recipe();
        JsonObject json = RecipeText.json(recipe, taught);
        json.addProperty("encoder", plan.architecture().name());
        json.addProperty("oversampling", plan.oversampling());
        json.addProperty("augmentation", RecipeText.of(recipe.augmentation()));
        return json;
    }

    /** The facts of the run, a line each. */
    List<String> facts() {
        var input = plan.architecture().input();
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%,d pictures of %,d classes; %,d taught, %,d held out (%s).",
                        data.size(),
                        data.classes().size(),
                        split.train().length,
                        split.validation().length,
                        split.how()),
                String.format(
                        Locale.ROOT,
                        "%s on %d×%d×%d, %d values an embedding, compared by %s.",
                        plan.architecture().name(),
                        input.width(),
                        input.height(),
                        input.channels(),
                        plan.architecture().dimension(),
                        plan.recipe().distance().wireName()),
                String.format(
                        Locale.ROOT,
                        "%,d steps of %s with %s, seed %d: %,.0f pictures a second.",
                        taught.steps(),
                        plan.recipe().batching(),
                        RecipeText.of(plan.recipe().loss()),
                        plan.recipe().seed(),
                        taught.figures().samplesPerSecond()));
    }

    String card(Space space, Decision decision, Verification pairs) {
        Lesson.Judged best = taught.judged();
        StringBuilder card = new StringBuilder("# A Kindred encoder\n\n");
        facts().forEach(fact -> card.append("- ").append(fact).append('\n'));
        card.append("- Space `")
                .append(space.id())
                .append("`.\n\n## Measured on ")
                .append(heldOut())
                .append("\n\n");
        card.append("| what | value |\n|---|---|\n");
        row(card, "Recall@1", best.beside().value());
        row(card, "MAP@R", best.chosenBy().value());
        row(card, "AUROC", pairs.auroc().value());
        row(card, "EER", pairs.eer().value());
        for (Threshold threshold : decision.thresholds()) {
            row(
                    card,
                    "FNMR at FMR " + threshold.targetFmr() + " (threshold " + rounded(threshold.threshold()) + ")",
                    threshold.fnmr());
        }
        card.append("\n"
                + "The best weights and the thresholds were chosen on these pictures, so the figures flatter a"
                + " little.");
        if (!classesHeldOut()) {
            card.append(" On classes that were never taught, expect less: the thresholds were not tried on any.");
        }
        card.append(" Measure on classes of your own: `./kindred evaluate M.kindred DATA`.\n");
        card.append("\n"
                + "## Limits\n\n"
                + "It has learned from the pictures named above and nothing else. On pictures of another kind its"
                + " scores mean nothing until they are measured.\n");
        card.append("\n"
                + "## Licence\n\n"
                + "The weights follow the licence of the pictures they were taught on. No weights of others are"
                + " inside.\n");
        return card.toString();
    }

    private static void row(StringBuilder card, String what, double value) {
        card.append("| ").append(what).append(" | ").append(rounded(value)).append(" |\n");
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
