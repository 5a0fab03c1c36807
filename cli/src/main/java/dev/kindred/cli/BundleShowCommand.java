package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.CharacterPreparation;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Preparation;
import dev.kindred.encode.TextPreparation;
import dev.kindred.media.PictureShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a bundle is, after checking every byte of it. */
@CommandLine.Command(
        description = "Show what a bundle is and learned from, after checking every byte.",
        footer = {"", "Example:", "  kindred bundle show photos.kindred"})
final class BundleShowCommand implements Command {
    @Parameters(index = "0", paramLabel = "M.kindred", description = "The bundle.")
    Path bundle = Path.of("");

    @Option(names = "--card", description = "Print its card alone: what it learned from, figures, limits, licences.")
    boolean card;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    /** The plainest line, {@code M.kindred [--json]}, understood without the parser, which takes longer to start than the work. */
    static Optional<Command> plain(List<String> arguments) {
        boolean json = arguments.size() == 2 && arguments.get(1).equals("--json");
        if (arguments.size() != (json ? 2 : 1)
                || arguments.getFirst().startsWith("-")
                || arguments.getFirst().startsWith("@")) {
            return Optional.empty();
        }
        BundleShowCommand command = new BundleShowCommand();
        command.bundle = Path.of(arguments.getFirst());
        command.common.json = json;
        return Optional.of(command);
    }

    @Override
    public Answer run(Run run) throws IOException {
        Bundle opened = Bundle.open(bundle);
        return Answer.done(json(opened), card ? opened.card().strip() : text(opened, Files.size(bundle)));
    }

    private static JsonObject json(Bundle bundle) {
        JsonObject manifest = bundle.manifest();
        JsonObject json = new JsonObject();
        json.addProperty("bundle", bundle.id());
        manifest.asMap().forEach((name, value) -> {
            if (!name.equals("entries")) {
                json.add(name, value);
            }
        });
        JsonArray thresholds = new JsonArray();
        bundle.decision()
                .ifPresent(decision -> decision.thresholds().forEach(threshold -> thresholds.add(json(threshold))));
        json.add("thresholds", thresholds);
        JsonObject entries = new JsonObject();
        bundle.entrySizes().forEach(entries::addProperty);
        json.add("entries", entries);
        return json;
    }

    private static JsonObject json(Threshold threshold) {
        JsonObject json = new JsonObject();
        json.addProperty("fmr", threshold.targetFmr());
        json.addProperty("threshold", threshold.threshold());
        json.addProperty("fnmr", threshold.fnmr());
        return json;
    }

    private static String text(Bundle bundle, long bytes) {
        StringBuilder text = new StringBuilder();
        line(text, "bundle", bundle.id());
        line(text, "space", bundle.space().id());
        line(
                text,
                "gives",
                bundle.space().dimension() + " values, compared by "
                        + bundle.space().distance().wireName());
        for (EncoderParts encoder : bundle.encoders()) {
            line(text, bundle.encoders().size() == 1 ? "takes" : encoder.name(), takes(encoder.preparation()));
        }
        if (bundle.hasComparator()) {
            line(text, "compares by", "a learned distance, of which its thresholds are");
        }
        line(text, "file", Words.bytes(bytes) + ", every byte checked");
        bundle.manifest()
                .getAsJsonObject("provenance")
                .asMap()
                .forEach((name, value) ->
                        line(text, name, value.isJsonPrimitive() ? value.getAsString() : value.toString()));
        Decision decision = bundle.decision().orElse(null);
        if (decision == null) {
            line(text, "thresholds", "none; it was sealed without validation");
        } else {
            for (Threshold threshold : decision.thresholds()) {
                line(
                        text,
                        "same from",
                        String.format(Locale.ROOT, "%.4f", threshold.threshold())
                                + " on: "
                                + Words.percent(threshold.targetFmr())
                                + " of different pairs pass, "
                                + Words.percent(threshold.fnmr())
                                + " of same pairs are missed");
            }
        }
        for (Map.Entry<String, Integer> entry : bundle.entrySizes().entrySet()) {
            line(text, "entry", entry.getKey() + ", " + Words.bytes(entry.getValue()));
        }
        return text.toString().stripTrailing();
    }

    private static String takes(Preparation preparation) {
        return switch (preparation) {
            case PicturePreparation pictures -> {
                PictureShape shape = pictures.shape();
                yield "pictures, as " + shape.width() + " × " + shape.height()
                        + (shape.channels() == 1 ? " grey" : " in colour");
            }
            case CharacterPreparation texts ->
                String.format(Locale.ROOT, "texts, their first %,d bytes", texts.length());
            case TextPreparation texts ->
                String.format(Locale.ROOT, "texts, their first %,d tokens", texts.maxTokens())
                        + (texts.prompt().isEmpty() ? "" : ", after the prompt \"" + texts.prompt() + "\"");
        };
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name)
                .append(" ".repeat(Math.max(1, 14 - name.length())))
                .append(value)
                .append('\n');
    }
}
