package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.KeyedServer.Held;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Limits and the audit log hold whichever protocol is spoken. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WireAccessTest {
    private KeyedServer home;
    private Caller caller;

    @BeforeAll
    void start(@TempDir Path folder) {
        home = new KeyedServer(folder).start();
        caller = new Caller(home.server().url());
    }

    @AfterAll
    void stop() {
        caller.close();
        home.close();
    }

    private List<String> actions() {
        return home.audit().newest(0, 100).stream()
                .map(row -> row.entry().action() + " " + row.entry().collection())
                .toList();
    }

    @Test
    void whoAsksASensitiveCollectionIsWrittenDown() {
        Held reader = home.key("reader");
        home.look();
        for (String model : List.of("default", "photos")) {
            assertThat(caller.json(
                                    "/v1/embeddings",
                                    "{\"model\":\"" + model + "\",\"input\":\"a tower\"}",
                                    reader.shown())
                            .code())
                    .isEqualTo(200);
            assertThat(caller.json(
                                    "/v2/models/" + model + "/infer",
                                    "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"a"
                                            + " tower\"]}]}",
                                    reader.shown())
                            .code())
                    .isEqualTo(200);
        }
        Await.until(
                "both are written down",
                () -> actions().size()
                        >= 2
                                + actions().stream()
                                        .filter(action -> action.startsWith("keys."))
                                        .count());
        assertThat(actions())
                .contains("POST /v1/embeddings photos", "POST /v2/models/:model/infer photos")
                .noneMatch(action -> action.startsWith("POST") && action.endsWith(" default"));
    }

    @Test
    void inputsAreCountedAgainstWhatTheKeyMayAsk() {
        Held few = home.key("reader", List.of("default"), null, "inputs=3/day");
        home.look();
        Reply within =
                caller.json("/v1/embeddings", "{\"model\":\"default\",\"input\":[\"one\",\"two\"]}", few.shown());
        assertThat(within.code()).isEqualTo(200);
        Reply over = caller.json("/embed", "{\"inputs\":[\"one\",\"two\"]}", few.shown());
        assertThat(over.code()).as(over.text()).isEqualTo(429);
        assertThat(over.json().get("error_type").getAsString()).isEqualTo("Overloaded");
        assertThat(over.header("Retry-After")).isNotEmpty();
    }
}
