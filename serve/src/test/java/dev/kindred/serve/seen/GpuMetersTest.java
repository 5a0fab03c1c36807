package dev.kindred.serve.seen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code nvidia-smi} prints, by a program that prints it. */
class GpuMetersTest {
    private static Path program(Path folder, String script) throws Exception {
        Path program = Files.writeString(folder.resolve("nvidia-smi"), "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void aLineACard(@TempDir Path folder) throws Exception {
        Path program = program(folder, "echo \"$@\" >&2; printf '37, 1024, 81559\\n[N/A], 0, 81559\\n'");
        assertThat(GpuMeters.program(folder + ":/nowhere")).contains(program);
        var cards = new GpuMeters(program, new SimpleMeterRegistry()).look();
        assertThat(cards).hasSize(2);
        assertThat(cards.getFirst().busy()).isCloseTo(0.37, within(1e-12));
        assertThat(cards.getFirst().used()).isEqualTo(1024.0 * 1024 * 1024);
        assertThat(cards.getLast().busy()).isNaN();
        assertThat(cards.getLast().total()).isEqualTo(81559.0 * 1024 * 1024);
    }

    @Test
    void whereThereIsNoneOrItFailsThereIsNoSeries(@TempDir Path folder) throws Exception {
        assertThat(GpuMeters.program(folder.toString())).isEmpty();
        assertThat(GpuMeters.program(null)).isEmpty();
        GpuMeters failing = new GpuMeters(
                program(folder, "echo 'NVIDIA-SMI has failed because'; exit 9"), new SimpleMeterRegistry());
        assertThat(failing.look()).isEmpty();
    }
}
