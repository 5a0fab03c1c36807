package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.LearnedDistance;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Alike or not. */
@CommandLine.Command(
        description = "Say whether two pictures show the same, or two texts mean it: exit code 0 if so, 1 if not.",
        footer = {
            "",
            "Examples:",
            "  kindred verify faces.kindred badge.png door.png --fmr 0.001",
            "  kindred verify questions.kindred 'How do I get my money back?' 'I want a refund'"
        })
final class VerifyCommand implements Command {
    @Parameters(index = "0", paramLabel = "M.kindred", description = "The bundle to compare with.")
    Path bundle = Path.of("");

    @Parameters(index = "1", paramLabel = "LEFT", description = "A picture's path, or a text.")
    String left = "";

    @Parameters(index = "2", paramLabel = "RIGHT", description = "Another.")
    String right = "";

    @Option(
            names = "--fmr",
            paramLabel = "RATE",
            description =
                    "False-match rate of the threshold, a fraction that was measured when sealing. Default: 0.01.")
    @Nullable
    Double fmr;

    @Mixin
    DeviceOption device = new DeviceOption();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        device.require();
        Bundle opened = Bundle.open(bundle);
        Decision decision = opened.decision()
                .orElseThrow(() -> new Refusal(
                        "was sealed without thresholds, so it cannot say what is the same",
                        bundle.toString(),
                        "train it with validation classes"));
        List<Content> pair = List.of(Given.of(left, opened), Given.of(right, opened));
        Natives.forEncoding(run.home());
        Embeddings embeddings;
        try (Encoder encoder =
                opened.encoder(EncoderParts.DOCUMENT, run.settings().threads())) {
            embeddings = encoder.encode(pair);
        }
        double plain = embeddings.score(0, 1);
        double score = plain;
        try (LearnedDistance comparator =
                opened.comparator(run.settings().threads()).orElse(null)) {
            if (comparator != null) {
                // Thresholds and probabilities are of its scores then.
                score = comparator.scores(embeddings.select(new int[] {0}), embeddings.select(new int[] {1}))[0];
            }
        }
        Decision.Answer answer = fmr == null ? decision.decide(score) : decision.decide(score, fmr);
        Threshold threshold = answer.threshold();
        JsonObject json = new JsonObject();
        json.addProperty("bundle", opened.id());
        json.addProperty("space", opened.space().id());
        json.addProperty("same", answer.same());
        json.addProperty("score", score);
        if (opened.hasComparator()) {
            json.addProperty("embeddingScore", plain);
        }
        json.addProperty("probability", answer.probability());
        json.addProperty("threshold", threshold == null ? null : threshold.threshold());
        json.addProperty("fmr", threshold == null ? null : threshold.targetFmr());
        String text = String.format(
                Locale.ROOT,
                "%s  score %.4f, probability %.3f",
                answer.same() ? "same" : "different",
                score,
                answer.probability());
        if (threshold != null) {
            text += String.format(
                    Locale.ROOT,
                    "; same from %.4f on, where %s of different pairs pass",
                    threshold.threshold(),
                    Words.percent(threshold.targetFmr()));
        } else {
            text += "; same from probability 0.5 on, since no threshold was measured";
        }
        if (opened.hasComparator()) {
            text += String.format(
                    Locale.ROOT,
                    "; by the comparator, %s %.4f",
                    opened.space().distance().wireName(),
                    plain);
        }
        return new Answer(json, text, answer.same());
    }
}
