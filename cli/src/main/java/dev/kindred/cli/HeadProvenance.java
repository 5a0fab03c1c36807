package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.core.Space;
import dev.kindred.core.Threshold;
import dev.kindred.core.metric.Verification;
import dev.kindred.data.Examples;
import dev.kindred.data.Split;
import dev.kindred.train.Lesson;
import dev.kindred.train.Recipe;
import dev.kindred.train.Teaching;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where a bundle with a head comes from: as JSON in its manifest, and as the card for people. */
record HeadProvenance(HeadCourse course, Teaching.Taught taught, int threads) {

    JsonObject json() {
        JsonObject recipe = recipe(course.recipe(), taught);
        recipe.addProperty(
                "encoder",
                course.base().path().getFileName() + " with a "
                        + course.plan().head().name());
        JsonObject json = Provenance.whole(
                data(course.examples(), course.lesson(), course.split()),
                recipe,
                course.recipe().seed(),
                threads,
                taught,
                basedOn());
        JsonObject validated = new JsonObject();
        Lesson.Score best = taught.bestPoint().judged().chosenBy();
        validated.addProperty("by", best.name());
        validated.addProperty("value", best.value());
        validated.addProperty("untaught", untaught());
        json.add("validated", validated);
        return json;
    }

    /** What stands below, with what that was based on and under which licence. */
    private JsonArray basedOn() {
        JsonObject below = course.base().manifest().getAsJsonObject("provenance");
        JsonArray all = new JsonArray();
        if (below.get("basedOn") instanceof JsonArray deeper) {
            deeper.forEach(all::add);
        }
        JsonObject base = new JsonObject();
        base.addProperty("bundle", course.base().id());
        base.addProperty("space", course.base().space().id());
        base.addProperty("file", String.valueOf(course.base().path().getFileName()));
        JsonElement licence = below.get("licence");
        if (licence != null) {
            base.add("licence", licence);
        }
        all.add(base);
        return all;
    }

    private double untaught() {
        return taught.history().getFirst().judged().chosenBy().value();
    }

    /** What was taught from. */
    static JsonObject data(Examples examples, Lesson lesson, Split split) {
        JsonObject learned = Provenance.learned(examples.samples(), split);
        learned.addProperty("kind", TaughtExamples.what(lesson));
        return learned;
    }

    static JsonObject recipe(Recipe recipe, Teaching.Taught taught) {
        JsonObject json = new JsonObject();
        json.addProperty("loss", recipe.loss().toString());
        json.addProperty("distance", recipe.distance().wireName());
        json.addProperty("batch", recipe.batching().toString());
        json.addProperty("steps", taught.planned());
        json.addProperty("learningRate", recipe.learningRate());
        json.addProperty("weightDecay", recipe.weightDecay());
        json.addProperty("dropout", recipe.dropout());
        json.addProperty("clip", recipe.clip());
        json.addProperty("warmup", recipe.warmup());
        json.addProperty("validations", recipe.validations());
        return json;
    }

    String heldOut() {
        return heldOut(course.lesson(), course.split(), course.examples());
    }

    /** What the validation figures are of, in words. */
    static String heldOut(Lesson lesson, Split split, Examples examples) {
        return switch (lesson) {
            case Lesson.Classes classes ->
                split.holdsOutClasses(examples.samples().labels())
                        ? "classes never taught"
                        : "samples never taught, of classes that were";
            case Lesson.Pairs p -> "pairs never taught";
            case Lesson.Matches m -> "matches never taught";
        };
    }

    /** The facts of the run, a line each. */
    List<String> facts() {
        Recipe recipe = course.recipe();
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%,d %s taught of %,d %s; held out: %s.",
                        course.lesson().size(),
                        TaughtExamples.what(course.lesson()),
                        course.examples().samples().size(),
                        course.examples().samples().kind().plural(),
                        course.split().how()),
                String.format(
                        Locale.ROOT,
                        "A %s on the frozen encoder %s (space %s), %d values an embedding, compared by %s.",
                        course.plan().head().name(),
                        course.base().path().getFileName(),
                        course.base().space().shortId(),
                        course.plan().head().dimension(),
                        recipe.distance().wireName()),
                String.format(
                        Locale.ROOT,
                        "%,d steps of %s with %s, seed %d; the best weights are those of step %,d.",
                        taught.steps(),
                        recipe.batching(),
                        recipe.loss(),
                        recipe.seed(),
                        taught.bestStep()));
    }

    String card(Space space, HeadDecision decided) {
        StringBuilder card = new StringBuilder("# A Kindred encoder with a taught head\n\n");
        facts().forEach(fact -> card.append("- ").append(fact).append('\n'));
        card.append("- Space `")
                .append(space.id())
                .append("`.\n\n## Measured on ")
                .append(heldOut())
                .append("\n\n| what | taught | before |\n|---|---|---|\n");
        Lesson.Judged best = taught.bestPoint().judged();
        Lesson.Judged before = taught.history().getFirst().judged();
        row(card, best.chosenBy(), before.chosenBy());
        row(card, best.beside(), before.beside());
        Verification pairs = decided.pairs();
        if (pairs != null) {
            card.append("\n| same or different | value |\n|---|---|\n");
            row(card, "AUROC", pairs.auroc().value());
            row(card, "EER", pairs.eer().value());
        }
        if (decided.decision() != null) {
            for (Threshold threshold : decided.decision().thresholds()) {
                row(
                        card,
                        "FNMR at FMR " + threshold.targetFmr() + " (threshold " + rounded(threshold.threshold()) + ")",
                        threshold.fnmr());
            }
        }
        card.append("\nThe best weights and the thresholds were chosen on these, so the figures flatter a little."
                + " Measure on examples of your own: `./kindred evaluate M.kindred DATA`.\n");
        card.append("\n## Limits\n\nThe encoder below is as it was; what was added has learned from the examples named"
                + " above and nothing else. On others its scores mean nothing until they are measured.\n");
        card.append("\n## Licence\n\nThe frozen encoder keeps its own licence; the head follows that of the examples it"
                + " was taught on.\n");
        List<String> lines = new ArrayList<>();
        basedOn().forEach(one -> lines.add("- `" + one + "`\n"));
        card.append('\n').append(String.join("", lines));
        return card.toString();
    }

    private static void row(StringBuilder card, Lesson.Score taught, Lesson.Score before) {
        card.append("| %s | %s | %s |\n".formatted(taught.name(), rounded(taught.value()), rounded(before.value())));
    }

    private static void row(StringBuilder card, String what, double value) {
        card.append("| ").append(what).append(" | ").append(rounded(value)).append(" |\n");
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
