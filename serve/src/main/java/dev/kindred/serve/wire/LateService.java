package dev.kindred.serve.wire;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpServiceWithRoutes;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A service that is made when it is first asked, or when somebody has time: the library's gRPC service writes a few dozen classes while
 * it is made, a fifth of a server's whole start, for a way of answering that nobody may use. Safe for many threads.
 */
final class LateService implements HttpServiceWithRoutes {
    private final Set<Route> routes;
    private final Supplier<? extends HttpServiceWithRoutes> make;
    private final Executor waiting;
    private volatile @Nullable HttpServiceWithRoutes made;
    private @Nullable ServiceConfig config;

    /**
     * @param routes those that the service has
     * @param waiting where it is made: not on the network's own threads
     */
    LateService(Set<Route> routes, Supplier<? extends HttpServiceWithRoutes> make, Executor waiting) {
        this.routes = Set.copyOf(routes);
        this.make = make;
        this.waiting = waiting;
    }

    @Override
    public Set<Route> routes() {
        return routes;
    }

    @Override
    public synchronized void serviceAdded(ServiceConfig added) {
        config = added;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) throws Exception {
        HttpServiceWithRoutes service = made;
        return service != null
                ? service.serve(context, request)
                : HttpResponse.of(
                        CompletableFuture.supplyAsync(() -> late(context, request), context.makeContextAware(waiting)));
    }

    private HttpResponse late(ServiceRequestContext context, HttpRequest request) {
        try {
            return made().serve(context, request);
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    /** The service itself, made now where it was not. */
    synchronized HttpServiceWithRoutes made() {
        HttpServiceWithRoutes service = made;
        if (service == null) {
            service = make.get();
            try {
                if (config != null) {
                    service.serviceAdded(config);
                }
            } catch (Exception e) {
                throw new IllegalStateException("the service cannot be added", e);
            }
            made = service;
        }
        return service;
    }
}
