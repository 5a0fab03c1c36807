package dev.kindred.serve;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other people's web pages out. A server on loopback may have no keys, but every page that a browser on this machine shows can send
 * requests to it: a name that resolves to 127.0.0.1 (DNS rebinding) is told by the Host header, a form or script of another site by
 * Origin and Sec-Fetch-Site.
 */
final class Guard {
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private final boolean loopback;
    private final String host;

    Guard(String host) {
        this.host = host.toLowerCase(Locale.ROOT);
        this.loopback = isLoopback(host);
    }

    /** Whether only this machine reaches an address. */
    static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** @throws Problem 403 where the request was sent by another site's page */
    void check(HttpRequest request) {
        String authority = request.authority();
        if (loopback && !isOurName(authority)) {
            throw refused("the host asked for is not this server", "Host", "use http://localhost or http://127.0.0.1");
        }
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        if (origin != null && !sameAuthority(origin, authority)) {
            throw refused("a page of another site asks", "Origin", "call from a program, or from the console");
        }
        String site = request.headers().get("sec-fetch-site");
        if ("cross-site".equals(site) && request.method() != HttpMethod.GET) {
            throw refused("a page of another site asks", "Sec-Fetch-Site", "call from a program, or from the console");
        }
    }

    private boolean isOurName(@Nullable String authority) {
        if (authority == null) {
            return false;
        }
        int colon = authority.lastIndexOf(':');
        String name = (colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority)
                .toLowerCase(Locale.ROOT);
        return LOOPBACK_NAMES.contains(name) || name.equals(host);
    }

    private static boolean sameAuthority(String origin, @Nullable String authority) {
        try {
            String theirs = URI.create(origin).getAuthority();
            return theirs != null && theirs.equalsIgnoreCase(authority);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Problem refused(String what, String where, String hint) {
        return new Problem(HttpStatus.FORBIDDEN, "other-site", what, where, hint);
    }
}
