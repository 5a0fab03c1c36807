package dev.kindred.serve;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.common.util.TimeoutMode;
import dev.kindred.core.Nearest;
import dev.kindred.release.Answered.Answer;
import dev.kindred.release.Feedback;
import dev.kindred.release.Feedback.Outcome;
import dev.kindred.release.Feedback.Said;
import dev.kindred.serve.access.AnswersKept;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Role;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/feedback}: what an answer turned out to be. It is kept with the release that gave the answer and the score that was given,
 * as a row of its own: said again by the same key, the later one takes its place.
 */
final class FeedbackRoutes {
    private static final MediaType NDJSON = MediaType.create("application", "x-ndjson");
    private static final int PAGE = 500;
    private static final int MOST_ATTRIBUTES = 16;
    private static final int LONGEST_ATTRIBUTE = 256;
    private static final List<String> OUTCOMES =
            Arrays.stream(Outcome.values()).map(Outcome::word).toList();

    private final Feedback feedback;
    private final Oversight oversight;

    FeedbackRoutes(Feedback feedback, Oversight oversight) {
        this.feedback = feedback;
        this.oversight = oversight;
    }

    void bind(Door door) {
        door.post("/v1/feedback", Rule.KNOWN, this::take);
        door.give("/v1/collections/{collection}/feedback", Role.OPERATOR, (call, request) -> give(call));
    }

    /** {@code {"request", "id"?, "outcome", "value"?, "attributes"?}}. */
    private HttpResponse take(Call call, Body body) {
        Fields fields = body.fields().only("request", "id", "outcome", "value", "attributes");
        String request = fields.text("request")
                .orElseThrow(() -> Problem.badRequest(
                        "which answer is not said", "request", "give the Kindred-Request of its reply"));
        Answer answer = answer(call, request);
        Outcome outcome = outcome(fields);
        Double value = value(fields, outcome);
        String item = item(fields, answer);
        Said said = new Said(
                0,
                oversight.clock().millis(),
                call.principal().key(),
                request,
                answer.collection(),
                answer.bundle(),
                answer.kind(),
                item,
                outcome,
                value,
                answer.score(item).orElse(null),
                answer.threshold(item).orElse(null),
                attributes(fields));
        JsonObject json = new JsonObject();
        json.addProperty(
                "sequence",
                feedback.add(said)
                        .orElseThrow(() -> new Problem(
                                HttpStatus.CONFLICT,
                                "enough-feedback",
                                Feedback.MOST_OF_A_REQUEST + " words on this answer are kept, and no more",
                                "request",
                                "what was said of it already can be said anew")));
        json.addProperty("collection", said.collection());
        json.addProperty("bundle", said.bundle());
        add(json, "score", said.score());
        add(json, "threshold", said.threshold());
        return Wire.json(json, HttpStatus.CREATED);
    }

    /** One's own, or an operator's of that collection; of others' it is not even said that they are there. */
    private Answer answer(Call call, String request) {
        Optional<AnswersKept> kept = oversight.answers();
        return kept.flatMap(answers -> answers.find(request))
                .filter(found -> found.key().equals(call.principal().key())
                                && call.principal().may(Role.READER, found.collection())
                        || call.principal().may(Role.OPERATOR, found.collection()))
                .orElseThrow(() -> new Problem(
                        HttpStatus.NOT_FOUND,
                        "no-request",
                        "no answer to such a request of yours is kept",
                        "request",
                        "give the Kindred-Request of a search or comparison; "
                                + kept.map(AnswersKept::bounds).orElse("none are kept here")));
    }

    private static Outcome outcome(Fields fields) {
        String word = fields.text("outcome")
                .orElseThrow(() -> Problem.badRequest(
                        "what it turned out to be is not said", "outcome", "say " + String.join(", ", OUTCOMES)));
        if (!OUTCOMES.contains(word)) {
            throw Problem.badRequest(
                    "there is no such outcome",
                    "outcome",
                    Nearest.advice(word, OUTCOMES, "say " + String.join(", ", OUTCOMES)));
        }
        return Outcome.values()[OUTCOMES.indexOf(word)];
    }

    private static @Nullable Double value(Fields fields, Outcome outcome) {
        if (fields.has("value") != (outcome == Outcome.VALUE)) {
            throw Problem.badRequest(
                    outcome == Outcome.VALUE ? "the value is missing" : "only the outcome value has one",
                    "value",
                    "say \"outcome\": \"value\" and a number with it");
        }
        if (outcome != Outcome.VALUE) {
            return null;
        }
        if (fields.object().get("value") instanceof JsonPrimitive number
                && number.isNumber()
                && Double.isFinite(number.getAsDouble())) {
            return number.getAsDouble();
        }
        throw Problem.badRequest("a number is wanted", "value", "");
    }

    /** Null of a comparison. */
    private static @Nullable String item(Fields fields, Answer answer) {
        Optional<String> id = fields.text("id");
        if (!answer.isOfItems()) {
            id.ifPresent(given -> {
                throw Problem.badRequest("that answer was of a pair, not of items", "id", "leave it out");
            });
            return null;
        }
        String item = id.orElseThrow(
                () -> Problem.badRequest("which of the items is not said", "id", "give the id of one that was found"));
        if (answer.score(item).isEmpty()) {
            throw Problem.badRequest(
                    "that answer had no such item", "id", "give the id of one of the first 100 that were found");
        }
        return item;
    }

    private static JsonObject attributes(Fields fields) {
        JsonObject kept = new JsonObject();
        Optional<Fields> inner = fields.inner("attributes");
        if (inner.isEmpty()) {
            return kept;
        }
        for (Map.Entry<String, JsonElement> each : inner.get().object().entrySet()) {
            boolean fits = each.getValue() instanceof JsonPrimitive text
                    && text.isString()
                    && text.getAsString().length() <= LONGEST_ATTRIBUTE
                    && each.getKey().length() <= LONGEST_ATTRIBUTE
                    && kept.size() < MOST_ATTRIBUTES;
            if (!fits) {
                throw Problem.badRequest(
                        "at most " + MOST_ATTRIBUTES + " strings of " + LONGEST_ATTRIBUTE + " letters are wanted",
                        inner.get().at(each.getKey()),
                        "");
            }
            kept.add(each.getKey(), each.getValue());
        }
        return kept;
    }

    /** All of a collection as lines of JSON, in the order in which it came, as fast as it is read: {@code ?after=} a sequence. */
    private HttpResponse give(Call call) {
        long after = call.number("after", 0, 0, Long.MAX_VALUE);
        HttpResponseWriter out = HttpResponse.streaming();
        out.write(ResponseHeaders.builder(HttpStatus.OK)
                .contentType(NDJSON)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .build());
        Thread.ofVirtual().name("kindred-feedback").start(() -> give(call, after, out));
        return out;
    }

    private void give(Call call, long after, HttpResponseWriter out) {
        try {
            long last = after;
            while (!call.isGone()) {
                List<Said> page = feedback.of(call.collection(), last, PAGE);
                if (page.isEmpty()) {
                    out.close();
                    return;
                }
                StringBuilder lines = new StringBuilder();
                page.forEach(said -> lines.append(json(said)).append('\n'));
                if (!out.tryWrite(HttpData.wrap(lines.toString().getBytes(StandardCharsets.UTF_8)))) {
                    return;
                }
                // Not before the client has taken it: a slow one costs a page, not the whole, and has time for each.
                out.whenConsumed().join();
                call.context()
                        .setRequestTimeout(
                                TimeoutMode.SET_FROM_NOW,
                                Duration.ofMillis(call.context().config().requestTimeoutMillis()));
                last = page.getLast().sequence();
            }
        } catch (RuntimeException e) {
            Throwable cause = Exceptions.peel(e);
            // Whoever asked hung up: there is nothing left to be closed.
            if (!(cause instanceof CancelledSubscriptionException)) {
                out.close(cause);
            }
        }
    }

    private static JsonObject json(Said said) {
        JsonObject json = new JsonObject();
        json.addProperty("sequence", said.sequence());
        json.addProperty("at", Instant.ofEpochMilli(said.at()).toString());
        json.addProperty("key", said.key());
        json.addProperty("request", said.request());
        json.addProperty("bundle", said.bundle());
        json.addProperty("kind", said.kind());
        if (said.item() != null) {
            json.addProperty("id", said.item());
        }
        json.addProperty("outcome", said.outcome().word());
        add(json, "value", said.value());
        add(json, "score", said.score());
        add(json, "threshold", said.threshold());
        json.add("attributes", said.attributes());
        return json;
    }

    private static void add(JsonObject json, String name, @Nullable Double number) {
        if (number != null) {
            json.addProperty(name, number);
        }
    }
}
