package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts as they come from strangers. */
class OddTextsTest {
    @TempDir
    Path dir;

    @Test
    void aTextOfAMegabyteIsReadWhole() {
        String text = "word ".repeat(250_000);
        Dataset data = Drawn.read(Drawn.write(dir, "long.jsonl", "{\"text\":\"" + text + "\"}\n"));
        assertThat(data.content(0)).isEqualTo(new Content.Text(text));
    }

    @Test
    void everyScriptIsKeptAsItCame() {
        String text = "日本語 עברית 👩‍🚀 e\u0301 \u0000ß";
        assertThat(Drawn.read(Drawn.write(dir, "s.tsv", "text\n" + text + "\n")).content(0))
                .isEqualTo(new Content.Text(text));
    }

    @Test
    void unpairedSurrogatesAreReplacedAndCounted() {
        Dataset data = Drawn.read(
                Drawn.write(dir, "u.jsonl", "{\"text\":\"a\\ud83d b\\ude00\"}\n{\"text\":\"whole \\ud83d\\ude00\"}\n"));
        assertThat(data.content(0)).isEqualTo(new Content.Text("a\uFFFD b\uFFFD"));
        assertThat(data.content(1)).isEqualTo(new Content.Text("whole 😀"));
        assertThat(data.warnings()).containsExactly("1 texts had unpaired surrogates, read as U+FFFD");
    }

    @Test
    void textsOfNothingAreBadRows() {
        Path table = Drawn.write(dir, "e.csv", "text,label\n ,a\nb,b\n");
        assertThatThrownBy(() -> Drawn.read(table)).hasMessageContaining("e.csv line 2: has no text");
    }
}
