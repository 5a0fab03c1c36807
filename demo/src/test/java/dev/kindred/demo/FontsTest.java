package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FontsTest {

    @Test
    void theListNamesEveryFontWithItsLicence() throws IOException {
        List<String> lines = Files.readAllLines(Path.of(System.getProperty("kindred.root"), "demo", "FONTS.md"));
        for (IconFamily family : IconFamily.all()) {
            assertThat(lines)
                    .contains("| %s | %s | %s | %s |"
                            .formatted(family.id(), family.title(), family.licence(), family.source()));
        }
        assertThat(lines.stream().filter(line -> line.matches("\\| [a-z0-9]+ \\|.*http.*")))
                .hasSize(IconFamily.all().size());
    }
}
