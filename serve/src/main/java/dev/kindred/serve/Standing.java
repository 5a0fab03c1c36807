package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.seen.Meters;
import dev.kindred.serve.seen.Readiness;
import dev.kindred.serve.seen.Seen;
import java.util.function.BooleanSupplier;

/** What machines ask of the server itself: whether it lives, whether to send it requests, and what it counts. */
final class Standing {
    private final Seen seen;
    private final BooleanSupplier keyed;

    /** @param keyed whether a key must be shown: then strangers are not told which collections there are */
    Standing(Seen seen, BooleanSupplier keyed) {
        this.seen = seen;
        this.keyed = keyed;
    }

    /** @param metricsElsewhere whether they are at the admin port alone */
    void bind(Door door, boolean metricsElsewhere) {
        bindState(door, keyed);
        door.get("/metrics", Rule.everywhere(Role.OPERATOR), (call, request) -> {
            if (metricsElsewhere) {
                throw new Problem(HttpStatus.NOT_FOUND, "not-found", "metrics are at the admin port", "", "ask there");
            }
            return metrics(request);
        });
    }

    /** What the admin port answers, to whoever reaches it. */
    void bindAdmin(Door door) {
        bindState(door, () -> false);
        door.open("/metrics", (call, request) -> metrics(request));
    }

    private void bindState(Door door, BooleanSupplier brief) {
        door.open("/livez", (call, request) -> HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, "live\n"));
        door.open("/readyz", (call, request) -> ready(brief.getAsBoolean()));
    }

    private HttpResponse metrics(HttpRequest request) {
        Meters.Scraped scraped = seen.meters().scrape(request.headers().get(HttpHeaderNames.ACCEPT, ""));
        return HttpResponse.of(HttpStatus.OK, MediaType.parse(scraped.type()), Wire.body(scraped.text()));
    }

    private HttpResponse ready(boolean brief) {
        Readiness.Report report = seen.readiness().report();
        JsonObject json = report.json();
        if (brief) {
            json.remove("collections");
        }
        ResponseHeaders headers = ResponseHeaders.builder(
                        report.ready() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .contentType(MediaType.JSON_UTF_8)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .build();
        return HttpResponse.of(headers, Wire.body(json + "\n"));
    }
}
