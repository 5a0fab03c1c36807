package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.CancellationException;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import dev.kindred.core.Refusal;
import dev.kindred.index.Failure;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.CompletionException;

/**
 * An answer that is an error, as RFC 9457 has it: what was wrong, where, and what to do. Never a stack trace, and of a fault of
 * Kindred's own no more than the request's id.
 */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final long SECOND = 1_000_000_000;
    private static final int MOST_SECONDS = 600;
    private static final String STORAGE_FAILING = "storage-failing";

    private final HttpStatus status;
    private final String kind;
    private final String where;
    private final String hint;
    /** Seconds after which to try again; 0 where nothing is known of that. */
    private final int retryAfter;

    /**
     * @param kind what sort of problem, for programs; becomes {@code urn:kindred:problem:<kind>}
     * @param what for people, without a full stop
     * @param where the field, parameter or place in the body; empty where there is none
     * @param hint what to do; may be empty
     */
    public Problem(HttpStatus status, String kind, String what, String where, String hint) {
        this(status, kind, what, where, hint, 0);
    }

    private Problem(HttpStatus status, String kind, String what, String where, String hint, int retryAfter) {
        super(what, null, false, false);
        this.retryAfter = retryAfter;
        this.status = status;
        this.kind = kind;
        this.where = where;
        this.hint = hint;
    }

    public static Problem badRequest(String what, String where, String hint) {
        return new Problem(HttpStatus.BAD_REQUEST, "bad-request", what, where, hint);
    }

    /**
     * More is asked than can be answered now; said before any work is done for it.
     *
     * @param nanos until what waits is done, about
     */
    public static Problem busy(long nanos) {
        int seconds = (int) Math.clamp(Math.ceilDiv(nanos, SECOND), 1, MOST_SECONDS);
        return new Problem(
                HttpStatus.TOO_MANY_REQUESTS,
                "busy",
                "more is asked than can be answered now",
                "",
                seconds == 1 ? "try again in a second" : "try again in " + seconds + " seconds",
                seconds);
    }

    /** What is asked cannot be done, or was not, by when it was wanted. */
    public static Problem late() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "deadline",
                "it cannot be answered in the time that was given",
                "Kindred-Timeout-Ms",
                "give it more time, or try again when less is asked");
    }

    /** No requests should be sent here: it is being made ready, or about to end. */
    public static Problem notReady() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "not-ready",
                "the server is not ready, or no longer",
                "",
                "GET /readyz says which part is not; try again in a second",
                1);
    }

    /** The server is about to end. */
    public static Problem stopping() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE, "stopping", "the server is stopping", "", "try again in a second", 1);
    }

    /** The problem a refusal is, as the answer to a request that was understood. */
    public static Problem of(HttpStatus status, String kind, Refusal refusal) {
        return new Problem(status, kind, refusal.what(), refusal.where(), refusal.hint());
    }

    /** The problem that a failure of any sort is to whoever asked. */
    public static Problem of(Throwable failure) {
        return switch (failure) {
            case CompletionException wrapped when wrapped.getCause() != null -> of(wrapped.getCause());
            case Problem problem -> problem;
            case Refusal refusal when Failure.VIEW.is(refusal) -> mending();
            case Refusal refusal when refusal.getCause() instanceof SQLException -> storageFails();
            case Refusal refusal -> of(HttpStatus.BAD_REQUEST, "bad-request", refusal);
            case ContentTooLargeException large ->
                tooLarge("the request is larger than " + large.maxContentLength() + " bytes");
            case RequestTimeoutException late ->
                new Problem(HttpStatus.SERVICE_UNAVAILABLE, "timeout", "the request took too long", "", "try again");
            case HttpStatusException plain -> ofStatus(plain.httpStatus());
            case ClosedStreamException gone -> gone();
            case AbortedStreamException gone -> gone();
            case CancellationException gone -> gone();
            default ->
                new Problem(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        "fault",
                        "Kindred failed at this request",
                        "",
                        "the server's log says more under the request's id");
        };
    }

    /** Whoever asked hung up: nobody reads this, but it is counted, and it is nobody's fault here. */
    public static Problem gone() {
        return new Problem(
                HttpStatus.CLIENT_CLOSED_REQUEST, "gone", "the client hung up before it was answered", "", "");
    }

    /** What a view alone has: words. */
    private static Problem mending() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "mending",
                "what is searched by words is being made anew",
                "",
                "try again in two seconds; searches by likeness alone are answered meanwhile",
                2);
    }

    /** A file of ours fails: nobody's request is wrong, and where the file lies is nobody's business. */
    static Problem storageFails() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                STORAGE_FAILING,
                "what is stored here cannot be read or written at the moment",
                "",
                "the server's log says more under the request's id");
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
    public static Problem ofStatus(HttpStatus status) {
        String kind = status.reasonPhrase().toLowerCase(Locale.ROOT).replace(' ', '-');
        return switch (status.code()) {
            case 404 -> new Problem(status, kind, "there is nothing here", "", "");
            case 405 -> new Problem(status, kind, "this is not done with that method", "", "");
            case 408 -> new Problem(status, kind, "the request did not come in time", "body", "send it without pauses");
            case 413 -> tooLarge("the request is too large");
            default -> new Problem(status, kind, status.reasonPhrase(), "", "");
        };
    }

    public HttpStatus status() {
        return status;
    }

    /** Seconds after which to try again; 0 where nothing is known of that. */
    public int retryAfter() {
        return retryAfter;
    }

    /** Whether it is of this kind. */
    boolean isOf(String other) {
        return kind.equals(other);
    }

    /** What sort of problem, for programs. */
    public String kind() {
        return kind;
    }

    /** The field or place; empty where there is none. */
    public String where() {
        return where;
    }

    /** What was wrong and what to do, in one line. */
    public String words() {
        return hint.isEmpty() ? String.valueOf(getMessage()) : getMessage() + ": " + hint;
    }

    /** Whether it is Kindred's own doing and belongs in the log. */
    public boolean isFault() {
        return status.code() == 500 || kind.equals(STORAGE_FAILING);
    }

    /** The body of {@code application/problem+json}. */
    public JsonObject json(String requestId) {
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
