package dev.kindred.serve.access;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import dev.kindred.core.Refusal;
import dev.kindred.serve.ServeOptions.TlsFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The server's certificate, from files that may change while it runs: each handshake looks at them, and takes new ones that fit
 * together. Where they do not (half of them is written, the key is another certificate's), the old certificate stays and that is said.
 */
public final class ReloadedTls implements TlsProvider {
    private static final long MOST_BYTES = 1 << 20;
    private static final byte[] PROOF = "kindred".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private final TlsFiles files;
    private final Consumer<Throwable> faults;
    private volatile Loaded loaded;

    /** @param seen how the files were when they were last looked at, taken or not */
    private record Loaded(TlsKeyPair pair, Seen seen) {}

    private record Seen(
            @Nullable Stamp certificate, @Nullable Stamp key) {}

    private record Stamp(
            FileTime changed, long size, @Nullable Object file) {}

    /**
     * Reads both files.
     *
     * @param faults told once of each pair of files that is not taken
     * @throws Refusal where one cannot be read or they do not fit together
     */
    public ReloadedTls(TlsFiles files, Consumer<Throwable> faults) {
        this.files = files;
        this.faults = faults;
        Seen seen = look();
        this.loaded = new Loaded(load(), seen);
    }

    @Override
    public TlsKeyPair keyPair(String hostname) {
        Seen seen = look();
        if (!seen.equals(loaded.seen())) {
            take(seen);
        }
        return loaded.pair();
    }

    private synchronized void take(Seen seen) {
        Loaded before = loaded;
        if (seen.equals(before.seen())) {
            return;
        }
        try {
            loaded = new Loaded(load(), seen);
        } catch (Refusal broken) {
            loaded = new Loaded(before.pair(), seen);
            faults.accept(broken);
        }
    }

    private Seen look() {
        return new Seen(stamp(files.certificate()), stamp(files.key()));
    }

    private static @Nullable Stamp stamp(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
        } catch (IOException e) {
            return null;
        }
    }

    private TlsKeyPair load() {
        byte[] certificate = read(files.certificate());
        byte[] key = read(files.key());
        TlsKeyPair pair;
        try {
            pair = TlsKeyPair.of(new ByteArrayInputStream(key), new ByteArrayInputStream(certificate));
        } catch (RuntimeException e) {
            throw new Refusal(
                    "certificate and key cannot be read as PEM",
                    files.certificate() + ", " + files.key(),
                    "write a certificate chain, and an unencrypted key as PKCS #8 or PKCS #1",
                    e);
        }
        if (pair.certificateChain().isEmpty() || !fits(pair.certificateChain().getFirst(), pair.privateKey())) {
            throw new Refusal(
                    "the key is not the certificate's",
                    files.certificate() + ", " + files.key(),
                    "replace both files, the certificate by its own key");
        }
        return pair;
    }

    private static byte[] read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new Refusal("is larger than 1 MiB", file.toString(), "name a PEM file");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new Refusal("no such file", file.toString(), "name an existing PEM file", e);
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e.getMessage() + ")", file.toString(), "name a PEM file", e);
        }
    }

    /** Whether what one signs the other knows. */
    private static boolean fits(X509Certificate certificate, PrivateKey key) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(PROOF);
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(certificate.getPublicKey());
            checking.update(PROOF);
            return checking.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
