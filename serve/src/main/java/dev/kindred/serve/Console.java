package dev.kindred.serve;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import dev.kindred.core.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The console's files: a fixed list of resources read once at the start, so that no path of a request ever becomes a file's. */
final class Console {

    private record Loaded(byte[] bytes, MediaType type, String tag) {}

    private static final List<String> MODULES = List.of(
            "theme",
            "console",
            "api",
            "signin",
            "browse",
            "search",
            "describe",
            "refine",
            "why",
            "slots",
            "words",
            "compare",
            "parts",
            "plot",
            "maps",
            "scatter",
            "legend",
            "health",
            "charts",
            "collections",
            "upload",
            "try");

    /** No script, style, picture or request but this server's own; previews of dropped pictures are blobs. */
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Map<String, Loaded> assets = new LinkedHashMap<>();

    Console() {
        load("/", "index.html", MediaType.HTML_UTF_8);
        load("/try", "try.html", MediaType.HTML_UTF_8);
        load("/favicon.svg", "favicon.svg", MediaType.SVG_UTF_8);
        for (String sheet : List.of("console.css", "views.css", "try.css")) {
            load("/console/" + sheet, sheet, MediaType.CSS_UTF_8);
        }
        for (String module : MODULES) {
            load("/console/" + module + ".js", module + ".js", MediaType.JAVASCRIPT_UTF_8);
        }
    }

    private void load(String path, String resource, MediaType type) {
        byte[] bytes = read(resource);
        String tag = '"' + Hashes.sha256Hex(bytes).substring(0, 16) + '"';
        assets.put(path, new Loaded(bytes, type, tag));
    }

    private static byte[] read(String resource) {
        try (InputStream in = Console.class.getResourceAsStream("console/" + resource)) {
            if (in == null) {
                throw new IllegalStateException("the console's " + resource + " is missing from the build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("the console's " + resource + " cannot be read", e);
        }
    }

    Iterable<String> paths() {
        return assets.keySet();
    }

    HttpResponse answer(String path, HttpRequest request) {
        Loaded asset = assets.get(path);
        if (asset == null) {
            throw Problem.ofStatus(HttpStatus.NOT_FOUND);
        }
        boolean known = asset.tag().equals(request.headers().get(HttpHeaderNames.IF_NONE_MATCH));
        ResponseHeadersBuilder headers = ResponseHeaders.builder(known ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
                .set(HttpHeaderNames.ETAG, asset.tag())
                .set(HttpHeaderNames.CACHE_CONTROL, "no-cache");
        if (known) {
            return HttpResponse.of(headers.build());
        }
        return HttpResponse.of(headers.contentType(asset.type()).build(), Wire.body(asset.bytes()));
    }
}
