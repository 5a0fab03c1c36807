package dev.kindred.serve;

import com.linecorp.armeria.common.HttpData;
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
import java.util.Map;

/** The console's files: a fixed list of resources read once at the start, so that no path of a request ever becomes a file's. */
final class Console {

    private record Asset(String path, String resource, MediaType type) {}

    private record Loaded(byte[] bytes, MediaType type, String tag) {}

    private static final Asset[] ASSETS = {
        new Asset("/", "index.html", MediaType.HTML_UTF_8),
        new Asset("/console/theme.js", "theme.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/console.css", "console.css", MediaType.CSS_UTF_8),
        new Asset("/console/console.js", "console.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/api.js", "api.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/browse.js", "browse.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/search.js", "search.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/describe.js", "describe.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/slots.js", "slots.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/words.js", "words.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/compare.js", "compare.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/parts.js", "parts.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/plot.js", "plot.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/try", "try.html", MediaType.HTML_UTF_8),
        new Asset("/console/try.js", "try.js", MediaType.JAVASCRIPT_UTF_8),
        new Asset("/console/try.css", "try.css", MediaType.CSS_UTF_8),
        new Asset("/favicon.svg", "favicon.svg", MediaType.SVG_UTF_8),
    };

    /** No script, style, picture or request but this server's own; previews of dropped pictures are blobs. */
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Map<String, Loaded> assets = new LinkedHashMap<>();

    Console() {
        for (Asset asset : ASSETS) {
            byte[] bytes = read(asset.resource());
            String tag = '"' + Hashes.sha256Hex(bytes).substring(0, 16) + '"';
            assets.put(asset.path(), new Loaded(bytes, asset.type(), tag));
        }
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
        return HttpResponse.of(headers.contentType(asset.type()).build(), HttpData.wrap(asset.bytes()));
    }
}
