package dev.kindred.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * The native libraries, unpacked once into {@code home/native/<library>-<version>} instead of at every start. Several first starts at
 * once do no harm: each unpacks beside, and the first to move wins.
 */
final class Natives {
    private static final String ONNX_PATH = "onnxruntime.native.path";

    private Natives() {}

    /** For commands that run an encoder. Where the home cannot be written, the runtime unpacks for itself as it would without us. */
    static void forEncoding(Path home) {
        if (System.getProperty(ONNX_PATH) != null) {
            return;
        }
        String folder = "ai/onnxruntime/native/" + platform() + "/";
        URL found = Natives.class.getClassLoader().getResource(folder + System.mapLibraryName("onnxruntime"));
        if (found == null) {
            return;
        }
        try {
            System.setProperty(ONNX_PATH, unpacked(found, folder, home.resolve("native")).toString());
        } catch (IOException e) {
            // The runtime's own way is slower, no worse.
        }
    }

    /** For training: where DJL keeps what it unpacks, and that it calls nobody. To be called before its first class is loaded. */
    static void forTraining(Path home) {
        System.setProperty("DJL_CACHE_DIR", home.resolve("native").resolve("djl").toString());
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private static Path unpacked(URL found, String folder, Path natives) throws IOException {
        if (!(found.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException("not in a jar");
        }
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            Path target = natives.resolve(Path.of(jar.getName()).getFileName().toString().replaceFirst("\\.jar$", ""));
            if (Files.isDirectory(target)) {
                return target;
            }
            Files.createDirectories(natives);
            Path beside = Files.createTempDirectory(natives, ".unpacking");
            try {
                Enumeration<JarEntry> entries = jar.entries();
                while (entries.hasMoreElements()) {
                    JarEntry entry = entries.nextElement();
                    String name = entry.getName();
                    if (!entry.isDirectory() && name.startsWith(folder) && name.indexOf('/', folder.length()) < 0) {
                        try (InputStream in = jar.getInputStream(entry)) {
                            Files.copy(in, beside.resolve(name.substring(folder.length())));
                        }
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
