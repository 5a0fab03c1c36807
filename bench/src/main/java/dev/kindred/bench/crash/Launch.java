package dev.kindred.bench.crash;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * Starts writers in small JVMs, many a minute: SQLite's library is unpacked once (a process that is killed would leave its own copy
 * behind), and an ahead-of-time cache holds their classes, which only jars may come from.
 */
public final class Launch {
    /** For processes that live for seconds. */
    private static final String QUICK = "-XX:TieredStopAtLevel=1";

    private final Path library;
    private final String classPath;
    private final Path cache;

    private Launch(Path library, String classPath, Path cache) {
        this.library = library;
        this.classPath = classPath;
        this.cache = cache;
    }

    /** @param folder where the library, the classes and their cache are put; emptied before */
    public static Launch in(Path folder) {
        try {
            Path home = Folders.emptied(folder);
            Path library = Files.createDirectory(home.resolve("library"));
            String name = LibraryLoaderUtil.getNativeLibName();
            try (InputStream in =
                    Launch.class.getResourceAsStream(LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name)) {
                if (in == null) {
                    throw new IllegalStateException("SQLite's library " + name + " is not there");
                }
                Files.copy(in, library.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
            Launch launch = new Launch(library, classPath(home.resolve("classes.jar")), home.resolve("classes.aot"));
            launch.train(home);
            return launch;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String classPath(Path jar) throws IOException {
        List<String> path = new ArrayList<>(List.of(jar.toString()));
        Set<String> there = new HashSet<>();
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
                Path entry = Path.of(each);
                if (Files.isDirectory(entry.resolve("dev"))) {
                    addAll(entry, out, there);
                } else if (Files.isRegularFile(entry)) {
                    path.add(each);
                }
            }
        }
        return String.join(File.pathSeparator, path);
    }

    private static void addAll(Path folder, JarOutputStream out, Set<String> there) throws IOException {
        try (Stream<Path> all = Files.walk(folder.resolve("dev"))) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
                if (there.add(name)) {
                    out.putNextEntry(new JarEntry(name));
                    Files.copy(file, out);
                    out.closeEntry();
                }
            }
        }
    }

    /** A writer that ends by itself leaves the cache. */
    private void train(Path home) throws IOException {
        Path work = Files.createDirectory(home.resolve("training"));
        Process process = start(new ProcessBuilder(command(
                        List.of(QUICK, "-XX:AOTCacheOutput=" + cache),
                        StoreKind.TRUTH.name(),
                        work.toString(),
                        "1",
                        "1",
                        "1",
                        "50"))
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("training.log").toFile()));
        if (ended(process) != 0) {
            throw new IllegalStateException("no writer ends well; what it said is in " + home.resolve("training.log"));
        }
    }

    private List<String> command(List<String> options, String... words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.sqlite.lib.path=" + library,
                "-Dorg.sqlite.lib.name=" + LibraryLoaderUtil.getNativeLibName()));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, CrashWriter.class.getName()));
        command.addAll(List.of(words));
        return command;
    }

    /** A writer; standard error is the bench's. */
    Process writer(Map<String, String> environment, String... words) {
        // A view searches with the vector module, which the cache is made without, and which crawls without the second
        // compiler.
        List<String> options = new ArrayList<>();
        if (words[0].equals(StoreKind.GENERATION.name())) {
            options.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        } else {
            options.add(QUICK);
            if (Files.exists(cache)) {
                options.add("-XX:AOTCache=" + cache);
            }
        }
        ProcessBuilder builder =
                new ProcessBuilder(command(options, words)).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        return start(builder);
    }

    private static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int ended(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IllegalStateException(e);
        }
    }
}
