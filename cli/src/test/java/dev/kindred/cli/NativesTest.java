package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {
    @TempDir
    Path home;

    /** Loading a library that was cut short ends the process by a signal, so it must not come to that. */
    @Test
    void aHalfUnpackedFolderIsUnpackedAnew() throws IOException {
        Path folder = Objects.requireNonNull(Natives.unpacked(home), "the runtime's jar is on the class path");
        Path library = folder.resolve(System.mapLibraryName("onnxruntime"));
        long whole = Files.size(library);
        try (RandomAccessFile cut = new RandomAccessFile(library.toFile(), "rw")) {
            cut.setLength(whole / 3);
        }
        assertThat(Natives.unpacked(home)).isEqualTo(folder);
        assertThat(library).hasSize(whole);
        Files.delete(library);
        Natives.unpacked(home);
        assertThat(library).hasSize(whole);
        assertThat(home.resolve("native").toFile().list()).containsExactly(String.valueOf(folder.getFileName()));
    }
}
