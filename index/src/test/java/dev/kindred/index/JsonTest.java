package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import dev.kindred.core.Refusal;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void payloadsComeBackAsTheyWere() {
        Map<String, Value> payload = Map.of(
                "text", Value.of("ü \"quoted\""),
                "whole", Value.of(Long.MIN_VALUE),
                "real", Value.of(3.0),
                "tiny", Value.of(-1e-300),
                "flag", Value.of(false),
                "when", Value.of(Instant.parse("2026-01-31T12:00:00.000000001Z")),
                "words", Value.of(List.of("a", "b")));
        String json = PayloadJson.write(payload).toString();
        assertThat(PayloadJson.read(JsonParser.parseString(json), "test")).isEqualTo(payload);
        assertThat(PayloadCodec.decode(MemorySegment.ofArray(PayloadCodec.encode(payload, "test")), "test"))
                .isEqualTo(payload);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"a\":null}",
                "{\"a\":{}}",
                "{\"a\":[1]}",
                "{\"a\":{\"instant\":\"yesterday\"}}",
                "{\"a\":1e999}",
                "{\"a\":{\"instant\":5}}"
            })
    void whatNoPayloadCanHoldIsRefused(String json) {
        assertThatThrownBy(() -> PayloadJson.read(JsonParser.parseString(json), "line 3"))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.where()).contains("line 3"));
    }

    @Test
    void filtersAreRead() {
        Filter read = FilterJson.read(JsonParser.parseString("""
            {"and":[{"not":{"equals":{"colour":"red"}}},{"in":{"n":[1,2.5]}},
            {"or":[{"range":{"year":{"gte":1990,"lt":2000}}},{"exists":"year"}]},{"ids":["a","b","a"]}]}\
            """), "test");
        assertThat(read)
                .isEqualTo(new Filter.And(List.of(
                        new Filter.Not(new Filter.Equals("colour", Value.of("red"))),
                        new Filter.In("n", List.of(Value.of(1L), Value.of(2.5))),
                        new Filter.Or(List.of(
                                new Filter.Range(
                                        "year",
                                        new Filter.Range.Bound(Value.of(1990L), true),
                                        new Filter.Range.Bound(Value.of(2000L), false)),
                                new Filter.Exists("year"))),
                        new Filter.Ids(Set.of("a", "b")))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5",
                "{}",
                "{\"and\":{}}",
                "{\"equal\":{\"a\":1}}",
                "{\"equals\":{\"a\":1,\"b\":2}}",
                "{\"range\":{\"a\":{}}}",
                "{\"range\":{\"a\":{\"from\":1}}}",
                "{\"range\":{\"a\":{\"gt\":1,\"gte\":1}}}",
                "{\"exists\":3}",
                "{\"ids\":[3]}"
            })
    void whatIsNoFilterIsRefused(String json) {
        assertThatThrownBy(() -> FilterJson.read(JsonParser.parseString(json), "filter"))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void deepFiltersAreRefused() {
        String json = "{\"not\":".repeat(40) + "{\"exists\":\"a\"}" + "}".repeat(40);
        assertThatThrownBy(() -> FilterJson.read(JsonParser.parseString(json), "filter"))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void filtersOfManyPartsAreRefused() {
        String part = "{\"exists\":\"a\"}";
        assertThat(filter("{\"or\":[" + part + ("," + part).repeat(998) + "]}")).isInstanceOf(Filter.Or.class);
        String or = "{\"or\":[" + part + ("," + part).repeat(500) + "]}";
        assertThatThrownBy(() -> filter("{\"and\":[" + or + "," + or + "]}"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("more than 1,000 parts");
    }

    @Test
    void filtersOfManyValuesAreRefused() {
        String numbers = "{\"in\":{\"n\":[1" + ",2".repeat(49_999) + "]}}";
        String ids = "{\"ids\":[\"a\"" + ",\"a\"".repeat(49_999) + "]}";
        assertThat(filter("{\"and\":[" + numbers + "," + ids + "]}")).isInstanceOf(Filter.And.class);
        for (String more : List.of("{\"ids\":[\"a\"]}", "{\"equals\":{\"n\":1}}", "{\"range\":{\"n\":{\"lt\":1}}}")) {
            assertThatThrownBy(() -> filter("{\"and\":[" + numbers + "," + ids + "," + more + "]}"))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("more than 100,000 values and ids");
        }
    }

    private static Filter filter(String json) {
        return FilterJson.read(JsonParser.parseString(json), "filter");
    }

    @Test
    void payloadsAreBounded() {
        assertThatThrownBy(() -> PayloadCodec.encode(Map.of("a", Value.of("x".repeat(10 << 20))), "item 'i'"))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> PayloadCodec.encode(Map.of("", Value.of(1L)), "item 'i'"))
                .isInstanceOf(Refusal.class);
    }
}
