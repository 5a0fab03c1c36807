package dev.kindred.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldFolderTest {
    @TempDir
    Path parent;

    private Path ofAnother(String prefix) throws IOException {
        Path left = Files.createDirectory(parent.resolve(prefix + UUID.randomUUID() + "." + UUID.randomUUID()));
        Files.createFile(left.resolve("held.lock"));
        Files.writeString(Files.createDirectory(left.resolve("view")).resolve("rows"), "rows");
        return left;
    }

    @Test
    void whatNobodyHoldsIsSweptAndNothingElse() throws IOException {
        Path left = ofAnother("trial-");
        Path otherName = ofAnother("trail-");
        Path somebodys = Files.createDirectory(parent.resolve("trial-of-mine"));
        Files.createFile(somebodys.resolve("held.lock"));
        Path live = ofAnother("trial-");
        // A lock of the same virtual machine is refused to it as another process's is.
        try (FileChannel channel = FileChannel.open(live.resolve("held.lock"), StandardOpenOption.WRITE)) {
            assertThat(channel.tryLock()).isNotNull();
            HeldFolder first = HeldFolder.make(parent, "trial-");
            try (HeldFolder second = HeldFolder.make(parent, "trial-")) {
                Files.writeString(second.path().resolve("x"), "x");
                assertThat(left).doesNotExist();
                assertThat(live.resolve("view/rows")).exists();
                assertThat(otherName).exists();
                assertThat(somebodys).exists();
                assertThat(first.path()).exists();
            }
            Path kept = parent.resolve("kept");
            first.release();
            Files.move(first.path(), kept);
            first.close();
            assertThat(kept).isEmptyDirectory();
        }
        try (var there = Files.list(parent)) {
            assertThat(there).hasSize(4);
        }
    }
}
