package dev.kindred.serve;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import java.util.Map;

/** A few keys: {@code reader} reads everything, {@code elsewhere} another collection, all others are unknown. */
final class TestKeys implements Access {
    static final String READER = "reader";
    static final String ELSEWHERE = "elsewhere";

    @Override
    public Principal of(ServiceRequestContext context, HttpRequest request) {
        String shown = request.headers().get("authorization", "");
        return switch (shown.replaceFirst("^Bearer ", "")) {
            case READER -> new Principal("k1", READER, Map.of(Principal.EVERY, Role.READER));
            case ELSEWHERE -> new Principal("k2", ELSEWHERE, Map.of("other", Role.READER));
            default ->
                throw new Problem(
                        HttpStatus.UNAUTHORIZED,
                        "no-key",
                        "this key is not known",
                        "Authorization",
                        "say Authorization: Bearer KEY");
        };
    }
}
