package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationsTest {
    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "[1]",
                "{}",
                "{\"format\":1,\"generation\":{}}",
                "{\"format\":1,\"generation\":\"../..\"}",
                "{\"format\":1,\"generation\":\"gone\"}",
                "{\"format\":9,\"generation\":\"gone\"}"
            })
    void aDamagedPointerIsAFindingOfTheDoctorAndARefusalOfTheServer(String text) throws IOException {
        Path live = Files.createDirectories(home.resolve("collections/default")).resolve("live.json");
        Files.writeString(live, text);
        Shell shell = new Shell(home);
        Shell.Ended doctor = shell.run("doctor");
        assertThat(doctor.code()).as(doctor.err()).isEqualTo(1);
        assertThat(doctor.out()).contains("live.json");
        Shell.Ended serve = shell.run("serve", "--port", 0);
        assertThat(serve.code()).isEqualTo(2);
        assertThat(serve.line()).contains("live.json");
    }
}
