package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import io.netty.util.AttributeKey;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One request while it is answered: who asks, and for how long they will wait. */
public record Call(ServiceRequestContext context, Principal principal) {
    private static final AttributeKey<Principal> PRINCIPAL = AttributeKey.valueOf(Call.class, "principal");

    /** @param principal kept with the request for whatever is told of it when it is over */
    public static Call of(ServiceRequestContext context, Principal principal) {
        context.setAttr(PRINCIPAL, principal);
        return new Call(context, principal);
    }

    /** Who asked; null where that was never told. */
    public static @Nullable Principal principal(ServiceRequestContext context) {
        return context.attr(PRINCIPAL);
    }

    /** The id that the reply carries as {@code Kindred-Request}. */
    public String request() {
        return context.id().text();
    }

    public QueryParams query() {
        return context.queryParams();
    }

    /** The collection that the address names; {@value Served#DEFAULT_COLLECTION} where it names none. */
    public String collection() {
        String asked = context.pathParam("collection");
        return asked == null ? Served.DEFAULT_COLLECTION : asked;
    }

    /**
     * Holds the caller to a role in a collection.
     *
     * @throws Problem 403
     */
    public void require(Role role, String collection) {
        if (!principal.may(role, collection)) {
            throw new Problem(
                    HttpStatus.FORBIDDEN,
                    "not-allowed",
                    "this key may not do that here",
                    collection,
                    "it takes the role " + role.name().toLowerCase(Locale.ROOT));
        }
    }

    /** Whether nobody waits for the reply any more: the client hung up, or its time is over. */
    public boolean isGone() {
        return context.isCancelled() || context.isTimedOut();
    }
}
