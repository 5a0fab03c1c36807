package dev.kindred.serve.seen;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.kindred.core.Refusal;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private static String fault(Throwable cause) {
        String line = new JsonLines()
                .of(new LogEntry.Fault(Instant.EPOCH, "-", "", "writing items", "photos", "", cause, false));
        return JsonParser.parseString(line).getAsJsonObject().get("fault").getAsString();
    }

    @Test
    void aRefusalNamesTheFileAndWhatToDo() {
        assertThat(fault(new Refusal("has no room on its disk", "photos/items.db", "make room")))
                .isEqualTo("photos/items.db: has no room on its disk; make room");
    }

    @Test
    void anyOtherFaultIsNamedByItsKind() {
        assertThat(fault(new IllegalStateException("the wheel came off")))
                .isEqualTo("java.lang.IllegalStateException: the wheel came off");
    }
}
