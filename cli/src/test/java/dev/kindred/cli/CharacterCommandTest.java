package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train names.csv --encoder chars}: an encoder of characters from nothing. */
class CharacterCommandTest {
    @TempDir
    Path folder;

    private Shell shell;

    @BeforeEach
    void shell() {
        shell = new Shell(folder.resolve("home"));
    }

    @Test
    void namesOfOneThingComeTogetherAndTheSameSeedGivesTheSameSpace() throws IOException {
        Path names = names();
        JsonObject taught = taught(names, "a.kindred");
        assertThat(taught.get("validatedBy").getAsString()).isEqualTo("MAP@R");
        assertThat(taught.get("validation").getAsDouble())
                .isGreaterThan(taught.get("validationUntaught").getAsDouble());
        assertThat(taught(names, "b.kindred").get("space").getAsString())
                .isEqualTo(taught.get("space").getAsString());
        Bundle bundle = Bundle.open(folder.resolve("a.kindred"));
        assertThat(bundle.preparation().takes()).isEqualTo("texts");
        assertThat(bundle.decision()).isPresent();
        try (Encoder encoder = bundle.encoder(2)) {
            List<Content> texts = Stream.of("acme-17", "", "ж", "\uD83D\uDC31", "a".repeat(500), "acme 18")
                    .<Content>map(Content.Text::new)
                    .toList();
            Embeddings together = encoder.encode(texts);
            assertThat(encoder.truncated()).isEqualTo(1);
            for (int i = 0; i < texts.size(); i++) {
                float[] alone = encoder.embed(texts.get(i)).row(0);
                double squares = 0;
                for (int k = 0; k < alone.length; k++) {
                    assertThat(alone[k]).isCloseTo(together.row(i)[k], within(1e-5f));
                    squares += alone[k] * alone[k];
                }
                assertThat(squares).isCloseTo(1, within(1e-4));
            }
        }
        Path changed = folder.resolve("changed.csv");
        Files.writeString(changed, Files.readString(names).replaceFirst("text,label", "body,label"));
        assertThat(refused("evaluate", folder.resolve("a.kindred"), changed))
                .contains("since it was taught 'text' is gone, 'body' is new");
        JsonObject measured = ok("evaluate", folder.resolve("a.kindred"), names, "--json");
        assertThat(measured.getAsJsonObject("baselines").size()).isPositive();
        assertThat(ok("bundle", "show", folder.resolve("a.kindred"), "--json").size())
                .isPositive();
    }

    @Test
    void whatCannotTeachCharactersIsRefused() throws IOException {
        Path names = names();
        Path pictures = Drawings.folder(folder.resolve("pictures"), 4, 4);
        Path out = folder.resolve("no.kindred");
        assertThat(refused("train", names, "--out", out)).contains("holds texts", "chars");
        assertThat(refused("train", pictures, "--encoder", "chars", "--out", out))
                .contains("takes texts");
        assertThat(refused("train", names, "--encoder", "chars:9:9:9", "--out", out))
                .contains("chars:<width>");
        assertThat(out).doesNotExist();
    }

    private String refused(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isEqualTo(ExitCode.REFUSED);
        return ended.line();
    }

    private JsonObject taught(Path names, String out) {
        return ok(
                "train",
                names,
                "--encoder",
                "chars:16:16",
                "--steps",
                60,
                "--out",
                folder.resolve(out),
                "--report",
                folder.resolve("report"),
                "--json");
    }

    private JsonObject ok(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    /** A stem, and what catalogues make of it: other cases, digits and separators. */
    private Path names() throws IOException {
        Random random = new Random(5);
        StringBuilder csv = new StringBuilder("text,label\n");
        for (int c = 0; c < 30; c++) {
            StringBuilder stem = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                stem.append((char) ('a' + random.nextInt(26)));
            }
            for (int s = 0; s < 6; s++) {
                String name = s % 2 == 0
                        ? stem.toString()
                        : stem.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + stem.substring(1);
                csv.append("%s%s%d,c%d\n".formatted(name, List.of("-", " ", "/").get(s % 3), random.nextInt(100), c));
            }
        }
        return Files.writeString(folder.resolve("names.csv"), csv);
    }
}
