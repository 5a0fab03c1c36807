package dev.kindred.bench;

import dev.kindred.core.Hashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a measurement holds for: these sources on this machine. Pages and their tables are no source, so that writing them makes nothing
 * stale.
 *
 * @param root the folder of the working copy
 * @param tree a hash of all that is tracked, changed or new, but for {@code docs/} and {@code *.md}
 * @param commit the commit checked out, with {@code +} where something differs from it
 * @param machine processor and cores
 */
record Surroundings(Path root, String tree, String commit, String machine) {
    private static final List<String> SOURCES = List.of("--", ".", ":(exclude)docs", ":(exclude,glob)**/*.md");

    static Surroundings here() {
        Path root = Path.of(System.getProperty("kindred.root", "."))
                .toAbsolutePath()
                .normalize();
        // Contents rather than commits: committing what was measured changes nothing.
        StringBuilder all = new StringBuilder();
        git(root, "ls-files", "--cached", "--others", "--exclude-standard").stream()
                .sorted()
                .forEach(file -> all.append(file)
                        .append(' ')
                        .append(hash(root.resolve(file)))
                        .append('\n'));
        String head = Shell.lines(root, List.of("git", "rev-parse", "HEAD")).getFirst();
        boolean clean = git(root, "status", "--porcelain").isEmpty();
        return new Surroundings(root, Hashes.sha256Hex(all.toString()), clean ? head : head + "+", processor());
    }

    private static List<String> git(Path root, String... words) {
        List<String> command = new ArrayList<>(List.of("git", "-c", "core.quotePath=false"));
        command.addAll(List.of(words));
        command.addAll(SOURCES);
        return Shell.lines(root, command);
    }

    private static String hash(Path file) {
        try {
            return Files.isRegularFile(file) ? Hashes.sha256Hex(Files.readAllBytes(file)) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String processor() {
        String name = System.getProperty("os.arch");
        Path told = Path.of("/proc/cpuinfo");
        if (Files.isReadable(told)) {
            try {
                name = Files.readAllLines(told).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse(name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return name + ", " + Runtime.getRuntime().availableProcessors() + " cores";
    }
}
