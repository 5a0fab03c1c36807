package dev.kindred.serve.wire;

import com.google.gson.stream.JsonWriter;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import dev.kindred.core.Space;
import dev.kindred.serve.Served;
import dev.kindred.serve.Wire;
import java.io.IOException;
import java.io.StringWriter;

/** Replies that are written as they go: long rows of numbers never stand as a tree in memory. */
final class Reply {
    /** Writes a reply's JSON. */
    @FunctionalInterface
    interface Body {
        void to(JsonWriter json) throws IOException;
    }

    private Reply() {}

    /** A reply of nobody's release. */
    static HttpResponse json(Body body) {
        return HttpResponse.of(headers(MediaType.JSON_UTF_8).build(), Wire.body(text(body)));
    }

    /** @param space of the vectors in the reply */
    static HttpResponse json(Served served, Space space, Body body) {
        return HttpResponse.of(headers(MediaType.JSON_UTF_8, served, space).build(), Wire.body(text(body)));
    }

    static ResponseHeadersBuilder headers(MediaType type, Served served, Space space) {
        ResponseHeadersBuilder headers = headers(type).set(Wire.SPACE, space.id());
        return served.bundle().isEmpty() ? headers : headers.set(Wire.BUNDLE, served.bundle());
    }

    private static ResponseHeadersBuilder headers(MediaType type) {
        return ResponseHeaders.builder(HttpStatus.OK).contentType(type).set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    }

    static String text(Body body) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            body.to(json);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return text.toString();
    }
}
