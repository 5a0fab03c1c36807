package dev.kindred.fuzz;

import dev.kindred.core.Keyed;
import dev.kindred.fuzz.Exchange.Header;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Spoils what stands before a body: method, address, parameters, headers. The request stays one that HTTP can be read from. */
final class HeadSpoiling {
    private static final String[] METHODS = {
        "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "QUERY"
    };
    private static final String[] TYPES = {
        "application/json",
        "application/json; charset=utf-16",
        "text/plain",
        "text/plain; charset=latin1",
        "image/png",
        "image/svg+xml",
        "image/*",
        "application/octet-stream",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        "multipart/mixed; boundary=kin",
        "application/x-www-form-urlencoded",
        "application/grpc",
        "application/grpc+proto",
        "application/x-ndjson",
        "application/xml",
        "*/*",
        "json",
        ";",
        "/",
        "text/html; a=\"",
        "application/problem+json"
    };
    private static final String[] PARAMETERS = {
        "k",
        "fmr",
        "filter",
        "vector",
        "rerank",
        "per",
        "q",
        "from",
        "limit",
        "id",
        "text",
        "left.id",
        "right.id",
        "left",
        "a.b.c",
        ".",
        "distinct",
        "after",
        "role",
        "key"
    };
    private static final Header[] HEADERS = {
        new Header("Accept", "application/xml"),
        new Header("Accept", ";;;q=,"),
        new Header("Accept-Encoding", "gzip, br;q=0, *;q=9"),
        new Header("Authorization", "Bearer x"),
        new Header("Authorization", "Basic ::"),
        new Header("Authorization", "Bearer " + "k".repeat(4_000)),
        new Header("Cookie", "a=b; ".repeat(500)),
        new Header("Content-Encoding", "gzip"),
        new Header("Content-Encoding", "br, gzip, identity"),
        new Header("Kindred-Space", "elsewhere"),
        new Header("Kindred-Space", "\u00e9"),
        new Header("Kindred-Request", "x".repeat(2_000)),
        new Header("Origin", "null"),
        new Header("Origin", "http://[::bad"),
        new Header("Sec-Fetch-Site", "cross-site"),
        new Header("Range", "bytes=0-0,5-1,-9"),
        new Header("If-None-Match", "*"),
        new Header("If-Match", "\"a\""),
        new Header("If-Modified-Since", "yesterday"),
        new Header("Forwarded", "for=_x;host=evil"),
        new Header("X-Forwarded-For", "127.0.0.1"),
        new Header("X-Forwarded-Proto", "gopher"),
        new Header("X-HTTP-Method-Override", "DELETE"),
        new Header("traceparent", "00-00000000000000000000000000000000-0000000000000000-01"),
        new Header("traceparent", "zz"),
        new Header("Kindred-Timeout-Ms", "1"),
        new Header("Kindred-Timeout-Ms", "0"),
        new Header("Kindred-Timeout-Ms", "-5"),
        new Header("Kindred-Timeout-Ms", "99999999999"),
        new Header("Kindred-Timeout-Ms", "1e9"),
        new Header("grpc-timeout", "0n"),
        new Header("grpc-timeout", "99999999H"),
        new Header("grpc-encoding", "gzip"),
        new Header("te", "trailers, deflate"),
        new Header("Last-Event-ID", "-1"),
        new Header("X-Request-Timeout", "1e9"),
        new Header("Priority", "u=9"),
        new Header("Via", "1.1 a, ".repeat(200)),
        new Header("Max-Forwards", "-1")
    };

    private HeadSpoiling() {}

    static Exchange of(Exchange valid, Keyed random) {
        return switch (random.nextInt(8)) {
            case 0 -> valid.by(Odd.one(random, METHODS));
            case 1 -> valid.typed(random.nextInt(6) == 0 ? null : Odd.one(random, TYPES));
            case 2, 3 -> valid.at(address(valid.address(), random));
            case 4 -> valid.at(parameters(valid.address(), random));
            case 5 -> parameters(valid, random);
            default -> headers(valid, random);
        };
    }

    private static Exchange parameters(Exchange valid, Keyed random) {
        Exchange typed = random.nextInt(2) == 0 ? valid : valid.typed(Odd.one(random, TYPES));
        return typed.at(parameters(valid.address(), random));
    }

    private static Exchange headers(Exchange valid, Keyed random) {
        Exchange now = valid;
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            Header header = Odd.one(random, HEADERS);
            now = now.with(header);
        }
        return now;
    }

    /** Another word in the path's place, as it is or encoded, once or twice. */
    private static String address(String address, Keyed random) {
        int query = address.indexOf('?');
        String path = query < 0 ? address : address.substring(0, query);
        String[] segments = path.split("/", -1);
        int at = segments.length < 2 ? 0 : 1 + random.nextInt(segments.length - 1);
        segments[at] = switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> segments[at] + "%00";
            case 2 -> "%" + segments[at];
            case 3 -> encoded(encoded(Odd.text(random)));
            case 4 -> segments[at].toUpperCase(java.util.Locale.ROOT);
            case 5 -> plain(Odd.text(random));
            default -> encoded(Odd.text(random));
        };
        String spoiled = String.join("/", segments);
        return (spoiled.startsWith("/") ? spoiled : "/" + spoiled) + (query < 0 ? "" : address.substring(query));
    }

    private static String parameters(String address, Keyed random) {
        StringBuilder spoiled = new StringBuilder(address);
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            spoiled.append(spoiled.indexOf("?") < 0 ? '?' : '&')
                    .append(Odd.one(random, PARAMETERS))
                    .append(random.nextInt(8) == 0 ? "" : "=")
                    .append(
                            random.nextInt(4) == 0
                                    ? plain(Odd.token(random))
                                    : encoded(random.nextInt(2) == 0 ? Odd.token(random) : Odd.text(random)));
        }
        return spoiled.length() <= 7_000 ? spoiled.toString() : spoiled.substring(0, 7_000);
    }

    private static String encoded(String text) {
        String code = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        return code.length() <= 6_000 ? code : code.substring(0, 6_000);
    }

    /** As it is, but for what would end the request line. */
    private static String plain(String text) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]", "");
        return line.length() <= 2_000 ? line : line.substring(0, 2_000);
    }
}
