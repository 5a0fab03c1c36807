package dev.kindred.serve;

import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.seen.Trail;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/** One request while it is answered: who asks, and for how long they will wait. */
record Call(ServiceRequestContext context, Principal principal) {
    private static final AttributeKey<Principal> PRINCIPAL = AttributeKey.valueOf(Call.class, "principal");

    /** @param principal kept with the request for whatever is told of it when it is over */
    static Call of(ServiceRequestContext context, Principal principal) {
        context.setAttr(PRINCIPAL, principal);
        Trail.of(context).askedWith(principal.key());
        return new Call(context, principal);
    }

    /** Who asked; null where that was never told. */
    static @Nullable Principal principal(ServiceRequestContext context) {
        return context.attr(PRINCIPAL);
    }

    /** The id that the reply carries as {@code Kindred-Request}. */
    String request() {
        return context.id().text();
    }

    QueryParams query() {
        return context.queryParams();
    }

    /** The collection that the address names; {@value Served#DEFAULT_COLLECTION} where it names none. */
    String collection() {
        String asked = context.pathParam("collection");
        return asked == null ? Served.DEFAULT_COLLECTION : asked;
    }

    /** Whether nobody waits for the reply any more: the client hung up, or its time is over. */
    boolean isGone() {
        return context.isCancelled() || context.isTimedOut();
    }
}
