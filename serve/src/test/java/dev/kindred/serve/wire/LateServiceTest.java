package dev.kindred.serve.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpServiceWithRoutes;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.serve.Hosts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LateServiceTest {
    private static final Set<Route> ROUTES =
            Set.of(Route.builder().exact("/late").build());

    private static final class Counted implements HttpServiceWithRoutes {
        private int added;

        @Override
        public Set<Route> routes() {
            return ROUTES;
        }

        @Override
        public void serviceAdded(ServiceConfig config) {
            added++;
        }

        @Override
        public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
            return HttpResponse.of(Thread.currentThread().isVirtual() ? "answered later" : "answered at once");
        }
    }

    @Test
    void itIsMadeOnceWhereWaitingIsDone() throws Exception {
        List<Counted> made = new ArrayList<>();
        try (var waiting = Executors.newVirtualThreadPerTaskExecutor();
                var callers = Executors.newFixedThreadPool(8)) {
            LateService late = new LateService(
                    ROUTES,
                    () -> {
                        made.add(new Counted());
                        return made.getLast();
                    },
                    waiting);
            ServiceRequestContext context = ServiceRequestContext.of(HttpRequest.of(HttpMethod.GET, "/late"));
            late.serviceAdded(context.config());
            assertThat(made).isEmpty();
            var replies = callers.invokeAll(IntStream.range(0, 8)
                    .<Callable<HttpResponse>>mapToObj(i -> () -> late.serve(context, context.request()))
                    .toList());
            for (var reply : replies) {
                assertThat(reply.get().aggregate().join().contentUtf8()).startsWith("answered");
            }
            assertThat(made).hasSize(1);
            assertThat(made.getFirst().added).isEqualTo(1);
            assertThat(late.serve(context, context.request()).aggregate().join().contentUtf8())
                    .isEqualTo("answered at once");
        }
    }

    /** It finds its methods by its own routes: others would be unknown to it. */
    @Test
    void theRoutesAreThoseOfTheLibrarysService() {
        InferenceRpc rpc = new InferenceRpc(
                new Hosts(), () -> true, 1 << 20, Runnable::run, (request, route, cause) -> fail(cause));
        Set<Route> before = rpc.service().routes();
        assertThat(rpc.service().made().routes()).isEqualTo(before).isNotEmpty();
    }
}
