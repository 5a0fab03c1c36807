package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.index.Generation;
import dev.kindred.release.Answered;
import dev.kindred.release.Feedback;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.KeyedServer.Held;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people say of answers, kept with the score that was given. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeedbackTest {
    private KeyedServer home;
    private Generation written;
    private Caller caller;
    private Held reader;
    private Held other;
    private Held operator;

    @BeforeAll
    void start(@TempDir Path folder) {
        home = new KeyedServer(folder);
        reader = home.key("reader");
        other = home.key("reader");
        operator = home.key("operator");
        home.look();
        written = home.words.written(folder.resolve("written"));
        home.start(ServeOptions.defaults().onPort(0), home.words.served(written).named("photos"));
        caller = new Caller(home.server().url());
    }

    @AfterAll
    void stop() {
        caller.close();
        home.close();
        written.close();
    }

    private Reply search() {
        return caller.json(
                "/v1/collections/photos/search", "{\"text\":\"a tower with a light for ships\"}", reader.shown());
    }

    private Reply verify(String left, String right) {
        return caller.json(
                "/v1/verify",
                "{\"left\":{\"text\":\"%s\"},\"right\":{\"text\":\"%s\"}}".formatted(left, right),
                reader.shown());
    }

    private Reply say(Held who, String body) {
        return caller.json("/v1/feedback", body, who.shown());
    }

    private static String of(Reply answered, String rest) {
        return "{\"request\":\"" + answered.header("Kindred-Request") + "\"," + rest + "}";
    }

    @Test
    void feedbackIsKeptWithTheScoreThatWasAnsweredAndTheLastOfIt() {
        Reply answer = search();
        JsonObject second = answer.json().getAsJsonArray("neighbors").get(1).getAsJsonObject();
        String id = second.get("id").getAsString();
        String rest = "\"id\":\"" + id + "\",\"outcome\":\"%s\",\"attributes\":{\"place\":\"shop\"}";
        Reply kept = say(reader, of(answer, rest.formatted("clicked")));
        assertThat(kept.code()).as(kept.text()).isEqualTo(201);
        assertThat(kept.json().get("score").getAsDouble())
                .isEqualTo(second.get("score").getAsDouble());
        assertThat(kept.json().get("threshold").getAsDouble())
                .isEqualTo(answer.json().get("threshold").getAsDouble());
        assertThat(kept.json().get("bundle").getAsString())
                .isEqualTo(answer.json().get("bundle").getAsString());
        assertThat(say(reader, of(answer, rest.formatted("different"))).code()).isEqualTo(201);

        List<JsonObject> lines = caller.get(
                        "/v1/collections/photos/feedback?after="
                                + (kept.json().get("sequence").getAsLong() - 1),
                        operator.shown())
                .text()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(lines).extracting(line -> line.get("outcome").getAsString()).containsExactly("clicked", "different");
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.get("id").getAsString()).isEqualTo(id);
            assertThat(line.get("key").getAsString()).isEqualTo(reader.id());
            assertThat(line.getAsJsonObject("attributes").get("place").getAsString())
                    .isEqualTo("shop");
            assertThat(line.get("score").getAsDouble())
                    .isCloseTo(second.get("score").getAsDouble(), within(0.0));
        });
    }

    @Test
    void whatSeveralSearchesOfOneRequestFoundIsKeptToo() {
        Reply answer = caller.json(
                "/v1/collections/photos/search",
                "{\"queries\":[{\"text\":\"a tower with a light for ships\",\"k\":1},{\"text\":\"an animal that"
                        + " barks\",\"k\":1}]}",
                reader.shown());
        JsonObject last = answer.json()
                .getAsJsonArray("results")
                .get(1)
                .getAsJsonObject()
                .getAsJsonArray("neighbors")
                .get(0)
                .getAsJsonObject();
        Reply kept = say(reader, of(answer, "\"id\":\"" + last.get("id").getAsString() + "\",\"outcome\":\"clicked\""));
        assertThat(kept.code()).as(kept.text()).isEqualTo(201);
        assertThat(kept.json().get("score").getAsDouble())
                .isEqualTo(last.get("score").getAsDouble());
    }

    @Test
    void ofAFusedScoreTheLikenessIsKeptWhichIsWhatTheThresholdJudged() {
        Reply answer = caller.json(
                "/v1/collections/photos/search",
                "{\"text\":\"a tower with a light for ships\",\"words\":\"light\",\"k\":100}",
                reader.shown());
        double threshold = answer.json().get("threshold").getAsDouble();
        JsonObject first = neighbor(answer.json(), 0);
        assertThat(first.get("score").getAsDouble())
                .isNotEqualTo(first.get("similarity").getAsDouble());
        JsonObject kept = said(answer, first);
        assertThat(kept.get("score").getAsDouble())
                .isEqualTo(first.get("similarity").getAsDouble());
        assertThat(kept.get("threshold").getAsDouble()).isEqualTo(threshold);
    }

    @Test
    void eachOfSeveralSearchesIsKeptWithTheThresholdOfItsOwnAndWordsWithNone() {
        Reply answer = caller.json(
                "/v1/collections/photos/search",
                "{\"queries\":[{\"text\":\"a tower with a light for ships\",\"k\":1,\"fmr\":0.1},"
                        + "{\"text\":\"an animal that barks\",\"k\":1,\"fmr\":0.01},"
                        + "{\"words\":\"sound\",\"wordsOnly\":true,\"k\":1}]}",
                reader.shown());
        List<JsonObject> results = answer.json().getAsJsonArray("results").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
        assertThat(results.get(0).get("threshold").getAsDouble())
                .isLessThan(results.get(1).get("threshold").getAsDouble());
        for (JsonObject result : results.subList(0, 2)) {
            assertThat(said(answer, neighbor(result, 0)).get("threshold").getAsDouble())
                    .isEqualTo(result.get("threshold").getAsDouble());
        }
        JsonObject byWords = said(answer, neighbor(results.get(2), 0));
        assertThat(byWords.has("threshold")).as(byWords.toString()).isFalse();
        assertThat(byWords.get("score").getAsDouble())
                .isEqualTo(neighbor(results.get(2), 0).get("score").getAsDouble());
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "-1", "99999999999999999999"})
    void aMistypedPlaceToGoOnFromIsRefusedNotReadFromTheStart(String after) {
        Reply reply = caller.get("/v1/collections/photos/feedback?after=" + after, operator.shown());
        assertThat(reply.code()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().get("where").getAsString()).isEqualTo("after");
    }

    private static JsonObject neighbor(JsonObject result, int i) {
        return result.getAsJsonArray("neighbors").get(i).getAsJsonObject();
    }

    private JsonObject said(Reply answer, JsonObject neighbor) {
        Reply kept =
                say(reader, of(answer, "\"id\":\"" + neighbor.get("id").getAsString() + "\",\"outcome\":\"same\""));
        assertThat(kept.code()).as(kept.text()).isEqualTo(201);
        return kept.json();
    }

    @Test
    void onesOwnAnswersAloneUnlessOneIsOperator() {
        Reply answer = search();
        String body = of(answer, "\"id\":\"dog\",\"outcome\":\"same\"");
        assertThat(say(other, body).code()).isEqualTo(404);
        assertThat(say(other, body).problem()).isEqualTo("no-request");
        assertThat(say(other, body).text().replaceAll("\"request\":\"[^\"]*\"", ""))
                .as("the same as of one that never was")
                .isEqualTo(say(other, "{\"request\":\"0000000000000000\",\"outcome\":\"same\"}")
                        .text()
                        .replaceAll("\"request\":\"[^\"]*\"", ""));
        JsonArray found = answer.json().getAsJsonArray("neighbors");
        String id = found.get(0).getAsJsonObject().get("id").getAsString();
        assertThat(say(operator, of(answer, "\"id\":\"" + id + "\",\"outcome\":\"same\""))
                        .code())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"outcome\":\"same\"|id|which of the items",
                "\"id\":\"nobody\",\"outcome\":\"same\"|id|no such item",
                "\"id\":\"lighthouse\",\"outcome\":\"smae\"|outcome|no such outcome",
                "\"id\":\"lighthouse\"|outcome|not said",
                "\"id\":\"lighthouse\",\"outcome\":\"value\"|value|missing",
                "\"id\":\"lighthouse\",\"outcome\":\"same\",\"value\":1|value|only the outcome value",
                "\"id\":\"lighthouse\",\"outcome\":\"same\",\"attributes\":{\"a\":1}|attributes.a|strings",
                "\"id\":\"lighthouse\",\"outcome\":\"same\",\"colour\":1|colour|no such field",
            })
    void whatIsWrongIsNamed(String rest, String where, String what) {
        Reply reply = say(reader, of(search(), rest));
        assertThat(reply.code()).isEqualTo(400);
        assertThat(reply.json().get("where").getAsString()).isEqualTo(where);
        assertThat(reply.json().get("detail").getAsString()).contains(what);
    }

    @Test
    void ratesOfAThresholdAreCountedFromTheLastWordOnEachPair() {
        String[][] pairs = {
            {"a dog that barks", "a dog that barks", "same"},
            {"a dog that barks loudly", "a dog that barks", "different"},
            {"a dog that barks", "an instrument with strings", "different"},
            {"forgive somebody", "borrow something", "same"},
        };
        for (String[] pair : pairs) {
            Reply answer = verify(pair[0], pair[1]);
            assertThat(say(reader, of(answer, "\"outcome\":\"same\"")).code()).isEqualTo(201);
            assertThat(say(reader, of(answer, "\"outcome\":\"" + pair[2] + "\""))
                            .code())
                    .isEqualTo(201);
            assertThat(say(reader, of(answer, "\"outcome\":\"value\",\"value\":3.5"))
                            .code())
                    .isEqualTo(201);
            assertThat(say(reader, of(answer, "\"id\":\"dog\",\"outcome\":\"same\""))
                            .json()
                            .get("where")
                            .getAsString())
                    .isEqualTo("id");
        }
        List<Feedback.Live> live = new Feedback(home.elsewhere).live("default", 0);
        assertThat(live).singleElement().satisfies(of -> {
            assertThat(of.same()).isEqualTo(2);
            assertThat(of.falseNonMatches()).isEqualTo(1);
            assertThat(of.different()).isEqualTo(2);
            assertThat(of.falseMatches()).isEqualTo(1);
            assertThat(of.falseMatchRate()).isEqualTo(0.5);
        });
        assertThat(new Feedback(home.elsewhere).live("default", Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void theOldestAnswersAreForgotten() {
        Answered answered = new Answered(home.elsewhere);
        long from = home.now.get().toEpochMilli();
        List<Answered.Answer> many = IntStream.range(0, 50)
                .mapToObj(i -> new Answered.Answer("old" + i, from + i, "k", "photos", "b", "verify", "{}"))
                .toList();
        answered.keep(many);
        assertThat(answered.find("old3")).isPresent();
        answered.forget(from + 10, Long.MAX_VALUE);
        assertThat(answered.find("old9")).isEmpty();
        assertThat(answered.find("old10")).isPresent();
        home.now.updateAndGet(now -> now.plusSeconds(1));
        Reply newest = search();
        Await.until(
                "it is kept",
                () -> answered.find(newest.header("Kindred-Request")).isPresent());
        assertThat(answered.forget(0, 1)).isEqualTo(1);
        assertThat(answered.find("old49")).isEmpty();
        assertThat(answered.find(newest.header("Kindred-Request"))).isPresent();
    }

    @Test
    void whatIsOlderThanItMayBeIsTakenAwayThoughNobodyAsks(@TempDir Path folder) {
        try (KeyedServer idle = new KeyedServer(folder)) {
            long now = idle.now.get().toEpochMilli();
            Answered answered = new Answered(idle.elsewhere);
            answered.keep(List.of(
                    new Answered.Answer("ancient", 0, "k", "photos", "b", "verify", "{}"),
                    new Answered.Answer("recent", now, "k", "photos", "b", "verify", "{}")));
            idle.start();
            Await.until("it is taken away", () -> answered.find("ancient").isEmpty());
            assertThat(answered.find("recent")).isPresent();
        }
    }

    @Test
    void saidAgainItTakesThePlaceOfWhatWasSaidAndOfOneAnswerThereIsNotMuch() {
        Reply answer = search();
        String request = answer.header("Kindred-Request");
        String id = answer.json()
                .getAsJsonArray("neighbors")
                .get(0)
                .getAsJsonObject()
                .get("id")
                .getAsString();
        String same = of(answer, "\"id\":\"" + id + "\",\"outcome\":\"same\"");
        long first = say(reader, same).json().get("sequence").getAsLong();
        long second = say(reader, of(answer, "\"id\":\"" + id + "\",\"outcome\":\"different\""))
                .json()
                .get("sequence")
                .getAsLong();
        assertThat(say(operator, same).code()).isEqualTo(201);
        Feedback feedback = new Feedback(home.elsewhere);
        List<Feedback.Said> kept = of(feedback, request);
        assertThat(second).isGreaterThan(first);
        assertThat(kept).extracting(Feedback.Said::key).containsExactly(reader.id(), operator.id());
        assertThat(kept)
                .extracting(Feedback.Said::outcome)
                .containsExactly(Feedback.Outcome.DIFFERENT, Feedback.Outcome.SAME);
        Feedback.Said one = kept.getFirst();
        for (int i = kept.size(); i < Feedback.MOST_OF_A_REQUEST; i++) {
            assertThat(feedback.add(new Feedback.Said(
                            0,
                            i,
                            "key" + i,
                            request,
                            one.collection(),
                            one.bundle(),
                            one.kind(),
                            one.item(),
                            one.outcome(),
                            null,
                            one.score(),
                            one.threshold(),
                            one.attributes())))
                    .isPresent();
        }
        Reply refused = say(reader, of(answer, "\"id\":\"" + id + "\",\"outcome\":\"clicked\""));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("enough-feedback");
        assertThat(say(reader, same).code()).as("what stands can be said anew").isEqualTo(201);
        assertThat(of(feedback, request)).hasSize(Feedback.MOST_OF_A_REQUEST);
    }

    private static List<Feedback.Said> of(Feedback feedback, String request) {
        return feedback.of("photos", 0, 10_000).stream()
                .filter(said -> said.request().equals(request))
                .toList();
    }

    @Test
    void muchIsGivenPageByPage() {
        Feedback feedback = new Feedback(home.elsewhere);
        JsonObject attributes = new JsonObject();
        for (int i = 0; i < 1200; i++) {
            assertThat(feedback.add(new Feedback.Said(
                            0,
                            i,
                            "k",
                            "r" + i,
                            "words",
                            "b",
                            "verify",
                            null,
                            Feedback.Outcome.SAME,
                            null,
                            0.5,
                            0.4,
                            attributes)))
                    .isPresent();
        }
        assertThat(caller.get("/v1/collections/words/feedback", operator.shown())
                        .text()
                        .lines())
                .hasSize(1200);
    }
}
