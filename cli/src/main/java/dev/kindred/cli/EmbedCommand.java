package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.core.EmbeddingsCsv;
import dev.kindred.core.NewFile;
import dev.kindred.core.Npy;
import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.EncoderParts;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Subject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Embeddings of DATA as a file for other programs. */
@CommandLine.Command(
        description = "Write the embeddings of DATA as .npy or .csv.",
        footer = {
            "",
            "A .npy is float32 [n, d]; the ids of its rows stand beside it in a .ids.txt, one a line.",
            "",
            "Example:",
            "  kindred embed photos.kindred holiday/ --out holiday.npy"
        })
final class EmbedCommand implements Command {
    @Parameters(index = "0", paramLabel = "M.kindred", description = "The bundle to embed with.")
    Path bundle = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "DATA",
            description = "Folders, zips, tables, or single pictures and files of texts.")
    List<Path> paths = List.of();

    @Option(names = "--out", required = true, paramLabel = "E.npy", description = "The file to write, .npy or .csv.")
    Path out = Path.of("");

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "document (what is found) or query (what is looked for), where the bundle tells them apart."
                    + " Default: ${DEFAULT-VALUE}.")
    String role = EncoderParts.DOCUMENT;

    @Mixin
    DataToEmbed data = new DataToEmbed();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        boolean csv = isCsv();
        if (!role.equals(EncoderParts.DOCUMENT) && !role.equals(EncoderParts.QUERY)) {
            throw new Refusal("there is no such role", "--role " + role, "say query or document");
        }
        NewFile.requirePlace(out);
        data.device.require();
        long begun = System.nanoTime();
        Bundle opened = Bundle.open(bundle);
        Subject giver = new Subject.OfBundle(opened);
        Dataset found = data.read(giver, paths, run);
        if (!csv) {
            requireLines(found);
        }
        Encoded encoded = data.encode(giver, role, found, run);
        Embeddings embeddings = encoded.views().encoder();
        if (csv) {
            EmbeddingsCsv.write(out, encoded.samples().ids(), embeddings);
        } else {
            String ids = String.join("\n", encoded.samples().ids()) + "\n";
            NewFile.write(idsFile(), stream -> stream.write(ids.getBytes(StandardCharsets.UTF_8)));
            Npy.write(out, embeddings);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        JsonObject json = new JsonObject();
        json.addProperty("bundle", opened.id());
        json.addProperty("space", opened.space().id());
        json.addProperty("count", embeddings.count());
        json.addProperty("dimension", embeddings.dimension());
        json.addProperty("bad", encoded.failures().size());
        json.addProperty("out", out.toString());
        json.addProperty("seconds", seconds);
        return Answer.done(
                json,
                String.format(
                        Locale.ROOT,
                        "%s: %,d embeddings of %d values in space %s, in %s",
                        out,
                        embeddings.count(),
                        embeddings.dimension(),
                        opened.space().shortId(),
                        ProgressLine.clock(seconds)));
    }

    /** A name may hold a line end, on which every id after it would slip to another row. */
    private static void requireLines(Dataset data) {
        for (int row = 0; row < data.size(); row++) {
            if (data.entry(row).id().chars().anyMatch(c -> c == '\n' || c == '\r')) {
                throw new Refusal(
                        "has a line end in its name, and the ids of a .npy stand one a line",
                        data.where(row),
                        "rename it, or write a .csv");
            }
        }
    }

    private boolean isCsv() {
        String name = out.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".npy") && !name.endsWith(".csv")) {
            throw new Refusal("embeddings are written as .npy or .csv", "--out " + out, "name a file that ends so");
        }
        return name.endsWith(".csv");
    }

    private Path idsFile() {
        String name = String.valueOf(out.getFileName());
        return out.resolveSibling(name.substring(0, name.length() - 4) + ".ids.txt");
    }
}
