package dev.kindred.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All Java is as palantir-java-format lays it out. {@code mvn -pl house -am verify -Dkindred.format=write} mends what is not. */
class FormatTest {

    @Test
    void sourcesAreFormatted() throws Exception {
        boolean write = "write".equals(System.getProperty("kindred.format"));
        Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build());
        List<String> unformatted = new ArrayList<>();
        for (Path source : sources()) {
            String text = Files.readString(source);
            String formatted = formatter.formatSourceAndFixImports(text);
            if (!formatted.equals(text)) {
                if (write) {
                    Files.writeString(source, formatted);
                } else {
                    unformatted.add(root().relativize(source).toString());
                }
            }
        }
        assertThat(unformatted)
                .as("to mend them: mvn -pl house -am verify -Dkindred.format=write")
                .isEmpty();
    }

    private static Path root() {
        return Path.of(System.getProperty("kindred.root")).toAbsolutePath().normalize();
    }

    private static List<Path> sources() throws Exception {
        try (Stream<Path> files = Files.walk(root(), 12)) {
            return files.filter(f -> f.toString().endsWith(".java"))
                    .filter(f -> !root().relativize(f).toString().contains("target/"))
                    // The formatter does not know compact source files.
                    .filter(f -> !f.startsWith(root().resolve("examples")))
                    .sorted()
                    .toList();
        }
    }
}
