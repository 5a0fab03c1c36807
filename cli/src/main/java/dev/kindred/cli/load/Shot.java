package dev.kindred.cli.load;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import java.nio.charset.StandardCharsets;

/**
 * One request, ready to be sent again and again.
 *
 * @param path as it stands in the request, with its query
 * @param type of the body; not looked at where that is empty
 * @param grpc whether how it went is said by {@code grpc-status} after the reply
 */
public record Shot(HttpMethod method, String path, MediaType type, HttpData body, boolean grpc) {

    public static Shot get(String path) {
        return new Shot(HttpMethod.GET, path, MediaType.OCTET_STREAM, HttpData.empty(), false);
    }

    public static Shot json(String path, String json) {
        return new Shot(
                HttpMethod.POST, path, MediaType.JSON, HttpData.wrap(json.getBytes(StandardCharsets.UTF_8)), false);
    }

    public static Shot bytes(String path, MediaType type, byte[] body) {
        return new Shot(HttpMethod.POST, path, type, HttpData.wrap(body), false);
    }

    /** @param framed messages, each behind its five bytes */
    public static Shot grpc(String path, byte[] framed) {
        return new Shot(HttpMethod.POST, path, MediaType.create("application", "grpc"), HttpData.wrap(framed), true);
    }

    /** @param extra what every request of a run carries */
    HttpRequest request(HttpHeaders extra) {
        var headers = RequestHeaders.builder(method, path).add(extra);
        if (!body.isEmpty()) {
            headers.contentType(type);
        }
        if (grpc) {
            headers.set("te", "trailers");
        }
        return body.isEmpty() ? HttpRequest.of(headers.build()) : HttpRequest.of(headers.build(), body);
    }

    /** The reply's status; of gRPC's, the one of HTTP that means the same. */
    int code(AggregatedHttpResponse reply) {
        int code = reply.status().code();
        if (!grpc || code != 200) {
            return code;
        }
        String said = reply.trailers().get("grpc-status", reply.headers().get("grpc-status", "2"));
        return switch (said) {
            case "0" -> 200;
            case "3", "11" -> 400;
            case "4" -> 504;
            case "5" -> 404;
            case "8" -> 429;
            case "12" -> 501;
            case "14" -> 503;
            default -> 500;
        };
    }
}
