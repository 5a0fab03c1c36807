package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.core.Refusal;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.batch.Asker;
import dev.kindred.serve.seen.RoutePattern;
import dev.kindred.serve.seen.Trail;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One request while it is answered: who asks, and for how long they will wait. */
public record Call(ServiceRequestContext context, Principal principal, Oversight oversight) {
    /** What is being answered on this thread. */
    static final ScopedValue<Call> CURRENT = ScopedValue.newInstance();

    private static final AttributeKey<Call> CALL = AttributeKey.valueOf(Call.class, "call");
    private static final AttributeKey<Boolean> READING = AttributeKey.valueOf(Call.class, "reading");

    /** @param principal kept with the request for whatever is told of it when it is over */
    public static Call of(ServiceRequestContext context, Principal principal, Oversight oversight) {
        Call call = new Call(context, principal, oversight);
        context.setAttr(CALL, call);
        Trail.of(context).askedWith(principal.key());
        return call;
    }

    /** Who asked; null where that was never told. */
    public static @Nullable Principal principal(ServiceRequestContext context) {
        Call call = context.attr(CALL);
        return call == null ? null : call.principal();
    }

    /**
     * The call that a request became.
     *
     * @throws IllegalStateException where the door has not let it in
     */
    public static Call in(ServiceRequestContext context) {
        Call call = context.attr(CALL);
        if (call == null) {
            throw new IllegalStateException("nobody let this request in: " + context.path());
        }
        return call;
    }

    /** Says that the body is being waited for, or is there. */
    void reading(boolean waitedFor) {
        context.setAttr(READING, waitedFor);
    }

    /** Whether a request's body is still waited for: what is late then is the client. */
    static boolean isBeingRead(ServiceRequestContext context) {
        return Boolean.TRUE.equals(context.attr(READING));
    }

    /** The id that the reply carries as {@code Kindred-Request}. */
    public String request() {
        return context.id().text();
    }

    public QueryParams query() {
        return context.queryParams();
    }

    /** A whole number of the address, bounds included; where it is not said, another. */
    long number(String name, long otherwise, long least, long most) {
        String text = query().get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new Refusal("is no whole number from " + least + " to " + most, name, "");
    }

    /** The collection that the address names; {@value Served#DEFAULT_COLLECTION} where it names none. */
    public String collection() {
        String asked = context.pathParam("collection");
        return asked == null ? Served.DEFAULT_COLLECTION : asked;
    }

    /** Who asks on this thread; where nobody does (work of the server's own), this machine, which has time. */
    static Asker asker() {
        return CURRENT.isBound() ? CURRENT.get().asAsker() : Asker.patient(Principal.LOCAL.key());
    }

    /** As the pool sees it: the deadline is that of the request, whether the server, its header or gRPC set it. */
    Asker asAsker() {
        long millis = context.requestTimeoutMillis();
        long start = context.log().partial().requestStartTimeNanos();
        long deadline = millis == 0
                ? System.nanoTime() + Duration.ofHours(1).toNanos()
                : start + Duration.ofMillis(millis).toNanos();
        return new Asker(principal.key(), deadline, this::isGone);
    }

    /**
     * Counts what is asked to be computed against what the key may ask; before it is done.
     *
     * @param inputs pictures, texts, rows or vectors
     * @throws Problem 429, or 413 where it is more than this key may ever ask at once
     */
    public void take(int inputs) {
        oversight.take(context, principal, inputs);
    }

    /** Writes down that a sensitive collection is asked: for one that the body names, not the address. */
    public void tell(Hosted hosted) {
        String collection = hosted.served().collection();
        if (oversight.isSensitive(collection)) {
            String action = context.method() + " " + RoutePattern.of(context);
            oversight.note(principal, action, collection, request(), new JsonObject());
        }
    }

    /**
     * Refuses whoever has not this role there: for a collection that the body names, not the address.
     *
     * @throws Problem 403
     */
    public void require(Role role, String collection) {
        if (!principal.may(role, collection)) {
            throw new Problem(
                    HttpStatus.FORBIDDEN,
                    "not-allowed",
                    "this key may not do that here",
                    collection.equals(Principal.EVERY) ? "" : collection,
                    "it takes the role " + role.name().toLowerCase(Locale.ROOT)
                            + (collection.equals(Principal.EVERY) ? " in all collections" : " in " + collection));
        }
    }

    /**
     * Takes room for what is in memory on the way to the answer, until that is there.
     *
     * @throws Problem 429 where there is none
     */
    public void work(long bytes) {
        Held held = Held.in(context);
        if (held != null) {
            held.work(bytes);
        }
    }

    /**
     * Takes room for the bytes of the reply, until it has left.
     *
     * @throws Problem 429 where there is none
     */
    public void reply(long bytes) {
        Held held = Held.in(context);
        if (held != null) {
            held.reply(bytes);
        }
    }

    /** Whether nobody waits for the reply any more: the client hung up, or its time is over. */
    public boolean isGone() {
        return context.isCancelled() || context.isTimedOut();
    }
}
