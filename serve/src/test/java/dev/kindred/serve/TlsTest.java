package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.TlsKeyPair;
import dev.kindred.core.Refusal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that change while the server runs, seen by a real client that trusts the new one alone. */
class TlsTest {
    @TempDir
    Path folder;

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    private void write(X509Certificate certificate, TlsKeyPair key) throws Exception {
        Files.writeString(folder.resolve("cert.pem"), pem("CERTIFICATE", certificate.getEncoded()));
        Files.writeString(
                folder.resolve("key.pem"), pem("PRIVATE KEY", key.privateKey().getEncoded()));
    }

    /** The certificate that a new client, which trusts this one alone, is shown and takes; refused by it otherwise. */
    private static Certificate shown(KeyedServer home, X509Certificate trusted) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("server", trusted);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
            HttpResponse<String> reply = client.send(
                    HttpRequest.newBuilder(URI.create(home.server().url().replace("127.0.0.1", "localhost") + "/livez"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(reply.statusCode()).isEqualTo(200);
            assertThat(reply.version()).isEqualTo(HttpClient.Version.HTTP_2);
            return reply.sslSession().orElseThrow().getPeerCertificates()[0];
        }
    }

    @Test
    void aChangedCertificateIsTakenAtTheNextHandshakeAndABrokenOneIsNot() throws Exception {
        TlsKeyPair first = TlsKeyPair.ofSelfSigned("localhost");
        TlsKeyPair second = TlsKeyPair.ofSelfSigned("localhost");
        X509Certificate before = first.certificateChain().getFirst();
        X509Certificate after = second.certificateChain().getFirst();
        write(before, first);
        ServeOptions options = ServeOptions.defaults()
                .onPort(0)
                .withTls(new ServeOptions.TlsFiles(folder.resolve("cert.pem"), folder.resolve("key.pem")));
        try (KeyedServer home = new KeyedServer(folder).start(options)) {
            assertThat(home.server().url()).startsWith("https://");
            assertThat(shown(home, before)).isEqualTo(before);

            // Half of a change: the certificate is there, its key not yet.
            write(after, first);
            assertThat(shown(home, before)).isEqualTo(before);
            assertThat(shown(home, before)).isEqualTo(before);
            assertThat(home.told).singleElement().asString().contains("the key is not the certificate's");

            write(after, second);
            assertThat(shown(home, after)).isEqualTo(after);
            assertThatThrownBy(() -> shown(home, before)).hasMessageContaining("cert");

            Files.writeString(folder.resolve("cert.pem"), "no certificate");
            assertThat(shown(home, after)).isEqualTo(after);
            Files.delete(folder.resolve("key.pem"));
            assertThat(shown(home, after)).isEqualTo(after);
            assertThat(home.told).hasSize(3);
        }
    }

    @Test
    void aServerDoesNotStartWithFilesThatDoNotFit() throws Exception {
        TlsKeyPair one = TlsKeyPair.ofSelfSigned("localhost");
        write(one.certificateChain().getFirst(), TlsKeyPair.ofSelfSigned("localhost"));
        ServeOptions options = ServeOptions.defaults()
                .onPort(0)
                .withTls(new ServeOptions.TlsFiles(folder.resolve("cert.pem"), folder.resolve("key.pem")));
        try (KeyedServer home = new KeyedServer(folder)) {
            assertThatThrownBy(() -> home.start(options))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("not the certificate's");
        }
    }
}
