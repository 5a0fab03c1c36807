package dev.kindred.cli.load;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.client.RequestOptions;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.common.util.Exceptions;
import dev.kindred.core.Refusal;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A running server, and the one thread and its connections by which it is asked. */
public final class Target implements AutoCloseable {
    private static final long MOST_REPLY_BYTES = 256L << 20;
    /** Of a request that is asked by itself. */
    private static final RequestOptions PATIENT =
            RequestOptions.builder().responseTimeoutMillis(60_000).build();

    private final URI url;
    private final boolean http2;
    private final HttpHeaders headers;
    private final ClientFactory factory;
    private final EventLoop loop;
    private final WebClient client;

    private Target(URI url, boolean http2, HttpHeaders headers, ClientFactory factory, EventLoop loop) {
        this.url = url;
        this.http2 = http2;
        this.headers = headers;
        this.factory = factory;
        this.loop = loop;
        this.client = WebClient.builder(protocol(url, http2) + "://" + authority(url))
                .factory(factory)
                .maxResponseLength(MOST_REPLY_BYTES)
                .responseTimeoutMillis(0)
                .build();
    }

    /** @param trust how a server's certificate is judged under https */
    public record Trust(@Nullable Path authorities, boolean anyone) {
        public static final Trust USUAL = new Trust(null, false);
    }

    /**
     * @param http2 else HTTP/1.1
     * @param key null for none
     * @throws Refusal where the address is none
     */
    public static Target open(String address, boolean http2, @Nullable String key, Trust trust) {
        URI url = url(address);
        // One thread does all: what it does not get done in time is seen, and what it measures needs no lock.
        EventLoopGroup group = EventLoopGroups.newEventLoopGroup(1, "kindred-load", true);
        ClientFactoryBuilder builder = ClientFactory.builder()
                .workerGroup(group, true)
                .connectTimeout(Duration.ofSeconds(10))
                .idleTimeout(Duration.ofMinutes(1));
        if (trust.anyone()) {
            builder.tlsNoVerify();
        }
        Path authorities = trust.authorities();
        if (authorities != null) {
            builder.tlsCustomizer(tls -> tls.trustManager(authorities.toFile()));
        }
        HttpHeaders headers =
                key == null ? HttpHeaders.of() : HttpHeaders.of(HttpHeaderNames.AUTHORIZATION, "Bearer " + key);
        return new Target(url, http2, headers, builder.build(), group.next());
    }

    private static URI url(String address) {
        try {
            URI url = URI.create(address.contains("://") ? address : "http://" + address);
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            if (url.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Refused below.
        }
        throw new Refusal("is no address of a server", address, "write e.g. http://localhost:8317");
    }

    private static String protocol(URI url, boolean http2) {
        boolean tls = "https".equalsIgnoreCase(url.getScheme());
        return http2 ? (tls ? "h2" : "h2c") : (tls ? "h1" : "h1c");
    }

    private static String authority(URI url) {
        int port = url.getPort() >= 0 ? url.getPort() : "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
        return url.getHost() + ":" + port;
    }

    String url() {
        return url.toString();
    }

    String http() {
        return http2 ? "2" : "1.1";
    }

    HttpHeaders headers() {
        return headers;
    }

    EventLoop loop() {
        return loop;
    }

    WebClient client() {
        return client;
    }

    /**
     * Asks once and waits.
     *
     * @throws Refusal where nobody answers, within a minute
     */
    public AggregatedHttpResponse ask(Shot shot) {
        try {
            return client.execute(shot.request(headers), PATIENT).aggregate().join();
        } catch (RuntimeException e) {
            Throwable cause = Exceptions.peel(e);
            if (cause instanceof UnprocessedRequestException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new Refusal(
                    "does not answer (" + cause.getMessage() + ")", url(), "start one there: kindred serve", cause);
        }
    }

    @Override
    public void close() {
        factory.close();
    }
}
