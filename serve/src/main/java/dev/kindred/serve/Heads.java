package dev.kindred.serve;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.Duration;

/** What the head of every request that is let in must be, and may ask for. */
final class Heads {
    private Heads() {}

    /**
     * Refuses an address with empty segments or dots between its slashes: what it means depends on who reads it, and what is done must be
     * what is written down.
     */
    static void requirePlain(ServiceRequestContext ctx) {
        String sent = ctx.rawPath();
        int query = sent.indexOf('?');
        String path = query < 0 ? sent : sent.substring(0, query);
        if (path.contains("//") || slashes(path) != slashes(ctx.path())) {
            throw HttpStatusException.of(HttpStatus.NOT_FOUND);
        }
    }

    private static long slashes(String path) {
        return path.chars().filter(c -> c == '/').count();
    }

    /** Whoever asks may say for how long they will wait, within the server's own bound. */
    static void shorten(ServiceRequestContext ctx, HttpRequest request) {
        String asked = request.headers().get(Wire.TIMEOUT);
        if (asked == null) {
            return;
        }
        if (!asked.matches("[1-9][0-9]{0,8}")) {
            throw Problem.badRequest(
                    "a whole number of milliseconds is wanted, 1 or more", "Kindred-Timeout-Ms", "a second is 1000");
        }
        long millis = Long.parseLong(asked);
        long most = ctx.requestTimeoutMillis();
        if (most == 0 || millis < most) {
            ctx.setRequestTimeout(TimeoutMode.SET_FROM_START, Duration.ofMillis(millis));
        }
    }
}
