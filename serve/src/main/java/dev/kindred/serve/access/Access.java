package dev.kindred.serve.access;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.server.ServiceRequestContext;

/**
 * Tells who sends a request; a module's contract. {@link Keyring} knows by API keys. Another proof (a JWT's issuer and claims, the
 * certificate that a client showed, from {@code context.sslSession()}) is one more implementation that gives a {@link Principal}; what
 * comes after it, roles, limits, the audit log, asks only for that.
 */
@FunctionalInterface
public interface Access {
    /** No keys: everyone who reaches the server may do everything. */
    Access OPEN = (context, request) -> Principal.LOCAL;

    /**
     * @throws dev.kindred.serve.Problem 401 where no key or an unknown, revoked or expired one is shown
     */
    Principal of(ServiceRequestContext context, HttpRequest request);
}
