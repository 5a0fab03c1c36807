import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Takes the natives of other systems than Linux on x86-64 out of jars, in place. What remains is as it was; a signed jar is left alone. */
final class Slim {
    /** Where the libraries keep one folder a system. */
    private static final Pattern OTHERS = Pattern.compile("ai/onnxruntime/native/(?!linux-x64/).+"
            + "|org/sqlite/native/(?!Linux/x86_64/).+"
            + "|native/lib/(?!linux-x86_64/)[^/]+/.+"
            + "|org/xerial/snappy/native/(?!Linux/x86_64/).+"
            + "|(?:darwin|win|aix|freebsd)/[^/]+/libzstd.+"
            + "|linux/(?!amd64/)[^/]+/libzstd.+"
            + "|com/sun/jna/(?!linux-x86-64/)[a-z0-9]+-[^/]+/.+\\.(?:so|dll|dylib|jnilib|a)");

    private Slim() {}

    public static void main(String[] jars) throws IOException {
        long spared = 0;
        for (String jar : jars) {
            spared += slim(Path.of(jar));
        }
        System.out.printf("dist: %d MB of other systems' natives left out%n", spared >> 20);
    }

    private static long slim(Path jar) throws IOException {
        try (ZipFile whole = new ZipFile(jar.toFile())) {
            List<? extends ZipEntry> entries = whole.stream().toList();
            boolean signed = entries.stream().anyMatch(entry -> entry.getName().matches("META-INF/[^/]+\\.SF"));
            if (signed || entries.stream().noneMatch(Slim::isOther)) {
                return 0;
            }
            Path beside = jar.resolveSibling(jar.getFileName() + ".slim");
            try (OutputStream file = Files.newOutputStream(beside);
                    ZipOutputStream out = new ZipOutputStream(file)) {
                for (ZipEntry entry : entries) {
                    if (!isOther(entry)) {
                        ZipEntry kept = new ZipEntry(entry.getName());
                        kept.setTime(entry.getTime());
                        out.putNextEntry(kept);
                        try (InputStream in = whole.getInputStream(entry)) {
                            in.transferTo(out);
                        }
                        out.closeEntry();
                    }
                }
            }
            long spared = Files.size(jar) - Files.size(beside);
            Files.move(beside, jar, StandardCopyOption.REPLACE_EXISTING);
            return spared;
        }
    }

    private static boolean isOther(ZipEntry entry) {
        return !entry.isDirectory() && OTHERS.matcher(entry.getName()).matches();
    }
}
