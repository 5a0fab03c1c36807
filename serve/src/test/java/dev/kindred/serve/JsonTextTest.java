package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    private static JsonObject read(String name, float[] values, int from, int count) {
        return JsonParser.parseString(JsonText.of(json -> {
                    json.beginObject().name(name);
                    JsonText.row(json, values, from, count);
                    json.name("after").value(true).endObject();
                }))
                .getAsJsonObject();
    }

    @Test
    void everyNumberIsReadBackExactly() {
        Random random = new Random(7);
        float[] values = new float[4_096];
        for (int i = 0; i < values.length; i++) {
            float any;
            do {
                any = Float.intBitsToFloat(random.nextInt());
            } while (!Float.isFinite(any));
            values[i] = any;
        }
        values[0] = -0f;
        values[1] = Float.MIN_VALUE;
        values[2] = -Float.MAX_VALUE;

        JsonArray row = read("row", values, 0, values.length).getAsJsonArray("row");

        assertThat(row).hasSize(values.length);
        for (int i = 0; i < values.length; i++) {
            assertThat(Float.floatToRawIntBits(Float.parseFloat(row.get(i).getAsString())))
                    .isEqualTo(Float.floatToRawIntBits(values[i]));
        }
    }

    @Test
    void aRowIsAPartOfItsValuesAndMayBeEmpty() {
        float[] values = {1, 2.5f, 3, 4};
        assertThat(read("row", values, 1, 2).toString()).isEqualTo("{\"row\":[2.5,3.0],\"after\":true}");
        assertThat(read("row", values, 4, 0).toString()).isEqualTo("{\"row\":[],\"after\":true}");
    }

    @Test
    void whatJsonHasNoWordForIsRefused() {
        assertThatThrownBy(() -> read("row", new float[] {0, Float.NaN}, 0, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a vector of a reply has NaN at 1");
    }
}
