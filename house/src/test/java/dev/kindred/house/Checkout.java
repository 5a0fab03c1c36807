package dev.kindred.house;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The source tree that is being built. */
final class Checkout {
    private Checkout() {}

    static Path root() {
        return Path.of(System.getProperty("kindred.root")).toAbsolutePath().normalize();
    }

    static String text(String path) throws Exception {
        return Files.readString(root().resolve(path));
    }

    /** Every file that is committed or about to be. Skips the test, saying so, where this is no git checkout. */
    static List<Path> files() throws Exception {
        Process git = new ProcessBuilder("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
                .directory(root().toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assumptions.assumeTrue(git.waitFor() == 0, "no git checkout here, so nobody knows which files belong to it");
        return Stream.of(names.split("\0"))
                .filter(name -> !name.isEmpty())
                .map(root()::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }
}
