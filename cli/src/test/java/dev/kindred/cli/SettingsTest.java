package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Refusal;
import dev.kindred.serve.ServeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
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
        write("# mine\nhome: things\nthreads: 3\nserver:\n  port: 7001\n");
        flags.config = file;
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }

    private Settings settle(Map<String, String> environment) {
        return Settings.settle(flags, Map.of(), environment);
    }

    @Test
    void flagOverEnvironmentOverFileOverDefault() {
        Map<String, String> environment = Map.of("KINDRED_PORT", "7002", "KINDRED_THREADS", "2");
        Settings fromFile = settle(Map.of());
        assertThat(fromFile.home()).isEqualTo(folder.resolve("things"));
        assertThat(fromFile.port()).isEqualTo(7001);
        assertThat(fromFile.threads()).isEqualTo(3);
        Settings fromEnvironment = settle(environment);
        assertThat(fromEnvironment.port()).isEqualTo(7002);
        assertThat(fromEnvironment.threads()).isEqualTo(2);
        flags.threads = 1;
        flags.home = folder.resolve("elsewhere");
        Settings fromFlags = Settings.settle(flags, Map.of(Setting.PORT, "7003"), environment);
        assertThat(fromFlags.home()).isEqualTo(folder.resolve("elsewhere"));
        assertThat(fromFlags.port()).isEqualTo(7003);
        assertThat(fromFlags.threads()).isEqualTo(1);
        Settings bare = Settings.settle(new CommonOptions(), Map.of(), Map.of());
        assertThat(bare.port()).isNull();
        assertThat(bare.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(bare.home()).isEqualTo(Path.of(System.getProperty("user.home"), ".kindred"));
    }

    @Test
    void allOfItIsShownWithWhereItComesFromAndIsReadAgainAsItIs() throws IOException {
        write("""
            server:
              tls: {certificate: cert.pem, key: key.pem}
              limits:
                body: 2MiB
              timeouts:
                request: 5s
            access:
              sensitive: [faces, "two words"]
            traces:
              endpoint: http://me:hunter2@collector:4318
              headers: authorization=Bearer sesame
            """);
        Settings settings =
                Settings.settle(flags, Map.of(Setting.HOST, "::1"), Map.of("KINDRED_LIMITS_CONNECTIONS", "9"));
        String yaml = settings.yaml();
        assertThat(yaml)
                .contains("\nserver:\n  host: '::1'")
                .containsPattern("body: 2MiB +# .*kindred.yaml:4 server.limits.body\n")
                .containsPattern("connections: 9 +# KINDRED_LIMITS_CONNECTIONS\n")
                .containsPattern("host: '::1' +# --host\n")
                .containsPattern("drain: 10s +# default\n")
                .contains("  # port: 8317, or the next that is free\n")
                .contains("    # port: with keys 8318, or the next that is free\n")
                .contains("(hidden)")
                .doesNotContain("hunter2")
                .doesNotContain("sesame");
        assertThat(settings.json().toString()).doesNotContain("hunter2").doesNotContain("sesame");
        assertThat(settings.json()
                        .getAsJsonObject("server.limits.body")
                        .get("value")
                        .getAsString())
                .isEqualTo("2MiB");

        ServeOptions options = Serving.options(settings);
        assertThat(options.main().host()).isEqualTo("::1");
        assertThat(options.main().explicit()).isFalse();
        assertThat(options.bounds().requestBytes()).isEqualTo(2 << 20);
        assertThat(options.bounds().requestTime()).isEqualTo(Duration.ofSeconds(5));
        assertThat(options.bounds().connections()).isEqualTo(9);
        assertThat(options.tls().orElseThrow().key()).isEqualTo(folder.resolve("key.pem"));
        assertThat(options.kept().sensitive()).containsExactlyInAnyOrder("faces", "two words");

        // What was printed, written to a file, says the same again.
        write(yaml);
        assertThat(Serving.options(settle(Map.of()))).isEqualTo(options);
    }

    @Test
    void withoutAnythingSaidTheOptionsAreTheServersOwn() {
        Settings bare = Settings.settle(new CommonOptions(), Map.of(), Map.of());
        assertThat(Serving.options(bare)).isEqualTo(ServeOptions.defaults());
    }

    @Test
    void everySettingHasAVariableOfItsOwn() {
        Map<String, Setting<?>> byVariable = new HashMap<>();
        for (Setting<?> setting : Setting.ALL) {
            assertThat(byVariable.put(setting.variable(), setting)).isNull();
        }
        assertThat(byVariable).containsKeys("KINDRED_HOME", "KINDRED_ADMIN_PORT", "KINDRED_PRICES_CORE_HOUR");
        assertThat(Setting.ADMIN_PORT.flag()).isEqualTo("--admin-port");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "home: x\\nthraeds: 2|kindred.yaml:2: unknown key 'thraeds'; did you mean threads?",
                "home: x\\n\\ncolour: red|kindred.yaml:3: unknown key 'colour'; the keys are home, threads, server,",
                "port: 8080|kindred.yaml:1: unknown key 'port'; did you mean server.port?",
                "server:\\n  prot: 8080|kindred.yaml:2: unknown key 'prot'; did you mean server.port?",
                "server:\\n"
                        + "  tls:\\n"
                        + "    cert: x\\n"
                        + "    kye: y|kindred.yaml:3: unknown key 'cert'; the keys of server.tls are",
                "server: {port: eighty}|kindred.yaml:1 server.port: 'eighty' is not a whole number",
                "server: {limits: {body: much}}|kindred.yaml:1 server.limits.body: 'much' is not a size; write 16MiB",
                "server: {timeouts: {request: 0s}}|kindred.yaml:1 server.timeouts.request: 0s is no time at all; write"
                        + " 30s",
                "server: {limits: {body: 0}}|kindred.yaml:1 server.limits.body: 0 is too little; write 16MiB",
                "server: 8080|kindred.yaml:1: is not a mapping of server settings",
                "server: {tls: {key: k.pem}}|kindred.yaml:1 server.tls.key: stands alone",
                "logging: {level: loud}|kindred.yaml:1 logging.level: 'loud' is not a word; write debug or info",
                "home: \"a\\0b\"|kindred.yaml:1 home: is no path",
                "threads: 0|kindred.yaml:1 threads: 0 is out of range; write a number from 1 to 1024",
                "threads: [1, 2]|kindred.yaml:1: a single value is expected",
                "- port|kindred.yaml:1: is not a mapping of settings",
                "threads: 1\\n"
                        + "home: x\\n"
                        + "threads: 2|kindred.yaml:3 threads: stands there twice; keep it or the one of line 1",
                "server: {port: 1}\\nserver: {port: 2}|kindred.yaml:2 server: stands there twice",
                "server: {port: 1}\\nserver.port: 2|kindred.yaml:2 server.port: stands there twice",
                "threads: 1\\n\"broken|kindred.yaml:2: is not YAML",
            })
    void aWrongFileIsRefusedByLine(String text, String expected) throws IOException {
        write(text.replace("\\n", "\n"));
        assertThatThrownBy(() -> Serving.options(settle(Map.of())))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.line()).contains(expected));
    }

    @Test
    void aWrongAddressIsNotRepeatedSinceItMayHoldAPassword() throws IOException {
        write("traces: {endpoint: 'http//me:hunter2@collector'}");
        assertThatThrownBy(() -> settle(Map.of()))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.line())
                                .contains("is no address")
                                .doesNotContain("hunter2"));
    }

    @Test
    void whatStandsThereWithoutAValueIsAsIfItDidNot() throws IOException {
        write("threads:\nserver:\naccess:\n  sensitive:\n");
        assertThat(settle(Map.of("KINDRED_THREADS", "5")).threads()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "home: !!javax.script.ScriptEngineManager [x]",
                "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]",
                "home: {a: {b: {c: d}}}"
            })
    void aFileSaysNothingButWords(String text) throws IOException {
        write(text);
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
        assertThatThrownBy(() -> settle(Map.of("KINDRED_PORT", "66000")))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.where()).isEqualTo("KINDRED_PORT"));
    }

    @Test
    void whatWasProbablyMeantToBeAVariableIsNamed() {
        assertThat(Variables.mistyped(Map.of(
                        "KINDRED_SERVER_PROT", "1",
                        "KINDRED_SERVER_PORT", "1",
                        "KINDRED_THREDS", "1",
                        "KINDRED_THREADS", "1",
                        "KINDRED_CONFIG", "a.yaml",
                        "KINDRED_TAG", "x",
                        "KINDRED_USER", "x",
                        "PORT", "1")))
                .containsExactly(
                        "the variable KINDRED_SERVER_PORT says nothing here; did you mean KINDRED_PORT?",
                        "the variable KINDRED_SERVER_PROT says nothing here; did you mean KINDRED_PORT?",
                        "the variable KINDRED_THREDS says nothing here; did you mean KINDRED_THREADS?");
    }

    /** As in a container beside a service that is called kindred. */
    @Test
    void whatKubernetesAddsIsNoSetting() {
        Map<String, String> added = Map.of(
                "KINDRED_PORT", "tcp://10.0.0.1:8317",
                "KINDRED_PORT_8317_TCP", "tcp://10.0.0.1:8317",
                "KINDRED_PORT_8317_TCP_ADDR", "10.0.0.1",
                "KINDRED_ADMIN_PORT", "tcp://10.0.0.2:8318",
                "KINDRED_SERVICE_HOST", "10.0.0.1",
                "KINDRED_SERVICE_PORT", "8317");
        Settings settings = settle(added);
        assertThat(settings.port()).isEqualTo(7001);
        assertThat(settings.find(Setting.ADMIN_PORT)).isEmpty();
        assertThat(Variables.mistyped(added)).isEmpty();
    }
}
