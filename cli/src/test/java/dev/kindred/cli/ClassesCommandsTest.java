package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes made of a few examples: added, asked for, limited, removed. */
class ClassesCommandsTest {
    @TempDir
    Path folder;

    private Shell shell;
    private Path bundle;
    private Path data;
    private Path classes;

    @BeforeEach
    void fourClasses() throws IOException {
        shell = new Shell(folder.resolve("home"));
        bundle = folder.resolve("m.kindred");
        TinyBundle.seal(bundle, 1);
        data = Drawings.folder(folder.resolve("data"), 4, 3);
        classes = folder.resolve("c");
        JsonObject added = answer("classes", "add", classes, data, "--bundle", bundle, "--json");
        assertThat(added.get("classes").getAsInt()).isEqualTo(4);
        assertThat(added.get("count").getAsInt()).isEqualTo(12);
    }

    private JsonObject answer(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    @Test
    void anExampleIsOfItsOwnClass() {
        JsonObject found = answer("classes", "classify", classes, data.resolve("c2/s1.png"), "--json");
        assertThat(found.get("class").getAsString()).isEqualTo("c2");
        assertThat(answer("classes", "classify", classes, "--data", data, "--json")
                        .get("samples")
                        .getAsInt())
                .isEqualTo(12);
    }

    @Test
    void whatIsFartherThanTheLimitIsUnknown() {
        JsonObject limit = answer("classes", "calibrate", classes, data, "--loss", "0.5", "--json");
        assertThat(limit.get("known").getAsInt()).isEqualTo(12);
        int lost = 0;
        for (int c = 0; c < 4; c++) {
            for (int s = 0; s < 3; s++) {
                Shell.Ended ended =
                        shell.run("classes", "classify", classes, data.resolve("c" + c + "/s" + s + ".png"), "--json");
                boolean known = ended.json().get("score").getAsDouble()
                        >= limit.get("threshold").getAsDouble();
                assertThat(ended.code()).isEqualTo(known ? 0 : 1);
                assertThat(ended.json().get("class").isJsonNull()).isEqualTo(!known);
                lost += known ? 0 : 1;
            }
        }
        assertThat(lost).isBetween(1, 6);
        JsonObject measured = answer("classes", "classify", classes, "--data", data, "--unknown", data, "--json");
        assertThat(measured.get("knownLost").getAsDouble()).isEqualTo(lost / 12.0);
        assertThat(measured.get("unknownRecall").getAsDouble()).isEqualTo(lost / 12.0);
    }

    @Test
    void aClassComesAndGoes() throws IOException {
        Path more = Drawings.folder(folder.resolve("more"), 6, 2);
        Path one = Files.createDirectories(folder.resolve("one"));
        Files.move(more.resolve("c5"), one.resolve("c5"));
        assertThat(answer("classes", "add", classes, one, "--json")
                        .get("classes")
                        .getAsInt())
                .isEqualTo(5);
        assertThat(answer("classes", "remove", classes, "c5", "c0", "--json")
                        .get("examples")
                        .getAsInt())
                .isEqualTo(5);
        assertThat(shell.run("classes", "classify", classes, "--data", data).line())
                .contains("is of class 'c0', which is not among the classes");
        assertThat(shell.run("classes", "remove", classes, "c11").line()).contains("did you mean c1?");
    }

    @Test
    void whatCannotBeIsRefused() throws IOException {
        assertThat(shell.run("classes", "add", folder.resolve("none"), data).line())
                .contains("name the bundle to make it with");
        assertThat(shell.run("classes", "calibrate", classes, data, "--loss", "1")
                        .line())
                .contains("--loss");
        Files.writeString(classes.resolve("classes.json"), "{\"format\":9}");
        assertThat(shell.run("classes", "classify", classes, data.resolve("c1/s0.png"))
                        .line())
                .contains("format 9");
        Files.writeString(classes.resolve("classes.json"), "{\"format\":1,\"space\":\"another\"}");
        assertThat(shell.run("classes", "classify", classes, data.resolve("c1/s0.png"))
                        .line())
                .contains("another space");
    }
}
