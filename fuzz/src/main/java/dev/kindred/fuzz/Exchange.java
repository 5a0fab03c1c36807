package dev.kindred.fuzz;

import com.google.gson.JsonElement;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as it should be, from which others are made.
 *
 * @param route the pattern of its address, for the table
 * @param address path and query, as they stand in the request line
 * @param type of the body; null where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // handed on whole, compared never
public record Exchange(
        String route,
        String method,
        String address,
        List<Header> headers,
        @Nullable String type,
        byte[] body) {

    /** One line of the head. */
    public record Header(String name, String value) {}

    public Exchange {
        headers = List.copyOf(headers);
    }

    public static Exchange bare(String route, String method, String address) {
        return new Exchange(route, method, address, List.of(), null, new byte[0]);
    }

    public static Exchange json(String route, String method, String address, JsonElement body) {
        return of(route, method, address, "application/json", body.toString().getBytes(StandardCharsets.UTF_8));
    }

    public static Exchange of(String route, String method, String address, String type, byte[] body) {
        return new Exchange(route, method, address, List.of(), type, body);
    }

    /** The route it began as, {@code GET /v1/collections/{collection}}; one of another method is another. */
    public String line() {
        return method + " " + route;
    }

    boolean isRpc() {
        return type != null && type.startsWith("application/grpc");
    }

    boolean isJson() {
        return type != null && type.contains("json");
    }

    /** A document a line. */
    boolean isLines() {
        return type != null && type.contains("ndjson");
    }

    boolean isPicture() {
        return type != null && type.startsWith("image/");
    }

    Exchange with(byte[] other) {
        return new Exchange(route, method, address, headers, type, other);
    }

    Exchange at(String other) {
        return new Exchange(route, method, other, headers, type, body);
    }

    Exchange by(String other) {
        return new Exchange(route, other, address, headers, type, body);
    }

    Exchange typed(@Nullable String other) {
        return new Exchange(route, method, address, headers, other, body);
    }

    Exchange with(Header header) {
        List<Header> more = new ArrayList<>(headers);
        more.add(header);
        return new Exchange(route, method, address, more, type, body);
    }

    /** All headers but those that say how long the body is. */
    List<Header> head(String host) {
        List<Header> all = new ArrayList<>();
        all.add(new Header("Host", host));
        if (type != null) {
            all.add(new Header("Content-Type", type));
        }
        all.addAll(headers);
        return all;
    }

    /** As HTTP/1.1 has it. */
    byte[] bytes(String host) {
        List<Header> all = new ArrayList<>(head(host));
        if (body.length > 0 || type != null) {
            all.add(new Header("Content-Length", Integer.toString(body.length)));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head(method + " " + address + " HTTP/1.1", all));
        out.writeBytes(body);
        return out.toByteArray();
    }

    static byte[] head(String line, List<Header> headers) {
        StringBuilder head = new StringBuilder(line).append("\r\n");
        for (Header header : headers) {
            head.append(header.name()).append(": ").append(header.value()).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }
}
