package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import dev.kindred.core.Refusal;
import java.util.Locale;
import java.util.concurrent.CompletionException;

/**
 * An answer that is an error, as RFC 9457 has it: what was wrong, where, and what to do. Never a stack trace, and of a fault of
 * Kindred's own no more than the request's id.
 */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final HttpStatus status;
    private final String kind;
    private final String where;
    private final String hint;

    /**
     * @param kind what sort of problem, for programs; becomes {@code urn:kindred:problem:<kind>}
     * @param what for people, without a full stop
     * @param where the field, parameter or place in the body; empty where there is none
     * @param hint what to do; may be empty
     */
    public Problem(HttpStatus status, String kind, String what, String where, String hint) {
        super(what, null, false, false);
        this.status = status;
        this.kind = kind;
        this.where = where;
        this.hint = hint;
    }

    public static Problem badRequest(String what, String where, String hint) {
        return new Problem(HttpStatus.BAD_REQUEST, "bad-request", what, where, hint);
    }

    /** More is asked than can be answered now; said before any work is done for it. */
    static Problem busy() {
        return new Problem(
                HttpStatus.TOO_MANY_REQUESTS,
                "busy",
                "more is asked than can be answered now",
                "",
                "try again in a second");
    }

    /** No more is begun here; said before any work is done for it. */
    static Problem stopping() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "stopping",
                "the server is stopping",
                "",
                "ask another, or this one again in a while");
    }

    /** The problem a refusal is, as the answer to a request that was understood. */
    static Problem of(HttpStatus status, String kind, Refusal refusal) {
        return new Problem(status, kind, refusal.what(), refusal.where(), refusal.hint());
    }

    /** The problem that a failure of any sort is to whoever asked. */
    static Problem of(Throwable failure) {
        return switch (failure) {
            case CompletionException wrapped when wrapped.getCause() != null -> of(wrapped.getCause());
            case Problem problem -> problem;
            case Refusal refusal -> of(HttpStatus.BAD_REQUEST, "bad-request", refusal);
            case ContentTooLargeException large ->
                tooLarge("the request is larger than " + large.maxContentLength() + " bytes");
            case RequestTimeoutException late ->
                new Problem(HttpStatus.SERVICE_UNAVAILABLE, "timeout", "the request took too long", "", "try again");
            case HttpStatusException plain -> ofStatus(plain.httpStatus());
            default ->
                new Problem(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        "fault",
                        "Kindred failed at this request",
                        "",
                        "the server's log says more under the request's id");
        };
    }

    private static Problem tooLarge(String what) {
        return new Problem(
                HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                "too-large",
                what,
                "body",
                "send a smaller picture, or fewer at once");
    }

    /** The problem of a status that the protocol layer chose. */
    static Problem ofStatus(HttpStatus status) {
        String kind = status.reasonPhrase().toLowerCase(Locale.ROOT).replace(' ', '-');
        return switch (status.code()) {
            case 404 -> new Problem(status, kind, "there is nothing here", "", "");
            case 405 -> new Problem(status, kind, "this is not done with that method", "", "");
            case 413 -> tooLarge("the request is too large");
            default -> new Problem(status, kind, status.reasonPhrase(), "", "");
        };
    }

    HttpStatus status() {
        return status;
    }

    boolean isStopping() {
        return kind.equals("stopping");
    }

    /** Whether it is Kindred's own doing and belongs in the log. */
    boolean isFault() {
        return status.code() == 500;
    }

    /** The body of {@code application/problem+json}. */
    JsonObject json(String requestId) {
        JsonObject json = new JsonObject();
        json.addProperty("type", "urn:kindred:problem:" + kind);
        json.addProperty("title", status.reasonPhrase());
        json.addProperty("status", status.code());
        json.addProperty("detail", String.valueOf(getMessage()));
        if (!where.isEmpty()) {
            json.addProperty("where", where);
        }
        if (!hint.isEmpty()) {
            json.addProperty("hint", hint);
        }
        json.addProperty("request", requestId);
        return json;
    }
}
