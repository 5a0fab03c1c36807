package dev.kindred.serve.access;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.server.ServiceRequestContext;

/** Tells who sends a request; a module's contract, so that other ways of proving it (JWT, client certificates) find their place. */
@FunctionalInterface
public interface Access {
    /** No keys: everyone who reaches the server may do everything. */
    Access OPEN = (context, request) -> Principal.LOCAL;

    /**
     * @throws dev.kindred.serve.Problem 401 where no key or an unknown or revoked one is shown
     */
    Principal of(ServiceRequestContext context, HttpRequest request);
}
