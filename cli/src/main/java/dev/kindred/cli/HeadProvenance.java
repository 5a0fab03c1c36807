package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.core.Space;
import dev.kindred.core.Threshold;
import dev.kindred.core.metric.Verification;
import dev.kindred.data.Examples;
import dev.kindred.data.Split;
import dev.kindred.encode.Bundle;
import dev.kindred.train.Lesson;
import dev.kindred.train.Recipe;
import dev.kindred.train.Teaching;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where a bundle with a head comes from: as JSON in its manifest, and as the card for people. */
record HeadProvenance(TaughtHead head, int threads) {

    JsonObject json() {
        Bundle base = head.base();
        JsonObject recipe = recipe(head.recipe(), head.taught());
        recipe.addProperty(
                "encoder",
                base.path().getFileName() + " with a " + head.plan().head().name());
        JsonObject json = Provenance.whole(
                data(head.examples(), head.lesson(), head.split()),
                recipe,
                head.recipe().seed(),
                threads,
                head.taught(),
                basedOn(base));
        json.add("validated", validated(head.taught()));
        return json;
    }

    /** What the best weights were chosen by, and what that was before teaching. */
    static JsonObject validated(Teaching.Taught taught) {
        JsonObject validated = new JsonObject();
        Lesson.Score best = taught.judged().chosenBy();
        validated.addProperty("by", best.name());
        validated.addProperty("value", best.value());
        validated.addProperty("untaught", untaught(taught));
        return validated;
    }

    /** What stands below, with what that was based on and under which licence. */
    static JsonArray basedOn(Bundle base) {
        JsonObject below = base.manifest().getAsJsonObject("provenance");
        JsonArray all = new JsonArray();
        if (below.get("basedOn") instanceof JsonArray deeper) {
            deeper.forEach(all::add);
        }
        JsonObject one = new JsonObject();
        one.addProperty("bundle", base.id());
        one.addProperty("space", base.space().id());
        one.addProperty("file", String.valueOf(base.path().getFileName()));
        JsonElement licence = below.get("licence");
        if (licence != null) {
            one.add("licence", licence);
        }
        all.add(one);
        return all;
    }

    static double untaught(Teaching.Taught taught) {
        return taught.history().getFirst().judged().chosenBy().value();
    }

    /** What was taught from. */
    static JsonObject data(Examples examples, Lesson lesson, Split split) {
        JsonObject learned = Provenance.learned(examples.samples(), split);
        learned.addProperty("kind", TaughtExamples.what(lesson));
        return learned;
    }

    static JsonObject recipe(Recipe recipe, Teaching.Taught taught) {
        JsonObject json = RecipeText.json(recipe, taught);
        json.addProperty("dropout", recipe.dropout());
        return json;
    }

    String heldOut() {
        return heldOut(head.lesson(), head.split(), head.examples());
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
            case Lesson.Compared c -> "pairs never taught";
        };
    }

    /** The facts of the run, a line each. */
    List<String> facts() {
        Recipe recipe = head.recipe();
        List<String> facts = new ArrayList<>(List.of(
                taughtFrom(head.lesson(), head.examples(), head.split()),
                String.format(
                        Locale.ROOT,
                        "A %s on the frozen encoder %s (space %s), %d values an embedding, compared by %s.",
                        head.plan().head().name(),
                        head.base().path().getFileName(),
                        head.base().space().shortId(),
                        head.plan().head().dimension(),
                        recipe.distance().wireName()),
                steps(recipe, head.taught())));
        double kept = head.taught().restraint().share();
        if (kept < 1) {
            facts.add("Of the correction %.0f%% is kept, which validation cannot tell from all of it."
                    .formatted(100 * kept));
        }
        return facts;
    }

    static String taughtFrom(Lesson lesson, Examples examples, Split split) {
        return String.format(
                Locale.ROOT,
                "%,d %s taught of %,d %s; held out: %s.",
                lesson.size(),
                TaughtExamples.what(lesson),
                examples.samples().size(),
                examples.samples().kind().plural(),
                split.how());
    }

    static String steps(Recipe recipe, Teaching.Taught taught) {
        return String.format(
                Locale.ROOT,
                "%,d steps of %s with %s, seed %d; the best weights are those of step %,d.",
                taught.steps(),
                recipe.batching(),
                RecipeText.of(recipe.loss()),
                recipe.seed(),
                taught.bestStep());
    }

    String card(Space space, HeadDecision decided) {
        StringBuilder card = new StringBuilder("# A Kindred encoder with a taught head\n\n");
        facts().forEach(fact -> card.append("- ").append(fact).append('\n'));
        card.append("- Space `")
                .append(space.id())
                .append("`.\n\n## Measured on ")
                .append(heldOut())
                .append("\n\n| what | taught | before |\n|---|---|---|\n");
        Teaching.Taught taught = head.taught();
        Lesson.Judged best = taught.judged();
        Lesson.Judged before = taught.history().getFirst().judged();
        row(card, best.chosenBy(), before.chosenBy());
        row(card, best.beside(), before.beside());
        decided(card, decided);
        card.append("\n## Limits\n\nThe encoder below is as it was; what was added has learned from the examples named"
                + " above and nothing else. On others its scores mean nothing until they are measured.\n");
        licence(card, head.base());
        return card.toString();
    }

    /** What validation says of same and different, and how far to trust it. */
    static void decided(StringBuilder card, HeadDecision decided) {
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
    }

    static void licence(StringBuilder card, Bundle base) {
        card.append("\n## Licence\n\nThe frozen encoder keeps its own licence; what was added follows that of the"
                + " examples it was taught on.\n");
        List<String> lines = new ArrayList<>();
        basedOn(base).forEach(one -> lines.add("- `" + one + "`\n"));
        card.append('\n').append(String.join("", lines));
    }

    static void row(StringBuilder card, Lesson.Score taught, Lesson.Score before) {
        card.append("| %s | %s | %s |\n".formatted(taught.name(), rounded(taught.value()), rounded(before.value())));
    }

    private static void row(StringBuilder card, String what, double value) {
        card.append("| ").append(what).append(" | ").append(rounded(value)).append(" |\n");
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
