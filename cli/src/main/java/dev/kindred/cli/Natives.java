package dev.kindred.cli;

import dev.kindred.release.Generations;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.sqlite.util.OSInfo;

/**
 * The native libraries, unpacked once into {@code home/native/<library>-<version>} instead of at every start. Several first starts at
 * once do no harm: each unpacks beside, and the first to move wins. A folder whose files are not all there in full is unpacked anew.
 */
final class Natives {
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");
    private static final String SQLITE_PATH = "org.sqlite.lib.path";
    private static final String ONNX_PATH = "onnxruntime.native.path";

    private Natives() {}

    /** For commands that run an encoder. Where the home cannot be written, the runtime unpacks for itself as it would without us. */
    static void forEncoding(Path home) {
        forTraining(home);
        String already = System.getProperty(ONNX_PATH);
        if (already != null && Files.isDirectory(Path.of(already))) {
            return;
        }
        try {
            Path folder = unpacked(home);
            if (folder != null) {
                System.setProperty(ONNX_PATH, folder.toString());
            }
        } catch (IOException e) {
            // The runtime's own way is slower, no worse.
        }
    }

    /** For commands that open an index. Where the home cannot be written, the library unpacks for itself, into the temporary folder. */
    static void forIndex(Path home) {
        // Says at each start that vectors are used.
        LUCENE.setLevel(Level.WARNING);
        String folder = "org/sqlite/native/" + OSInfo.getNativeLibFolderPathForCurrentOS() + "/";
        URL found = Natives.class.getClassLoader().getResource(folder + System.mapLibraryName("sqlitejdbc"));
        try {
            if (found != null) {
                System.setProperty(
                        SQLITE_PATH,
                        unpacked(found, folder, home.resolve("native")).toString());
            }
        } catch (IOException e) {
            // The library's own way leaves a file behind, no worse.
        }
    }

    /** The folder of ONNX Runtime's libraries, all there in full; null where they come from elsewhere. */
    static @Nullable Path unpacked(Path home) throws IOException {
        String folder = "ai/onnxruntime/native/" + platform() + "/";
        URL found = Natives.class.getClassLoader().getResource(folder + System.mapLibraryName("onnxruntime"));
        return found == null ? null : unpacked(found, folder, home.resolve("native"));
    }

    /** Where DJL (PyTorch, tokenizers) keeps what it unpacks, and that it calls nobody. To be called before its first class is loaded. */
    static void forTraining(Path home) {
        System.setProperty(
                "DJL_CACHE_DIR", home.resolve("native").resolve("djl").toString());
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private static Path unpacked(URL found, String folder, Path natives) throws IOException {
        if (!(found.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException("not in a jar");
        }
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            Path target = natives.resolve(
                    Path.of(jar.getName()).getFileName().toString().replaceFirst("\\.jar$", ""));
            List<JarEntry> libraries = jar.stream()
                    .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(folder))
                    .filter(entry -> entry.getName().indexOf('/', folder.length()) < 0)
                    .toList();
            if (Files.isDirectory(target)) {
                if (isWhole(target, libraries, folder)) {
                    return target;
                }
                // Loading a library that was cut short ends the whole process.
                Generations.delete(target);
            }
            Files.createDirectories(natives);
            Path beside = Files.createTempDirectory(natives, ".unpacking");
            try {
                for (JarEntry library : libraries) {
                    try (InputStream in = jar.getInputStream(library)) {
                        Files.copy(in, beside.resolve(library.getName().substring(folder.length())));
                    }
                }
                return moved(beside, target);
            } finally {
                if (Files.exists(beside)) {
                    Generations.delete(beside);
                }
            }
        }
    }

    private static boolean isWhole(Path target, List<JarEntry> libraries, String folder) throws IOException {
        for (JarEntry library : libraries) {
            Path file = target.resolve(library.getName().substring(folder.length()));
            if (!Files.isRegularFile(file) || Files.size(file) != library.getSize()) {
                return false;
            }
        }
        return true;
    }

    private static Path moved(Path beside, Path target) throws IOException {
        try {
            return Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
            return target;
        } catch (IOException e) {
            if (Files.isDirectory(target)) {
                return target;
            }
            throw e;
        }
    }

    /** As ONNX Runtime names it. */
    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux")
                + "-"
                + (arch.equals("aarch64") || arch.equals("arm64") ? "aarch64" : "x64");
    }
}
