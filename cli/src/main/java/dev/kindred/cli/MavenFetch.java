package dev.kindred.cli;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One artifact of a Maven repository, fetched by Maven as the user has it, so that the mirrors, proxies and credentials of their
 * {@code settings.xml} hold.
 *
 * @param group e.g. {@code dev.langchain4j}
 */
record MavenFetch(String group, String name, String version) {
    /** As the build pins it; fetched together with the artifact where it is not there. */
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy";

    private static final String OTHERWISE =
            "or download the model's folder from a hub by other means, and name it by --from DIR";

    String coordinates() {
        return group + ":" + name + ":" + version;
    }

    /** Where Maven keeps it, if it was ever fetched. */
    Path kept(Path userHome) {
        return userHome.resolve(".m2")
                .resolve("repository")
                .resolve(Path.of(group.replace('.', '/')))
                .resolve(name)
                .resolve(version)
                .resolve(jar());
    }

    private String jar() {
        return name + "-" + version + ".jar";
    }

    /**
     * Fetches the jar into an empty folder.
     *
     * @return the jar
     * @throws Refusal where there is no Maven, or it could not fetch
     */
    Path into(Path folder, Run run) throws IOException {
        Path maven = maven(run.terminal().environment())
                .orElseThrow(() -> new Refusal(
                        "Maven is needed to fetch " + coordinates() + ", and there is none on PATH",
                        "--from",
                        "install it ('apt install maven', 'brew install maven' or 'sdk install maven'), " + OTHERWISE));
        Path log = folder.resolve("maven.log");
        ProcessBuilder builder = new ProcessBuilder(
                        maven.toString(),
                        "-B",
                        "-ntp",
                        PLUGIN,
                        "-Dartifact=" + coordinates(),
                        "-DoutputDirectory=" + folder)
                // Not a folder with a project in it, which Maven would build.
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putIfAbsent("JAVA_HOME", System.getProperty("java.home"));
        Process child = builder.start();
        try {
            long begun = System.nanoTime();
            while (!child.waitFor(300, TimeUnit.MILLISECONDS)) {
                String seconds = (System.nanoTime() - begun) / 1_000_000_000 + " s";
                run.progress().at("fetching " + name + " by Maven", 0, 0, seconds);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StopSignal.Stopped();
        } finally {
            child.destroy();
        }
        Path jar = folder.resolve(jar());
        if (child.exitValue() != 0 || !Files.isRegularFile(jar)) {
            throw new Refusal(
                    "could not be fetched by Maven: " + reason(log),
                    coordinates(),
                    "connect to the network, or set a mirror in ~/.m2/settings.xml, and run this again; " + OTHERWISE);
        }
        return jar;
    }

    /** Maven's first error, without its own advice. */
    private static String reason(Path log) throws IOException {
        try (Stream<String> lines =
                Files.readString(log, StandardCharsets.UTF_8).lines()) {
            return lines.filter(line -> line.contains("ERROR") || line.contains("rror:"))
                    .map(line -> line.replaceAll("\u001b\\[[0-9;]*m", "")
                            .replaceFirst("^\\[ERROR]\\s*", "")
                            .replaceFirst(" -> \\[Help.*", ""))
                    .filter(line -> !line.isBlank())
                    .findFirst()
                    .map(line -> line.length() > 300 ? line.substring(0, 300) + "…" : line)
                    .orElse("it gave no reason");
        }
    }

    /** Where the launcher looks for it too. */
    private static Optional<Path> maven(Map<String, String> environment) {
        List<Path> places = new ArrayList<>();
        for (String folder : environment.getOrDefault("PATH", "").split(":")) {
            if (!folder.isEmpty()) {
                places.add(Path.of(folder, "mvn"));
            }
        }
        for (String home : List.of("MAVEN_HOME", "M2_HOME")) {
            if (!environment.getOrDefault(home, "").isEmpty()) {
                places.add(Path.of(environment.get(home), "bin", "mvn"));
            }
        }
        for (String home :
                List.of("/usr/share/maven", "/opt/maven", "/opt/homebrew/opt/maven", "/usr/local/opt/maven")) {
            places.add(Path.of(home, "bin", "mvn"));
        }
        places.add(Path.of(System.getProperty("user.home"), ".sdkman", "candidates", "maven", "current", "bin", "mvn"));
        return places.stream().filter(Files::isExecutable).findFirst();
    }
}
