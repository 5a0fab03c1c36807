package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.Engine;
import dev.kindred.index.Item;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An index of DATA. */
@CommandLine.Command(
        description = {
            "Embed DATA and make an index of it, its bundle beside it.",
            "",
            "Vectors that another program made need no bundle: name them in its place.",
            "",
            "An index that lasts and is written to while it is searched: --engine graph."
        },
        footer = {
            "",
            "Examples:",
            "  kindred index build photos.kindred holiday/ --out holiday.index",
            "  kindred index build photos.kindred holiday/ --out holiday.index --engine graph",
            "  kindred index build vectors.npy --labels labels.csv --out vectors.index"
        })
final class IndexBuildCommand implements Command {
    @Parameters(
            index = "0",
            paramLabel = "M.kindred",
            description = "The bundle to embed with; or vectors, which need none.")
    Path first = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "DATA",
            description = "Folders, zips, tables, or single pictures and files of texts.")
    List<Path> paths = List.of();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The index folder. One that stands there is replaced once the new one is whole.")
    Path out = Path.of("");

    @Option(names = "--no-sources", description = "Keep no copy of pictures or texts; answers then cannot show them.")
    boolean noSources;

    @Mixin
    EngineOption engine = new EngineOption();

    @Mixin
    VectorOptions vectors = new VectorOptions();

    @Mixin
    DataToEmbed data = new DataToEmbed();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) throws IOException {
        data.device.require();
        IndexFolder folder = new IndexFolder(out);
        folder.requirePlace();
        Engine chosen = engine.chosen();
        long begun = System.nanoTime();
        Gathered gathered = Gathered.of(first, paths, vectors, data, run);
        Subject giver = gathered.giver();
        Encoded encoded = data.encode(giver, gathered.found(), run);
        Stream<Item> items = IndexFolder.items(gathered.found(), encoded, !noSources);
        int total = encoded.rows().length;
        long count = chosen == null
                ? folder.build(giver, items, total, run)
                : folder.build(giver, items, total, chosen, engine.mergeShare(), run);
        double seconds = (System.nanoTime() - begun) / 1e9;
        JsonObject json = new JsonObject();
        json.addProperty("index", out.toString());
        giver.describe(json);
        json.addProperty("count", count);
        json.addProperty("bad", encoded.failures().size());
        json.addProperty("bytes", folder.bytes());
        json.addProperty("seconds", seconds);
        return Answer.done(
                json,
                String.format(
                        Locale.ROOT,
                        "%s: %,d items in space %s, %s, in %s",
                        out,
                        count,
                        giver.space().shortId(),
                        Words.bytes(folder.bytes()),
                        ProgressLine.clock(seconds)));
    }
}
