package dev.kindred.serve.seen;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What libraries warn of stands in the log, as a line of its own form. */
class LibraryLinesTest {
    @Test
    void warningsAreLinesAndLesserThingsAreNot() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Logger library = Logger.getLogger("org.example.pool");
        Log log = new Log(Log.Form.JSON, new PrintStream(out, false, StandardCharsets.UTF_8));
        LibraryLines lines = LibraryLines.into(log);
        library.log(Level.WARNING, "connection {0} broke", "7\n{\"event\":\"forged\"}");
        library.log(Level.SEVERE, "it is over", new IllegalStateException("why"));
        library.info("connected");
        lines.close();
        log.close();
        List<JsonObject> said = out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(said)
                .hasSize(2)
                .allMatch(line -> line.get("event").getAsString().equals("library"));
        assertThat(said.getFirst().get("message").getAsString()).startsWith("org.example.pool: connection 7");
        assertThat(said.getLast().get("stack").getAsString()).contains("why", "\tat ");
    }
}
