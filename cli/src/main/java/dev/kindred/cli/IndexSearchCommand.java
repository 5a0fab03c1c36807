package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Filter;
import dev.kindred.index.FilterJson;
import dev.kindred.index.Found;
import dev.kindred.index.Neighbor;
import dev.kindred.index.PayloadJson;
import dev.kindred.index.Query;
import dev.kindred.index.Reordering;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is most like this? */
@CommandLine.Command(
        description = "Find what is most like a picture, a text, an item or a vector.",
        footer = {
            "",
            "QUERY is @ID for an item of the index (which is then left out of its own answer), a .npy of one vector in",
            "its space, and else what the index's bundle takes: the path of a picture, or a text (or a .txt that holds"
                    + " it).",
            "",
            "Examples:",
            "  kindred index search holiday.index beach.jpg -k 5",
            "  kindred index search words.index 'a tower that warns ships'",
            "  kindred index search holiday.index @2019/img_7.jpg --filter '{\"equals\":{\"label\":\"beach\"}}'"
        })
final class IndexSearchCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Parameters(index = "1", paramLabel = "QUERY", description = "What to look for.")
    String query = "";

    @Option(names = "-k", paramLabel = "K", description = "How many to find. Default: ${DEFAULT-VALUE}.")
    int k = 10;

    @Option(names = "--filter", paramLabel = "JSON", description = "Only among the items that pass this filter.")
    @Nullable
    String filter;

    @Option(
            names = "--rerank",
            description = "Reorder the nearest 100 by the learned distance of the index's bundle; scores are its then.")
    boolean rerank;

    @Mixin
    EffortOption effort = new EffortOption();

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
        IndexFolder folder = new IndexFolder(dir);
        try (EmbeddedIndex index = folder.open(run)) {
            Filter wanted = filter == null ? Filter.everything() : parse(filter);
            if (query.startsWith("@")) {
                wanted = new Filter.And(List.of(wanted, new Filter.Not(new Filter.Ids(Set.of(query.substring(1))))));
            }
            Query asked = Query.of(
                            index.info().space(), QueryVector.of(query, EncoderParts.QUERY, index, folder, run), k)
                    .filter(wanted)
                    .effort(effort.chosen());
            Found found = rerank ? reranked(folder.bundle(index), index, asked, run) : index.search(asked);
            JsonObject json = json(found);
            if (rerank) {
                json.addProperty("reranked", true);
            }
            return Answer.done(json, text(found));
        }
    }

    private static Found reranked(Bundle bundle, EmbeddedIndex index, Query asked, Run run) {
        Natives.forEncoding(run.home());
        LearnedDistance comparator = bundle.comparator(run.settings().threads())
                .orElseThrow(() -> new Refusal(
                        "has no learned distance to rerank by",
                        bundle.path().toString(),
                        "leave --rerank out, or teach one: ./kindred train DATA --encoder M.kindred --comparator"));
        try (comparator) {
            return Reordering.search(index, asked, comparator::scores);
        }
    }

    private static Filter parse(String text) {
        try {
            JsonReader reader = new JsonReader(new StringReader(text));
            reader.setStrictness(Strictness.STRICT);
            JsonElement json = JsonParser.parseReader(reader);
            return FilterJson.read(json, "--filter");
        } catch (JsonParseException e) {
            throw new Refusal("is no JSON", "--filter", "write e.g. {\"equals\":{\"label\":\"cat\"}}", e);
        }
    }

    private static JsonObject json(Found found) {
        JsonArray neighbors = new JsonArray();
        for (Neighbor neighbor : found.neighbors()) {
            JsonObject json = new JsonObject();
            json.addProperty("id", neighbor.id());
            json.addProperty("score", neighbor.score());
            json.add("payload", PayloadJson.write(neighbor.payload()));
            neighbors.add(json);
        }
        JsonObject json = new JsonObject();
        json.addProperty("space", found.space().id());
        json.addProperty("exact", found.exact());
        json.add("neighbors", neighbors);
        return json;
    }

    private static String text(Found found) {
        if (found.neighbors().isEmpty()) {
            return "nothing passes";
        }
        StringBuilder text = new StringBuilder();
        for (Neighbor neighbor : found.neighbors()) {
            text.append(String.format(Locale.ROOT, "%8.4f  %s", neighbor.score(), Words.line(neighbor.id())));
            if (!neighbor.payload().isEmpty()) {
                text.append("  ").append(PayloadJson.write(neighbor.payload()));
            }
            text.append('\n');
        }
        return text.toString().stripTrailing();
    }
}
