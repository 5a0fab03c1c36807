package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Space;
import dev.kindred.encode.CharacterPreparation;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.ModelFolder;
import dev.kindred.encode.ModelImport;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.TextPreparation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where an imported bundle comes from: as JSON in its manifest, and as the card for people.
 *
 * @param name of the model
 * @param sha256 of its ONNX file
 * @param source an artifact, or empty where the user had the folder
 * @param licence of the weights; null where nothing states it
 */
record ImportProvenance(
        String name,
        String sha256,
        String source,
        @Nullable String licence,
        boolean int8,
        ModelImport made,
        BundleImportCommand.@Nullable Compared compared) {

    static ImportProvenance of(
            String from,
            ModelFolder folder,
            ModelImport made,
            boolean int8,
            @Nullable String licence,
            BundleImportCommand.@Nullable Compared compared) {
        Pretrained known = Pretrained.ALL_MINILM_L6_V2;
        boolean pretrained = from.equals(Pretrained.MINILM);
        return new ImportProvenance(
                pretrained ? "sentence-transformers/" + known.name() : name(folder),
                ModelImport.fingerprint(folder.model()),
                pretrained ? known.from().coordinates() : "",
                licence != null ? licence : folder.licence().orElse(null),
                int8,
                made,
                compared);
    }

    /** The folder's, or of the hub's cache: {@code models--org--name/snapshots/…}. */
    private static String name(ModelFolder folder) {
        Path path = folder.folder().toAbsolutePath().normalize();
        for (Path up = path; up != null; up = up.getParent()) {
            String name = String.valueOf(up.getFileName());
            if (name.startsWith("models--")) {
                return name.substring("models--".length()).replace("--", "/");
            }
        }
        boolean onlyFile = !folder.hasTokenizer();
        String name = String.valueOf(onlyFile ? folder.model().getFileName() : path.getFileName());
        return name.replaceFirst("\\.onnx$", "");
    }

    JsonObject json() {
        JsonObject base = new JsonObject();
        base.addProperty("name", name);
        base.addProperty("sha256", sha256);
        if (!source.isEmpty()) {
            base.addProperty("source", source);
        }
        base.addProperty("licence", licence == null ? "not stated" : licence);
        JsonArray basedOn = new JsonArray();
        basedOn.add(base);
        JsonObject json = new JsonObject();
        json.addProperty("imported", true);
        if (made.pooling() != null) {
            json.addProperty("pooling", made.pooling().wireName());
        }
        json.addProperty("int8", int8);
        JsonObject versions = new JsonObject();
        versions.addProperty("kindred", Version.current());
        versions.addProperty("java", Runtime.version().toString());
        json.add("versions", versions);
        json.add("basedOn", basedOn);
        return json;
    }

    String card() {
        List<String> facts = new ArrayList<>();
        facts.add("Imported from `" + name + "`" + (source.isEmpty() ? "" : " (`" + source + "`)")
                + ", SHA-256 of the ONNX file `" + sha256 + "`.");
        for (EncoderParts parts : made.encoders()) {
            facts.add(takes(parts));
        }
        Space space = made.encoders().getFirst().space();
        facts.add(String.format(
                Locale.ROOT,
                "Gives %,d values, compared by %s%s.",
                space.dimension(),
                space.distance().wireName(),
                made.pooling() == null ? "" : "; pooling: " + made.pooling().wireName()));
        if (int8) {
            facts.add(
                    "Computes in 8 bits, with a scale of its own for every row: another space than the float model's.");
        }
        facts.add("Space `" + space.id() + "`.");
        StringBuilder card = new StringBuilder("# An imported encoder\n\n");
        facts.forEach(fact -> card.append("- ").append(fact).append('\n'));
        card.append("\n## Measured\n\n");
        if (compared == null) {
            card.append("Nothing was held against the program it comes from; `--expect` at import does that.\n");
        } else {
            card.append("Against the vectors of the program it comes from: ")
                    .append(compared.floats().told())
                    .append(".\n");
            if (compared.bits() != null) {
                card.append("In 8 bits: ").append(compared.bits().told()).append(".\n");
            }
        }
        card.append("\n"
            + "## Limits\n\n"
            + "It was taught elsewhere, on data that is not known here, and has no threshold until some is calibrated"
            + " on data of your own.\n"
            + "\n"
            + "## Licence\n\n");
        card.append(
                licence == null
                        ? "The licence of the weights was not stated; find it out before you pass this file on.\n"
                        : "Weights: " + licence + ".\n");
        return card.toString();
    }

    private static String takes(EncoderParts parts) {
        return switch (parts.preparation()) {
            case TextPreparation texts ->
                String.format(Locale.ROOT, "`%s` takes texts, their first %,d tokens", parts.name(), texts.maxTokens())
                        + (texts.prompt().isEmpty() ? "." : ", after the prompt \"" + texts.prompt() + "\".");
            case CharacterPreparation texts ->
                String.format(Locale.ROOT, "`%s` takes texts, their first %,d bytes.", parts.name(), texts.length());
            case PicturePreparation pictures ->
                "`" + parts.name() + "` takes pictures, as " + pictures.shape().width() + " × "
                        + pictures.shape().height() + ".";
        };
    }
}
