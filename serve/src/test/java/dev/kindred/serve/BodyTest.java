package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.util.Exceptions;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyTest {
    private static String read(String form) {
        Body body = Body.read(
                        HttpRequest.of(
                                HttpMethod.POST,
                                "/v1/search",
                                MediaType.parse("multipart/form-data; boundary=a"),
                                form),
                        QueryParams.of(),
                        task -> Thread.ofVirtual().start(task),
                        bytes -> {})
                .join();
        return body.fields().object().keySet().size() + " fields";
    }

    private static void refused(String form, String what) {
        Throwable refused = Exceptions.peel(catchThrowable(() -> read(form)));
        assertThat(refused).isInstanceOf(Problem.class).hasMessageContaining(what);
    }

    /** Each would be an object long before it was counted; these are no form at all, which nobody finds out who counts first. */
    @Test
    void partsAreCountedBeforeTheyAreMade() {
        refused("--a\n\n".repeat(300), "more than 256 parts");
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < 256; i++) {
            form.append("--a\r\nContent-Disposition: form-data; name=\"f")
                    .append(i)
                    .append("\"\r\n\r\nx\r\n");
        }
        assertThat(read(form + "--a--\r\n")).isEqualTo("256 fields");
        refused(form + "--a\r\nContent-Disposition: form-data; name=\"g\"\r\n\r\nx\r\n--a--\r\n", "256 parts");
    }

    @Test
    void whatStandsBeforeAPartIsBounded() {
        String part = "Content-Disposition: form-data; name=\"f\"\r\n\r\nx\r\n--a--\r\n";
        assertThat(read("--a\r\n" + "b:c\r\n".repeat(100) + part)).isEqualTo("1 fields");
        refused("--a\r\n" + "b:c\r\n".repeat(1_000) + part, "before a part's content");
    }

    /** Nothing is parsed until the executor that may wait does it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json|{\"k\":5}",
                "multipart/form-data; boundary=b|--b~Content-Disposition: form-data; name=\"k\"~~5~--b--~"
            })
    void whatWasSentIsUnderstoodWhereWaitingIsDone(String type, String body) throws InterruptedException {
        BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
        HttpRequest request =
                HttpRequest.of(HttpMethod.POST, "/v1/search", MediaType.parse(type), body.replace("~", "\r\n"));
        CompletableFuture<Body> read = Body.read(request, QueryParams.of(), waiting::add, bytes -> {});
        Runnable parsing = Objects.requireNonNull(waiting.poll(30, TimeUnit.SECONDS));
        assertThat(read).isNotDone();
        parsing.run();
        assertThat(read.join().fields().whole("k", 1, 10, 1)).isEqualTo(5);
    }
}
