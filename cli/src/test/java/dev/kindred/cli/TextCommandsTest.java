package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Npy;
import dev.kindred.encode.EncoderParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embedding, indexing, finding and comparing texts. */
class TextCommandsTest {
    private static final String WORDS = """
        text,name,label
        an animal that barks,dog,noun
        a soft animal that purrs,cat,noun
        "a tower with a light, that warns ships",lighthouse,noun
        speak very quietly,whisper,verb
        speak very loudly,shout,verb
        move fast on foot,run,verb
        """;

    @TempDir
    Path folder;

    private Shell shell;
    private Path bundle;
    private Path table;
    private Path index;

    @BeforeEach
    void words() throws IOException {
        shell = new Shell(folder.resolve("home"));
        bundle = TinyWords.seal(folder.resolve("w.kindred")).path();
        table = Files.writeString(folder.resolve("words.csv"), WORDS);
        index = folder.resolve("i");
        assertThat(answer("index", "build", bundle, table, "--out", index, "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(6);
    }

    private JsonObject answer(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    private JsonObject first(Object query) {
        JsonArray found =
                answer("index", "search", index, query, "-k", 2, "--json").getAsJsonArray("neighbors");
        assertThat(found).hasSize(2);
        return found.get(0).getAsJsonObject();
    }

    @Test
    void aTextFindsWhatIsLikeIt() throws IOException {
        JsonObject found = first("a light tower for ships");
        assertThat(found.getAsJsonObject("payload").get("text").getAsString())
                .isEqualTo("a tower with a light, that warns ships");
        assertThat(found.getAsJsonObject("payload").get("name").getAsString()).isEqualTo("lighthouse");
        // Where there is such a file its words are meant; where there is none, the name itself.
        Path asked = Files.writeString(folder.resolve("asked.txt"), "speak quietly\n");
        assertThat(first(asked).getAsJsonObject("payload").get("name").getAsString())
                .isEqualTo("whisper");
        assertThat(first("speak quietly.npy and so on")).isNotNull();
        String id = found.get("id").getAsString();
        JsonArray others =
                answer("index", "search", index, "@" + id, "-k", 9, "--json").getAsJsonArray("neighbors");
        assertThat(others).hasSize(5);
        assertThat(shell.run("index", "search", index, "  ").line()).contains("the text is empty");
        assertThat(shell.run("index", "search", index, folder.resolve("none.npy"))
                        .line())
                .contains("none.npy");
    }

    @Test
    void wordsCountBesideLikenessOrAlone() {
        assertThat(shell.run("index", "search", index, "ships", "--words-only").line())
                .contains("keeps no words to search by", "--engine exact or graph");
        Path kept = folder.resolve("kept");
        answer("index", "build", bundle, table, "--out", kept, "--engine", "exact", "--json");
        JsonArray alone = answer("index", "search", kept, "a ship was warned loudly", "--words-only", "--json")
                .getAsJsonArray("neighbors");
        assertThat(alone).extracting(n -> name(n)).containsExactly("lighthouse", "shout");
        // Alike to what barks, and of the words of what purrs.
        JsonArray fused = answer(
                        "index",
                        "search",
                        kept,
                        "an animal that barks",
                        "--words",
                        "soft purring",
                        "-k",
                        6,
                        "--words-weight",
                        0.9,
                        "--json")
                .getAsJsonArray("neighbors");
        assertThat(name(fused.get(0))).isEqualTo("cat");
        assertThat(name(fused.get(1))).isEqualTo("dog");
        assertThat(fused.get(0).getAsJsonObject().get("words").getAsDouble()).isPositive();
        assertThat(fused.get(1).getAsJsonObject().get("words").isJsonNull()).isTrue();
        JsonArray both = answer("index", "search", kept, "a soft animal", "--hybrid", "rrf", "-k", 2, "--json")
                .getAsJsonArray("neighbors");
        assertThat(name(both.get(0))).isEqualTo("cat");
        assertThat(both.get(0).getAsJsonObject().get("score").getAsDouble()).isEqualTo(2.0 / 61);
        assertThat(answer("index", "search", kept, "noun", "--words-only", "--words-in", "label", "--json")
                        .getAsJsonArray("neighbors"))
                .hasSize(3);
        assertThat(shell.run("index", "search", kept, "noun", "--words-only", "--words-in", "lable")
                        .line())
                .contains("did you mean 'label'?");
        assertThat(shell.run("index", "search", kept, "noun", "--words-only", "--hybrid", "rrf")
                        .code())
                .isEqualTo(ExitCode.REFUSED);
        String id = both.get(0).getAsJsonObject().get("id").getAsString();
        assertThat(shell.run("index", "search", kept, "@" + id, "--hybrid", "rrf")
                        .line())
                .contains("give them by --words TEXT");
    }

    private static String name(com.google.gson.JsonElement neighbor) {
        return neighbor.getAsJsonObject().getAsJsonObject("payload").get("name").getAsString();
    }

    @Test
    void textsAreKeptUnlessNotWanted() {
        Path bare = folder.resolve("bare");
        answer("index", "build", bundle, table, "--out", bare, "--no-sources", "--json");
        JsonObject found = answer("index", "search", bare, "move on foot", "-k", 1, "--json")
                .getAsJsonArray("neighbors")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("payload");
        assertThat(found.keySet()).containsExactlyInAnyOrder("label", "name");
    }

    @Test
    void twoTextsMeanTheSameOrNot() {
        Shell.Ended same = shell.run("verify", bundle, "speak loudly", "speak very loudly", "--json");
        assertThat(same.code()).as(same.err()).isZero();
        assertThat(same.json().get("same").getAsBoolean()).isTrue();
        Shell.Ended other = shell.run("verify", bundle, "speak loudly", "a soft animal", "--json");
        assertThat(other.code()).isEqualTo(ExitCode.NO);
        assertThat(shell.run("verify", bundle, "", "a soft animal").line()).contains("the text is empty");
    }

    @Test
    void aTableIsEmbeddedRowByRow() {
        Path out = folder.resolve("e.npy");
        assertThat(answer("embed", bundle, table, "--out", out, "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(6);
        assertThat(Npy.read(out).rows()).isEqualTo(6);
        assertThat(folder.resolve("e.ids.txt")).isNotEmptyFile();
    }

    @Test
    void linesOfATextFileAreTexts() throws IOException {
        Path lines = Files.writeString(folder.resolve("lines.txt"), "an animal that barks\nspeak very loudly\n");
        Path out = folder.resolve("lines.npy");
        answer("embed", bundle, lines, "--out", out, "--json");
        Path all = folder.resolve("all.npy");
        answer("embed", bundle, table, "--out", all, "--json");
        Npy.Matrix two = Npy.read(out);
        Npy.Matrix six = Npy.read(all);
        assertThat(two.rows()).isEqualTo(2);
        for (int k = 0; k < two.columns(); k++) {
            assertThat(two.values()[k]).isCloseTo(six.values()[k], within(1e-5f));
        }
    }

    @Test
    void whatIsLookedForHasAnEncoderOfItsOwn() throws IOException {
        Path roles = TinyWords.sealRoles(folder.resolve("r.kindred")).path();
        Path queries = folder.resolve("q.npy");
        Path documents = folder.resolve("d.npy");
        answer("embed", roles, table, "--out", queries, "--role", EncoderParts.QUERY, "--json");
        answer("embed", roles, table, "--out", documents, "--json");
        assertThat(Npy.read(queries).values()).isNotEqualTo(Npy.read(documents).values());
        Path made = folder.resolve("r");
        answer("index", "build", roles, table, "--out", made, "--json");
        JsonObject found = answer("index", "search", made, "an animal that barks", "-k", 1, "--json")
                .getAsJsonArray("neighbors")
                .get(0)
                .getAsJsonObject();
        assertThat(found.getAsJsonObject("payload").get("name").getAsString()).isEqualTo("dog");
        assertThat(found.get("score").getAsDouble())
                .as("not the document's own vector")
                .isLessThan(0.999);
        assertThat(shell.run("verify", roles, "speak loudly", "speak loudly", "--json")
                        .json()
                        .get("score")
                        .getAsDouble())
                .isCloseTo(1, within(1e-5));
        assertThat(shell.run("doctor", roles).out()).contains("its probes agree here");
        assertThat(shell.run("embed", roles, table, "--out", queries, "--role", "anchor")
                        .line())
                .contains("query");
    }

    @Test
    void classesAreAFewTexts() throws IOException {
        Path classes = folder.resolve("c");
        Path examples = Files.writeString(folder.resolve("examples.csv"), """
            text,label
            an animal that barks,pet
            a soft animal that purrs,pet
            speak very quietly,voice
            speak very loudly,voice
            """);
        JsonObject added = answer("classes", "add", classes, examples, "--bundle", bundle, "--json");
        assertThat(added.get("classes").getAsInt()).isEqualTo(2);
        assertThat(answer("classes", "classify", classes, "a loudly animal that barks", "--json")
                        .get("class")
                        .getAsString())
                .isEqualTo("pet");
        answer("classes", "calibrate", classes, examples, "--loss", "0.25", "--json");
        Shell.Ended unknown = shell.run("classes", "classify", classes, "ships", "--json");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.json().get("class").isJsonNull()).isTrue();
        Path far = Files.writeString(folder.resolve("far.csv"), "text\nships\nlight tower\n");
        JsonObject measured = answer("classes", "classify", classes, "--data", examples, "--unknown", far, "--json");
        assertThat(measured.get("knownLost").getAsDouble()).isLessThanOrEqualTo(0.25);
        assertThat(measured.get("unknownRecall").getAsDouble()).isEqualTo(1);
        assertThat(answer("classes", "remove", classes, "voice", "--json")
                        .get("classes")
                        .getAsInt())
                .isEqualTo(1);
    }

    @Test
    void aPictureIsNoText() throws IOException {
        Path pictures = Drawings.folder(folder.resolve("pictures"), 2, 2);
        assertThat(shell.run("index", "add", index, pictures).line()).contains("takes texts, not pictures");
        Path ofPictures = folder.resolve("p.kindred");
        TinyBundle.seal(ofPictures, 1);
        assertThat(shell.run("embed", ofPictures, table, "--out", folder.resolve("x.npy"))
                        .line())
                .contains("takes pictures, not texts");
        assertThat(shell.run("verify", ofPictures, "a soft animal", "a cat").line())
                .contains("this bundle takes no text");
    }
}
