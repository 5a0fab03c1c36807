package dev.kindred.serve.wire;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import dev.kindred.core.Space;
import dev.kindred.serve.JsonText;
import dev.kindred.serve.Served;
import dev.kindred.serve.Wire;

/** Replies of other protocols, written as they go. */
final class Reply {
    private Reply() {}

    /** A reply of nobody's release. */
    static HttpResponse json(JsonText.Content content) {
        return HttpResponse.of(headers(MediaType.JSON_UTF_8).build(), Wire.body(JsonText.of(content)));
    }

    /** @param space of the vectors in the reply */
    static HttpResponse json(Served served, Space space, JsonText.Content content) {
        return HttpResponse.of(headers(MediaType.JSON_UTF_8, served, space).build(), Wire.body(JsonText.of(content)));
    }

    static ResponseHeadersBuilder headers(MediaType type, Served served, Space space) {
        ResponseHeadersBuilder headers = headers(type).set(Wire.SPACE, space.id());
        return served.bundle().isEmpty() ? headers : headers.set(Wire.BUNDLE, served.bundle());
    }

    private static ResponseHeadersBuilder headers(MediaType type) {
        return ResponseHeaders.builder(HttpStatus.OK).contentType(type).set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    }
}
