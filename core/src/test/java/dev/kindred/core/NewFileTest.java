package dev.kindred.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFileTest {
    @TempDir
    Path dir;

    @Test
    void aFailureLeavesTheOldFileAndNothingBesideIt() throws IOException {
        Path file = dir.resolve("a.txt");
        NewFile.write(file, out -> out.write('1'));
        assertThatThrownBy(() -> NewFile.write(file, out -> {
                    out.write('2');
                    throw new IOException("no room");
                }))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line()).contains("a.txt").contains("no room"));
        assertThatThrownBy(() -> NewFile.write(file, out -> {
                    throw new Refusal("bad", "here", "");
                }))
                .isInstanceOf(Refusal.class)
                .hasMessage("bad");
        assertThat(Files.readString(file)).isEqualTo("1");
        assertThat(dir.toFile().list()).containsExactly("a.txt");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsRefusedBeforehand() throws IOException {
        Path file = Files.writeString(dir.resolve("a.txt"), "");
        NewFile.requirePlace(file);
        NewFile.requirePlace(dir.resolve("new/folder/b.txt"));
        assertThat(dir.toFile().list()).as("nothing is changed").containsExactly("a.txt");
        assertThatThrownBy(() -> NewFile.requirePlace(dir))
                .isInstanceOf(Refusal.class)
                .hasMessage("is a folder");
        assertThatThrownBy(() -> NewFile.requirePlace(file.resolve("sub/b.txt")))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line()).contains("b.txt").contains("a.txt is no folder"));
        assertThatThrownBy(() -> NewFile.write(file.resolve("b.txt"), out -> out.write('1')))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("a file stands where its folder would be");
    }

    /** Whoever may read what a program writes may read what this writes: the same permissions as any new file. */
    @Test
    void filesArePlain() throws IOException {
        Path plain = Files.writeString(dir.resolve("plain"), "");
        Path file = dir.resolve("a.txt");
        NewFile.write(file, out -> out.write('1'));
        assertThat(Files.getAttribute(file, "posix:permissions"))
                .isEqualTo(Files.getAttribute(plain, "posix:permissions"));
    }
}
