package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyTest {
    private static String read(String form) {
        MediaType type = MediaType.parse("multipart/form-data; boundary=a");
        Body body = Body.reader(type, QueryParams.of(), bytes -> {})
                .apply(AggregatedHttpRequest.of(HttpMethod.POST, "/v1/search", type, form));
        return body.fields().object().keySet().size() + " fields";
    }

    private static void refused(String form, String what) {
        assertThatThrownBy(() -> read(form)).isInstanceOf(Problem.class).hasMessageContaining(what);
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json|{\"k\":5}",
                "multipart/form-data; boundary=b|--b~Content-Disposition: form-data; name=\"k\"~~5~--b--~"
            })
    void whatWasSentIsUnderstood(String type, String body) {
        MediaType sent = MediaType.parse(type);
        Body read = Body.reader(sent, QueryParams.of(), bytes -> {})
                .apply(AggregatedHttpRequest.of(HttpMethod.POST, "/v1/search", sent, body.replace("~", "\r\n")));
        assertThat(read.fields().whole("k", 1, 10, 1)).isEqualTo(5);
    }

    @Test
    void aFormWithoutItsBoundaryIsRefusedBeforeItIsRead() {
        assertThatThrownBy(() -> Body.reader(MediaType.parse("multipart/form-data"), QueryParams.of(), bytes -> {}))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("boundary");
    }
}
