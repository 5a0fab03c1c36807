package dev.kindred.serve.seen;

import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.regex.Pattern;

/** An address's pattern as the log, metrics, traces and the audit log name it: {@code /v1/collections/:collection/items/:id}. */
public final class RoutePattern {
    private static final Pattern NAMED = Pattern.compile("\\(\\?<(\\w+)>[^)]*\\)");

    private RoutePattern() {}

    /** Of the route that a request took. */
    public static String of(ServiceRequestContext context) {
        String pattern = context.config().route().patternString();
        // What plain patterns cannot say is bound as a regular expression.
        return pattern.startsWith("^")
                ? NAMED.matcher(pattern).replaceAll(":$1").replaceAll("^\\^|\\$$", "")
                : pattern;
    }
}
