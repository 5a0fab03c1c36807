package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.encode.Bundle;
import dev.kindred.train.Lesson;
import dev.kindred.train.Teaching;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where a bundle with a comparator comes from: as JSON in its manifest, and as the card for people. */
record ComparatorProvenance(ComparatorCourse course, Teaching.Taught taught, int threads) {

    /** As of the head where one was taught too; what was taught of the comparator under its own name. */
    JsonObject json() {
        TaughtHead head = course.head();
        JsonObject recipe = HeadProvenance.recipe(course.recipe(), taught);
        if (head == null) {
            recipe.addProperty("encoder", course.below().base().path().getFileName() + " with a comparator");
            JsonObject json = Provenance.whole(
                    HeadProvenance.data(
                            course.below().examples(),
                            course.known(),
                            course.below().split()),
                    recipe,
                    course.recipe().seed(),
                    threads,
                    taught,
                    HeadProvenance.basedOn(base()));
            json.add("validated", HeadProvenance.validated(taught));
            json.addProperty("comparator", network());
            return json;
        }
        JsonObject json = new HeadProvenance(head, threads).json();
        JsonObject own = new JsonObject();
        own.addProperty("network", network());
        own.add("recipe", recipe);
        own.addProperty("steps", taught.steps());
        own.addProperty("bestStep", taught.bestStep());
        own.add("validated", HeadProvenance.validated(taught));
        json.add("comparator", own);
        return json;
    }

    private Bundle base() {
        return course.below().base();
    }

    private String network() {
        return "of |u − v|, u ∘ v and the score: " + course.plan().network().layers();
    }

    String heldOut() {
        return HeadProvenance.heldOut(
                course.known(), course.below().split(), course.below().examples());
    }

    /** The facts of the run, a line each. */
    List<String> facts() {
        TaughtHead head = course.head();
        List<String> facts = new ArrayList<>();
        if (head == null) {
            facts.add(HeadProvenance.taughtFrom(
                    course.known(), course.below().examples(), course.below().split()));
            facts.add(String.format(
                    Locale.ROOT,
                    "The frozen encoder %s (space %s), %d values an embedding, compared by %s.",
                    base().path().getFileName(),
                    base().space().shortId(),
                    base().space().dimension(),
                    base().space().distance().wireName()));
        } else {
            facts.addAll(new HeadProvenance(head, threads).facts());
        }
        facts.add(String.format(
                Locale.ROOT,
                "A comparator on two such embeddings, taught on %,d pairs. It changes no embedding.",
                course.plan().lesson().size()));
        facts.add(HeadProvenance.steps(course.recipe(), taught));
        return facts;
    }

    String card(HeadDecision decided) {
        StringBuilder card = new StringBuilder("# A Kindred encoder with a learned distance\n\n");
        facts().forEach(fact -> card.append("- ").append(fact).append('\n'));
        card.append("- Space `")
                .append(course.space().id())
                .append("`.\n\n## Measured on ")
                .append(heldOut())
                .append("\n\n| what | by the comparator | by the embeddings alone |\n|---|---|---|\n");
        Lesson.Judged best = taught.judged();
        Lesson.Judged before = taught.history().getFirst().judged();
        HeadProvenance.row(card, best.chosenBy(), before.chosenBy());
        HeadProvenance.row(card, best.beside(), before.beside());
        card.append("\nThresholds and probabilities below are of the comparator's scores, not of cosines.\n");
        HeadProvenance.decided(card, decided);
        card.append("\n## Limits\n\nThe encoder below is as it was; what was added has learned from the examples named"
                + " above and nothing else. A search finds by the embeddings and is at most reordered by the"
                + " comparator.\n");
        HeadProvenance.licence(card, base());
        return card.toString();
    }
}
