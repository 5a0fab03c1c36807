package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.ResponseHeaders;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replies that nobody reads yet. */
@Timeout(20)
class BulkRepliesTest {
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final HttpResponseWriter writer = HttpResponse.streaming();

    private BulkReplies replies() {
        writer.write(ResponseHeaders.of(200));
        return new BulkReplies(writer, Thread::startVirtualThread, false);
    }

    private static JsonObject json(String line) {
        return JsonParser.parseString(line).getAsJsonObject();
    }

    @Test
    void whatWentWellIsToldByRangesWhileNobodyReadsAndNoLineIsLost() {
        BulkReplies replies = replies();
        int lines = 100_000;
        for (int i = 1; i <= lines; i++) {
            if (i % 10_000 == 0) {
                replies.failed(i, "bad", new JsonObject());
            } else {
                replies.done(i, "id" + i, "put");
            }
            if (i % 1_000 == 0) {
                assertThat(replies.send(PATIENCE)).isTrue();
            }
        }
        CompletableFuture<AggregatedHttpResponse> read = writer.aggregate();
        replies.end(Duration.ofSeconds(10));
        List<String> told = read.join().contentUtf8().lines().toList();
        assertThat(told).hasSizeLessThan(lines / 5);
        long next = 1;
        int failed = 0;
        for (String each : told) {
            JsonObject line = json(each);
            assertThat(line.get(line.has("line") ? "line" : "from").getAsLong()).isEqualTo(next);
            next = line.get(line.has("line") ? "line" : "to").getAsLong() + 1;
            failed += line.get("status").getAsString().equals("failed") ? 1 : 0;
        }
        assertThat(next).isEqualTo(lines + 1);
        assertThat(failed).as("failures are told one by one").isEqualTo(10);
    }

    @Test
    void failuresThatNobodyReadsEndIt() {
        BulkReplies replies = replies();
        JsonObject error = new JsonObject();
        error.addProperty("detail", "x".repeat(1_000));
        int sent = 0;
        boolean open = true;
        while (open && sent < 100_000) {
            replies.failed(++sent, "", error);
            open = sent % 100 != 0 || replies.send(PATIENCE);
        }
        assertThat(open).isFalse();
        assertThat(sent).as("a MiB, and what is on its way").isBetween(1_000, 2_500);
    }
}
