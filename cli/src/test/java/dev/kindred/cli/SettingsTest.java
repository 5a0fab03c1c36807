package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    Path folder;

    private Path file;
    private final CommonOptions flags = new CommonOptions();

    @BeforeEach
    void aFile() throws IOException {
        file = folder.resolve("kindred.yaml");
        Files.writeString(file, "# mine\nhome: things\nport: 7001\nthreads: 3\n");
        flags.config = file;
    }

    @Test
    void flagOverEnvironmentOverFileOverDefault() {
        Map<String, String> environment = Map.of("KINDRED_PORT", "7002", "KINDRED_THREADS", "2");
        assertThat(Settings.settle(flags, null, Map.of())).isEqualTo(new Settings(folder.resolve("things"), 7001, 3));
        assertThat(Settings.settle(flags, null, environment))
                .isEqualTo(new Settings(folder.resolve("things"), 7002, 2));
        flags.threads = 1;
        flags.home = folder.resolve("elsewhere");
        assertThat(Settings.settle(flags, 7003, environment))
                .isEqualTo(new Settings(folder.resolve("elsewhere"), 7003, 1));
        Settings bare = Settings.settle(new CommonOptions(), null, Map.of());
        assertThat(bare.port()).isNull();
        assertThat(bare.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(bare.home()).isEqualTo(Path.of(System.getProperty("user.home"), ".kindred"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "port: 1\\nthraeds: 2|kindred.yaml:2: unknown key 'thraeds'; did you mean threads?",
                "port: 1\\n\\ncolour: red|kindred.yaml:3: unknown key 'colour'; the keys are home, port, threads",
                "port: eighty|kindred.yaml:1 port: 'eighty' is not a whole number",
                "home: \"a\\0b\"|kindred.yaml:1 home: is no path",
                "threads: 0|kindred.yaml:1 threads: 0 is out of range; write a number from 1 to 1024",
                "port: [1, 2]|kindred.yaml:1: a single value is expected",
                "- port|kindred.yaml:1: is not a mapping of settings",
                "port: 1\\n\"broken|kindred.yaml:2: is not YAML",
            })
    void aWrongFileIsRefusedByLine(String text, String expected) throws IOException {
        Files.writeString(file, text.replace("\\n", "\n"));
        assertThatThrownBy(() -> SettingsFile.read(file))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.line()).contains(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "home: !!javax.script.ScriptEngineManager [x]",
                "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]",
                "home: {a: {b: {c: d}}}"
            })
    void aFileSaysNothingButWords(String text) throws IOException {
        Files.writeString(file, text);
        assertThatThrownBy(() -> SettingsFile.read(file)).isInstanceOf(Refusal.class);
    }

    @Test
    void aFileOfNoEndIsNotRead() throws IOException {
        Files.write(file, new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> SettingsFile.read(file))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("1 MiB");
        assertThatThrownBy(() -> SettingsFile.read(folder.resolve("none.yaml"))).isInstanceOf(Refusal.class);
    }

    @Test
    void aWrongVariableIsNamed() {
        assertThatThrownBy(() -> Settings.settle(flags, null, Map.of("KINDRED_PORT", "66000")))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.where()).isEqualTo("KINDRED_PORT"));
    }
}
