package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyTest {
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
        CompletableFuture<Body> read = Body.read(request, QueryParams.of(), waiting::add);
        Runnable parsing = Objects.requireNonNull(waiting.poll(30, TimeUnit.SECONDS));
        assertThat(read).isNotDone();
        parsing.run();
        assertThat(read.join().fields().whole("k", 1, 10, 1)).isEqualTo(5);
    }
}
