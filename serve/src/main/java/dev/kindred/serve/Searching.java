package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.stream.JsonWriter;
import dev.kindred.core.Decision;
import dev.kindred.core.Refusal;
import dev.kindred.core.Threshold;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.index.After;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Failure;
import dev.kindred.index.Filter;
import dev.kindred.index.Found;
import dev.kindred.index.Generation;
import dev.kindred.index.Hybrid;
import dev.kindred.index.Neighbor;
import dev.kindred.index.PayloadJson;
import dev.kindred.index.Query;
import dev.kindred.index.Reordering;
import dev.kindred.index.Value;
import dev.kindred.index.WordQuery;
import dev.kindred.serve.access.Said;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.seen.Meters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is most like this: one search or several at once, by likeness, by words, or by both. */
final class Searching {
    /** Searches of one request. */
    static final int MAX_QUERIES = 64;

    /** So many times a payload's bytes are its fields, their JSON and the reply's text. */
    private static final int JSON_TIMES = 3;

    private final Hosted hosted;
    private final Served served;
    private final Compute compute;
    private final Meters.OfCollection meters;
    private final Inputs inputs;

    Searching(Hosted hosted, Compute compute, Meters.OfCollection meters, Inputs inputs) {
        this.hosted = hosted;
        this.served = hosted.served();
        this.compute = compute;
        this.meters = meters;
        this.inputs = inputs;
    }

    /** @param input what is searched with; empty where words alone are */
    private record Asked(SearchQuery query, Optional<Inputs.Input> input, String path) {
        /** The words that are looked for: those that are said, else those of the text or item that is searched with. */
        Optional<String> words() {
            return query.words().flatMap(SearchQuery.Words::text).or(() -> input.flatMap(Asked::text));
        }

        static Optional<String> text(Inputs.Input input) {
            return switch (input) {
                case Inputs.Input.Words(String text) -> Optional.of(text);
                case Inputs.Input.Known(var item) ->
                    item.payload().get(WordQuery.USUAL_FIELD) instanceof Value.Text(String text)
                            ? Optional.of(text)
                            : Optional.empty();
                case Inputs.Input.Picture picture -> Optional.empty();
                case Inputs.Input.Ready ready -> Optional.empty();
            };
        }
    }

    /** What was found, and how. */
    private record Result(Found found, List<Hybrid.Parts> parts, boolean fused, boolean byWords, boolean degraded) {
        static Result alike(Found found) {
            return new Result(found, List.of(), false, false, false);
        }

        /** What a threshold judges of the neighbor i; null where words alone found it: a fused score is of this one query's ranking. */
        @Nullable
        Double alike(int i) {
            if (fused) {
                return parts.get(i).similarity();
            }
            return found.neighbors().get(i).score();
        }

        /** The same with the fields that are wanted alone: the others may be large, and other searches' wait beside them. */
        Result showing(Set<String> wanted) {
            List<Neighbor> neighbors = found.neighbors().stream()
                    .map(neighbor -> new Neighbor(neighbor.id(), neighbor.score(), only(wanted, neighbor.payload())))
                    .toList();
            return new Result(
                    new Found(found.space(), neighbors, found.exact(), found.degraded(), found.next()),
                    parts,
                    fused,
                    byWords,
                    degraded);
        }

        private static Map<String, Value> only(Set<String> wanted, Map<String, Value> payload) {
            Map<String, Value> shown = new TreeMap<>(payload);
            shown.keySet().retainAll(wanted);
            return shown;
        }
    }

    /**
     * What is written of one search.
     *
     * @param decided what its scores are judged by; empty where they are not
     */
    private record Answer(
            SearchQuery query,
            Result result,
            Optional<Decision> decided,
            Optional<Threshold> threshold,
            Degradation.Mark mark) {}

    /** One search's reply; of a request with {@code queries} each one's in {@code results}. */
    Answers.Scored search(Body body) {
        Fields fields = body.fields();
        if (!fields.has("queries")) {
            Asked asked = asked(fields, Optional.of(body));
            Answer answer = answer(asked, vectors(List.of(asked)).getFirst(), new ReplySize());
            return scored(List.of(answer), json -> write(json, answer));
        }
        fields.only("queries");
        if (!(fields.object().get("queries") instanceof JsonArray list)
                || list.isEmpty()
                || list.size() > MAX_QUERIES) {
            throw Problem.badRequest("1 to " + MAX_QUERIES + " searches are wanted", "queries", "");
        }
        List<Asked> asked = new ArrayList<>();
        for (JsonElement each : list) {
            String path = "queries[" + asked.size() + "]";
            if (!(each instanceof JsonObject object)) {
                throw Problem.badRequest("an object is wanted", path, "");
            }
            asked.add(asked(new Fields(object, path), Optional.empty()));
        }
        List<Optional<float[]>> vectors = vectors(asked);
        ReplySize size = new ReplySize();
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            answers.add(answer(asked.get(i), vectors.get(i), size));
        }
        return scored(answers, json -> {
            head(json.beginObject());
            json.name("results").beginArray();
            for (Answer each : answers) {
                write(json, each);
            }
            json.endArray().endObject();
        });
    }

    private static Answers.Scored scored(List<Answer> answers, JsonText.Content content) {
        Said said = Said.ofItems();
        for (Answer answer : answers) {
            Double threshold = answer.threshold().map(Threshold::threshold).orElse(null);
            List<Neighbor> neighbors = answer.result().found().neighbors();
            for (int i = 0; i < neighbors.size(); i++) {
                Neighbor neighbor = neighbors.get(i);
                Double alike = answer.result().alike(i);
                said.item(neighbor.id(), alike == null ? neighbor.score() : alike, alike == null ? null : threshold);
            }
        }
        return new Answers.Scored(JsonText.of(content), said);
    }

    private Asked asked(Fields fields, Optional<Body> whole) {
        SearchQuery query = SearchQuery.read(fields, hosted.settings().targetRecall());
        boolean wordsAlone = query.words().filter(SearchQuery.Words::alone).isPresent();
        if (wordsAlone) {
            Optional<String> words =
                    query.words().flatMap(SearchQuery.Words::text).or(() -> fields.text("text"));
            SearchQuery.Words said = query.words().get();
            return new Asked(
                    new SearchQuery(
                            query.k(),
                            query.filter(),
                            query.effort(),
                            query.fmr(),
                            query.after(),
                            query.rerank(),
                            query.distinct(),
                            Optional.of(new SearchQuery.Words(words, said.in(), true, said.fusion())),
                            query.shown()),
                    Optional.empty(),
                    fields.path());
        }
        Inputs.Input input = whole.map(inputs::single)
                .orElseGet(() -> inputs.of(fields)
                        .orElseThrow(() -> Problem.badRequest(
                                "nothing to work on", fields.path(), "give text or image, id or vector")));
        requireComparator(query, fields);
        return new Asked(query, Optional.of(input), fields.path());
    }

    private void requireComparator(SearchQuery query, Fields fields) {
        if (query.rerank() && served.comparator().isEmpty()) {
            throw Problem.badRequest(
                    "this collection's bundle has no comparator",
                    fields.at("rerank"),
                    "leave it out, or teach one: --comparator");
        }
        if (!query.rerank() && served.comparator().isPresent() && query.fmr().isPresent()) {
            throw Problem.badRequest(
                    "the thresholds here are of the comparator's scores",
                    fields.at("fmr"),
                    "say \"rerank\": true with it");
        }
    }

    /** One each, encoded together; empty where words alone are looked for, or an encoder that fails leaves nothing else. */
    private List<Optional<float[]>> vectors(List<Asked> asked) {
        List<Inputs.Input> all =
                asked.stream().flatMap(each -> each.input().stream()).toList();
        Optional<List<float[]>> vectors = Optional.empty();
        try {
            vectors = Optional.of(inputs.vectors(all, served.queries(), Lane.ASK));
        } catch (RuntimeException e) {
            if (!Degradation.isOfEncoder(e)
                    || !hosted.degradation().hasWords()
                    || !asked.stream()
                            .allMatch(each ->
                                    each.words().isPresent() && each.query().isPlain())) {
                throw e;
            }
            hosted.degradation().wordsStandIn(e);
        }
        List<Optional<float[]>> found = new ArrayList<>();
        int next = 0;
        for (Asked each : asked) {
            found.add(
                    each.input().isPresent() && vectors.isPresent()
                            ? Optional.of(vectors.get().get(next++))
                            : Optional.empty());
        }
        return found;
    }

    private Answer answer(Asked asked, Optional<float[]> vector, ReplySize size) {
        SearchQuery query = asked.query();
        Filter filter = asked.input().orElse(null) instanceof Inputs.Input.Known(var item)
                ? new Filter.And(List.of(query.filter(), new Filter.Not(new Filter.Ids(Set.of(item.id())))))
                : query.filter();
        Result whole = compute.run(
                meters.search(),
                () -> vector.isPresent() ? alike(asked, vector.get(), filter) : byWords(asked, filter));
        Result result = query.shown().map(whole::showing).orElse(whole);
        count(query, result);
        bound(asked, result, size);
        boolean judged = !result.byWords() && (served.comparator().isEmpty() || query.rerank());
        Optional<Decision> decided = judged ? served.decision() : Optional.empty();
        return new Answer(
                query,
                result,
                decided,
                decided.flatMap(decision -> query.fmr().map(decision::threshold).or(decision::usualThreshold)),
                hosted.degradation().mark(result.found(), result.degraded()));
    }

    /** Before any JSON is made of it, which takes several times as much. */
    private static void bound(Asked asked, Result result, ReplySize size) {
        long before = size.bytes();
        for (Neighbor neighbor : result.found().neighbors()) {
            if (!size.add(neighbor.id(), neighbor.payload())) {
                throw ReplySize.tooLarge(asked.path().isEmpty() ? "k" : asked.path() + ".k");
            }
        }
        if (Call.CURRENT.isBound()) {
            Call.CURRENT.get().work(JSON_TIMES * (size.bytes() - before));
        }
    }

    /** A fused score is of one query's ranking, and words have none that is alike: neither is counted. */
    private void count(SearchQuery query, Result result) {
        meters.queries(1);
        if (!result.fused() && !result.byWords() && !result.found().neighbors().isEmpty()) {
            meters.score(
                    query.rerank() ? Meters.Scored.RERANK : Meters.Scored.SEARCH,
                    result.found().neighbors().getFirst().score());
        }
    }

    private Result byWords(Asked asked, Filter filter) {
        String words = asked.words()
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> Problem.badRequest(
                        "there are no words", asked.path().isEmpty() ? "words" : asked.path(), "say \"words\": \"…\""));
        Set<String> in = asked.query().words().map(SearchQuery.Words::in).orElse(Set.of());
        Found found =
                Hybrid.words(embedded(), new WordQuery(words, in, asked.query().k(), filter));
        return new Result(found, List.of(), false, true, asked.input().isPresent());
    }

    private Result alike(Asked asked, float[] vector, Filter filter) {
        SearchQuery query = asked.query();
        Query plain = new Query(
                vector,
                served.space(),
                query.k(),
                filter,
                query.effort(),
                query.after().orElse(null));
        if (query.words().isPresent()) {
            return both(asked, plain, query.words().get());
        }
        if (query.rerank()) {
            LearnedDistance comparator = served.comparator().orElseThrow();
            return Result.alike(Reordering.search(served.index(), plain, comparator::scores));
        }
        return Result.alike(query.distinct()
                .map(distinct -> distinct.search(served.index(), plain))
                .orElseGet(() -> served.index().search(plain)));
    }

    /** Where the view fails, which alone has the words, likeness goes on without them. */
    private Result both(Asked asked, Query plain, SearchQuery.Words words) {
        String text = asked.words()
                .orElseThrow(() -> Problem.badRequest(
                        "what is searched with has no words",
                        asked.path().isEmpty() ? "hybrid" : asked.path(),
                        "say \"words\": \"…\""));
        try {
            Hybrid.Answer answer = new Hybrid(text, words.in(), words.fusion()).search(embedded(), plain);
            return new Result(answer.found(), answer.parts(), true, false, false);
        } catch (Refusal e) {
            if (!Failure.VIEW.is(e)) {
                throw e;
            }
            return Result.alike(served.index().search(plain));
        }
    }

    private EmbeddedIndex embedded() {
        if (served.index() instanceof Generation generation) {
            return generation;
        }
        throw Problem.badRequest("this index keeps no words to search by", "words", "search by likeness alone");
    }

    private void write(JsonWriter json, Answer answer) throws IOException {
        SearchQuery query = answer.query();
        Result result = answer.result();
        Found found = result.found();
        head(json.beginObject());
        json.name("neighbors").beginArray();
        for (int i = 0; i < found.neighbors().size(); i++) {
            neighbor(json, i, answer);
        }
        json.endArray();
        json.name("exact").value(found.exact());
        if (query.rerank() && !result.byWords()) {
            json.name("reranked").value(true);
        }
        if (query.words().isPresent()) {
            json.name("hybrid").value(result.fused());
        }
        if (result.byWords()) {
            json.name("wordsOnly").value(true);
        }
        if (answer.threshold().isPresent()) {
            json.name("threshold").value(answer.threshold().get().threshold());
            json.name("fmr").value(answer.threshold().get().targetFmr());
        }
        After next = found.next();
        if (next != null) {
            json.name("next").value(next.token());
        }
        answer.mark().on(json);
        json.endObject();
    }

    private static void neighbor(JsonWriter json, int i, Answer answer) throws IOException {
        Neighbor neighbor = answer.result().found().neighbors().get(i);
        json.beginObject();
        json.name("id").value(neighbor.id());
        json.name("score").value(neighbor.score());
        Double alike = answer.result().alike(i);
        if (answer.result().fused()) {
            json.name("similarity").value(alike);
            json.name("words").value(answer.result().parts().get(i).words());
        }
        if (alike != null && answer.decided().isPresent()) {
            json.name("probability").value(answer.decided().get().probability(alike));
        }
        if (alike != null && answer.threshold().isPresent()) {
            json.name("same").value(alike >= answer.threshold().get().threshold());
        }
        Map<String, Value> payload = neighbor.payload();
        json.name("payload")
                .jsonValue(payload.isEmpty() ? "{}" : PayloadJson.write(payload).toString());
        json.endObject();
    }

    private void head(JsonWriter json) throws IOException {
        json.name("bundle").value(served.bundle());
        json.name("space").value(served.space().id());
    }
}
