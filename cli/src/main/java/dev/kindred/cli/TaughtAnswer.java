package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.encode.Bundle;
import dev.kindred.train.Lesson;
import dev.kindred.train.Teaching;
import org.jspecify.annotations.Nullable;

/** What is told of anything taught on top of a frozen encoder, in JSON. */
final class TaughtAnswer {
    private TaughtAnswer() {}

    static JsonObject json(
            Bundle bundle, Bundle base, Teaching.Taught taught, @Nullable Decision decision, double seconds) {
        Lesson.Score best = taught.judged().chosenBy();
        JsonObject json = new JsonObject();
        json.addProperty("bundle", bundle.id());
        json.addProperty("space", bundle.space().id());
        json.addProperty("path", bundle.path().toString());
        json.addProperty("basedOn", base.id());
        json.addProperty("steps", taught.steps());
        json.addProperty("bestStep", taught.bestStep());
        json.addProperty("kept", taught.restraint().share());
        json.addProperty("stopped", taught.stopped());
        json.addProperty("validatedBy", best.name());
        json.addProperty("validation", best.value());
        json.addProperty("validationUntaught", HeadProvenance.untaught(taught));
        json.addProperty("samplesPerSecond", taught.figures().samplesPerSecond());
        json.addProperty("seconds", seconds);
        if (decision != null) {
            decision.usualThreshold().ifPresent(t -> {
                json.addProperty("threshold", t.threshold());
                json.addProperty("fmr", t.targetFmr());
            });
        }
        return json;
    }
}
