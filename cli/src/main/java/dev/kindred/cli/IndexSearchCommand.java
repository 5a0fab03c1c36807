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
import dev.kindred.index.Distinct;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Filter;
import dev.kindred.index.FilterJson;
import dev.kindred.index.Found;
import dev.kindred.index.Hybrid;
import dev.kindred.index.Neighbor;
import dev.kindred.index.PayloadJson;
import dev.kindred.index.Query;
import dev.kindred.index.Reordering;
import dev.kindred.index.WordQuery;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
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
            "  kindred index search words.index 'a tower that warns ships' --hybrid weights",
            "  kindred index search shop.index shoe.jpg --words 'red leather' --words-weight 0.3",
            "  kindred index search shop.index shoe.jpg --distinct product",
            "  kindred index search holiday.index @2019/img_7.jpg --filter '{\"equals\":{\"label\":\"beach\"}}'"
        })
final class IndexSearchCommand implements Command {
    private static final String NOTHING = "nothing passes";

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

    @Option(
            names = "--distinct",
            paramLabel = "FIELD",
            description = "At most one for each value of this field; items without it count each for itself.")
    @Nullable
    String distinct;

    @Option(names = "--per", paramLabel = "N", description = "At most this many for each value. Default: 1.")
    @Nullable
    Integer per;

    @Mixin
    WordsOption words = new WordsOption();

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
        requireTogether();
        IndexFolder folder = new IndexFolder(dir);
        try (EmbeddedIndex index = folder.open(run)) {
            Filter wanted = filter == null ? Filter.everything() : parse(filter);
            if (words.only) {
                Found found = Hybrid.words(index, new WordQuery(query, words.fields(), k, wanted));
                return Answer.done(json(found), text(told(found, run)));
            }
            if (query.startsWith("@")) {
                wanted = new Filter.And(List.of(wanted, new Filter.Not(new Filter.Ids(Set.of(query.substring(1))))));
            }
            Query asked = Query.of(
                            index.info().space(), QueryVector.of(query, EncoderParts.QUERY, index, folder, run), k)
                    .filter(wanted)
                    .effort(effort.chosen(k));
            if (words.fuses()) {
                String text = words.words != null ? words.words : QueryVector.text(query, index, folder);
                Hybrid.Answer answer = new Hybrid(text, words.fields(), words.fusion()).search(index, asked);
                told(answer.found(), run);
                return fused(answer);
            }
            Found found = distinct != null
                    ? new Distinct(distinct, per == null ? 1 : per).search(index, asked)
                    : rerank ? reranked(folder.bundle(index), index, asked, run) : index.search(asked);
            JsonObject json = json(found);
            if (rerank) {
                json.addProperty("reranked", true);
            }
            return Answer.done(json, text(told(found, run)));
        }
    }

    /** The same, after saying so where a part of the engine fails. */
    private static Found told(Found found, Run run) {
        if (found.degraded()) {
            run.say("note: a part of this index fails: the answer was read from the items themselves, which takes"
                    + " longer, or lacks the last writes; kindred index check tells more");
        }
        return found;
    }

    private void requireTogether() {
        if (distinct != null && rerank) {
            throw new Refusal("cannot be had together with --rerank", "--distinct", "leave one of them out");
        }
        if (per != null && distinct == null) {
            throw new Refusal("there is no field", "--per", "say --distinct FIELD with it");
        }
        List<String> others = new ArrayList<>();
        if (rerank) {
            others.add("--rerank");
        }
        if (distinct != null) {
            others.add("--distinct");
        }
        words.require(others);
    }

    /** Each neighbour also says how alike it is and how its words score; what one side did not find so far up is null. */
    private static Answer fused(Hybrid.Answer answer) {
        JsonObject json = json(answer.found());
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < answer.parts().size(); i++) {
            Hybrid.Parts parts = answer.parts().get(i);
            JsonObject neighbor = json.getAsJsonArray("neighbors").get(i).getAsJsonObject();
            neighbor.addProperty("similarity", parts.similarity());
            neighbor.addProperty("words", parts.words());
            text.append(line(
                    answer.found().neighbors().get(i),
                    "  (alike %s, words %s)".formatted(shown(parts.similarity()), shown(parts.words()))));
        }
        json.addProperty("hybrid", true);
        return Answer.done(json, text.isEmpty() ? NOTHING : text.toString().stripTrailing());
    }

    private static String shown(@Nullable Double score) {
        return score == null ? "-" : String.format(Locale.ROOT, "%.4f", score);
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
        json.addProperty("degraded", found.degraded());
        json.add("neighbors", neighbors);
        return json;
    }

    private static String text(Found found) {
        if (found.neighbors().isEmpty()) {
            return NOTHING;
        }
        StringBuilder text = new StringBuilder();
        for (Neighbor neighbor : found.neighbors()) {
            text.append(line(neighbor, ""));
        }
        return text.toString().stripTrailing();
    }

    private static String line(Neighbor neighbor, String beside) {
        return String.format(Locale.ROOT, "%8.4f  %s%s", neighbor.score(), Words.line(neighbor.id()), beside)
                + (neighbor.payload().isEmpty() ? "" : "  " + PayloadJson.write(neighbor.payload()))
                + "\n";
    }
}
