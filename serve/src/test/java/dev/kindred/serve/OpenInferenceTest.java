package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.serve.Caller.Reply;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Open Inference Protocol v2 over REST, of texts and of pictures, in JSON and in bytes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenInferenceTest {
    private static final String MODEL = "/v2/models/default";

    private TokenCollection texts;
    private DrawnCollection pictures;
    private KindredServer textServer;
    private KindredServer pictureServer;
    private Caller ofTexts;
    private Caller ofPictures;

    @BeforeAll
    void start(@TempDir Path folder) {
        texts = TokenCollection.in(folder);
        pictures = DrawnCollection.in(folder);
        textServer = KindredServer.start(ServeOptions.defaults().onPort(0), texts.served());
        pictureServer = KindredServer.start(ServeOptions.defaults().onPort(0), pictures.served());
        ofTexts = new Caller(textServer.url());
        ofPictures = new Caller(pictureServer.url());
    }

    @AfterAll
    void stop() {
        ofTexts.close();
        ofPictures.close();
        textServer.close();
        pictureServer.close();
        texts.close();
        pictures.close();
    }

    private static float[] values(JsonObject reply) {
        JsonObject output = reply.getAsJsonArray("outputs").get(0).getAsJsonObject();
        assertThat(output.get("name").getAsString()).isEqualTo("embedding");
        assertThat(output.get("datatype").getAsString()).isEqualTo("FP32");
        JsonArray data = output.getAsJsonArray("data");
        float[] values = new float[data.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.get(i).getAsFloat();
        }
        return values;
    }

    private static JsonObject inferred(Reply reply) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static String error(Reply reply, int code) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(code);
        assertThat(reply.json().keySet()).containsExactly("error");
        assertThat(reply.text()).doesNotContain("Exception").doesNotContain("dev.kindred");
        return reply.json().get("error").getAsString();
    }

    @Test
    void serverAndModelSayWhatTheyAre() {
        JsonObject server = ofTexts.get("/v2").json();
        assertThat(server.get("name").getAsString()).isEqualTo("kindred");
        assertThat(server.getAsJsonArray("extensions").toString()).isEqualTo("[\"binary_tensor_data\"]");
        assertThat(ofTexts.get("/v2/health/live").json().get("live").getAsBoolean())
                .isTrue();
        assertThat(ofTexts.get("/v2/health/ready").json().get("ready").getAsBoolean())
                .isTrue();
        assertThat(ofTexts.get(MODEL + "/ready").json().get("ready").getAsBoolean())
                .isTrue();
        assertThat(ofTexts.get(MODEL + "@c0ffee/versions/" + TokenCollection.BUNDLE + "/ready")
                        .code())
                .as("a release twice")
                .isEqualTo(404);
        JsonObject model = ofTexts.get(MODEL + "/versions/c0ffee").json();
        assertThat(model.getAsJsonArray("versions").get(0).getAsString()).isEqualTo(TokenCollection.BUNDLE);
        assertThat(model.getAsJsonArray("inputs").toString())
                .isEqualTo("[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[-1]},"
                        + "{\"name\":\"input_ids\",\"datatype\":\"INT64\",\"shape\":[-1,-1]},"
                        + "{\"name\":\"attention_mask\",\"datatype\":\"INT64\",\"shape\":[-1,-1]}]");
        assertThat(model.getAsJsonArray("outputs").toString())
                .isEqualTo("[{\"name\":\"embedding\",\"datatype\":\"FP32\",\"shape\":[-1,24]}]");
        assertThat(ofPictures.get(MODEL).json().getAsJsonArray("inputs").toString())
                .isEqualTo("[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[-1]},"
                        + "{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[-1,1,32,32]}]");
        assertThat(error(ofTexts.get("/v2/models/defalt"), 404)).contains("did you mean default?");
        assertThat(error(ofTexts.get(MODEL + "/versions/2"), 404)).contains("live is default@c0ffee");
        assertThat(error(ofTexts.get("/v2/nothing"), 404)).contains("nothing here");
    }

    @Test
    void textsInJsonGiveRows() {
        JsonObject reply = inferred(ofTexts.json(MODEL + "/infer", """
            {"id": "mine", "parameters": {"role": "query", "priority": 3},
             "inputs": [{"name": "text", "shape": [2, 1], "datatype": "BYTES", "data": [["one word"], ["another"]]}],
             "outputs": [{"name": "embedding"}]}\
            """));
        assertThat(reply.get("id").getAsString()).isEqualTo("mine");
        assertThat(reply.get("model_version").getAsString()).isEqualTo(TokenCollection.BUNDLE);
        float[] values = values(reply);
        assertThat(values).hasSize(48);
        assertThat(Arrays.copyOf(values, 24))
                .containsExactly(texts.encoder.embed("one word").row(0), within(1e-6f));
    }

    /** Two texts of different lengths, the shorter filled up, give what the texts themselves give. */
    @Test
    void readyTokensGiveWhatTheirTextsGive() {
        String ids = rows(TokenCollection.Tokens.ids("one word"), TokenCollection.Tokens.ids("one"));
        String body = """
            {"inputs": [
              {"name": "attention_mask", "shape": [2, 4], "datatype": "INT64", "data": [1, 1, 1, 1, 1, 1, 1, 0]},
              {"name": "input_ids", "shape": [2, 4], "datatype": "INT64", "data": %s}]}\
            """.formatted(ids);
        float[] values = values(inferred(ofTexts.json(MODEL + "/infer", body)));
        assertThat(Arrays.copyOf(values, 24))
                .containsExactly(texts.encoder.embed("one word").row(0), within(1e-6f));
        assertThat(Arrays.copyOfRange(values, 24, 48))
                .containsExactly(texts.encoder.embed("one").row(0), within(1e-6f));
    }

    private static String rows(long[]... rows) {
        return Arrays.deepToString(
                Arrays.stream(rows).map(row -> Arrays.copyOf(row, 4)).toArray());
    }

    @Test
    void picturesGoAsBase64AndAsBytesAfterTheJson() {
        byte[] png = DrawnShapes.png(DrawnShapes.things().get("star"), DrawnShapes.HANDS[0]);
        float[] expected = pictures.vector(png);
        String base64 = Base64.getEncoder().encodeToString(png);
        assertThat(values(inferred(ofPictures.json(
                        MODEL + "/infer",
                        "{\"inputs\":[{\"name\":\"image\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"" + base64
                                + "\"]}]}"))))
                .containsExactly(expected, within(1e-6f));
        ByteBuffer after = ByteBuffer.allocate(4 + png.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(png.length)
                .put(png);
        Reply reply = binary(
                ofPictures,
                "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"image\",\"shape\":[1],"
                        + "\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":" + after.capacity() + "}}]}",
                after.array());
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        int header = Integer.parseInt(reply.header("Inference-Header-Content-Length"));
        byte[] body = reply.raw().body();
        JsonObject json = JsonParser.parseString(new String(body, 0, header, StandardCharsets.UTF_8))
                .getAsJsonObject();
        JsonObject output = json.getAsJsonArray("outputs").get(0).getAsJsonObject();
        assertThat(output.has("data")).isFalse();
        assertThat(output.getAsJsonObject("parameters").get("binary_data_size").getAsInt())
                .isEqualTo(body.length - header);
        float[] values = new float[expected.length];
        ByteBuffer.wrap(body, header, body.length - header)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        assertThat(values).containsExactly(expected, within(1e-6f));
    }

    /** White, prepared by hand as the bundle does it, is what a white picture is. */
    @Test
    void readyRastersGiveWhatTheirPicturesGive() {
        byte[] white = new byte[32 * 32];
        Arrays.fill(white, (byte) 255);
        float[] expected =
                pictures.vector(dev.kindred.media.Pictures.png(new dev.kindred.core.Content.Pixels(32, 32, 1, white)));
        float level = (1 - 0.8f) / 0.35f;
        ByteBuffer raster = ByteBuffer.allocate(4 * 1024).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 1024; i++) {
            raster.putFloat(level);
        }
        Reply reply = binary(ofPictures, input("[1,1,32,32]", "FP32", "input", 4096), raster.array());
        assertThat(values(inferred(reply))).containsExactly(expected, within(1e-5f));
        assertThat(values(inferred(ofPictures.json(
                        MODEL + "/infer",
                        "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,1,32,32],\"datatype\":\"FP32\",\"data\":"
                                + Collections.nCopies(1024, Float.toString(level)) + "}]}"))))
                .containsExactly(expected, within(1e-5f));
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            raster.putFloat(400, bad);
            assertThat(error(binary(ofPictures, input("[1,1,32,32]", "FP32", "input", 4096), raster.array()), 400))
                    .contains("has the value " + bad + " at 100");
        }
    }

    private static String input(String shape, String datatype, String name, int bytes) {
        return "{\"inputs\":[{\"name\":\"%s\",\"shape\":%s,\"datatype\":\"%s\",\"parameters\":{\"binary_data_size\":%d}}]}"
                .formatted(name, shape, datatype, bytes);
    }

    private static Reply binary(Caller caller, String json, byte[] after) {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        return binary(caller, header, after, Integer.toString(header.length));
    }

    private static Reply binary(Caller caller, byte[] header, byte[] after, String stated) {
        byte[] body = Arrays.copyOf(header, header.length + after.length);
        System.arraycopy(after, 0, body, header.length, after.length);
        return caller.bytes(
                MODEL + "/infer", "application/octet-stream", body, "Inference-Header-Content-Length", stated);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | no input is given",
                "{'inputs':[]} | no input is given",
                "{'inputs':{}} | a list is wanted",
                "{'inputs':[3]} | an object is wanted",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'BYTES'}]} | no values",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'BYTES','data':['a'],'parameters':{'binary_data_size':5}}]}"
                    + " | in the JSON and after it",
                "{'inputs':[{'name':'text','shape':[2],'datatype':'BYTES','data':['a']}]} | 1 values where a shape of"
                        + " [2] has 2",
                "{'inputs':[{'name':'text','shape':[],'datatype':'BYTES','data':[]}]} | a shape of 0 sizes",
                "{'inputs':[{'name':'text','shape':[1,1,1,1,1,1,1,1,1],'datatype':'BYTES','data':['a']}]} | a shape of"
                        + " 9 sizes",
                "{'inputs':[{'name':'text','shape':[1,2],'datatype':'BYTES','data':['a','b']}]} | give [n]",
                "{'inputs':[{'name':'text','shape':[-1],'datatype':'BYTES','data':['a']}]} | a size of -1",
                "{'inputs':[{'name':'text','shape':[1.5],'datatype':'BYTES','data':['a']}]} | a whole number",
                "{'inputs':[{'name':'text','shape':['1'],'datatype':'BYTES','data':['a']}]} | a whole number",
                "{'inputs':[{'name':'text','shape':[0],'datatype':'BYTES','data':[]}]} | nothing to embed",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'FP32','data':[1]}]} | is of BYTES, not FP32",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'FP16','data':[1]}]} | no input is of FP16",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'BYTES','data':[1]}]} | a string is wanted",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'BYTES','data':'a'}]} | a list of values",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'BYTES','data':[' ']}]} | the text is empty",
                "{'inputs':[{'name':'image','shape':[1],'datatype':'BYTES','data':['AAAA']}]} | takes texts, not"
                        + " pictures",
                "{'inputs':[{'name':'texts','shape':[1],'datatype':'BYTES','data':['a']}]} | did you mean text?",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'BYTES','data':['a']},{'name':'text','shape':[1],'datatype':'BYTES','data':['a']}]}"
                    + " | given twice",
                "{'inputs':[{'name':'input_ids','shape':[1,2],'datatype':'INT64','data':[1,1]}]} | attention_mask: is"
                        + " missing",
                "{'inputs':[{'name':'input_ids','shape':[2],'datatype':'INT64','data':[1,1]},{'name':'attention_mask','shape':[2],'datatype':'INT64','data':[1,1]}]}"
                    + " | the graph takes [-1, -1]",
                "{'inputs':[{'name':'input_ids','shape':[1,2],'datatype':'INT64','data':[1,1]},{'name':'attention_mask','shape':[2,1],'datatype':'INT64','data':[1,1]}]}"
                    + " | is of shape [2, 1]: send [1, 2]",
                "{'inputs':[{'name':'input_ids','shape':[1,2],'datatype':'INT64','data':[1,1.5]},{'name':'attention_mask','shape':[1,2],'datatype':'INT64','data':[1,1]}]}"
                    + " | a whole number",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'BYTES','data':['a']}],'outputs':[{'name':'logits'}]}"
                        + " | there is no output",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'BYTES','data':['a']}],'parameters':{'role':'anchor'}}"
                    + " | query or document",
                "{'inputs':[{'name':'text','shape':[1],'datatype':'BYTES','data':['a'],'bytes':1}]} | there is no such"
                        + " field",
            })
    void whatIsWrongIsSaidInItsShape(String body, String words) {
        assertThat(error(ofTexts.json(MODEL + "/infer", body.replace('\'', '"')), 400))
                .contains(words);
    }

    @Test
    void shapesThatOverflowMakeNothing() {
        for (String shape : List.of(
                "[4294967296,4294967296]", "[999999999999999999]", "[65536,65536]", "[3037000500,3037000500]")) {
            Reply reply = binary(ofTexts, """
                {"inputs": [
                  {"name": "input_ids", "shape": %1$s, "datatype": "INT64", "parameters": {"binary_data_size": 8}},
                  {"name": "attention_mask", "shape": %1$s, "datatype": "INT64", "parameters": {"binary_data_size": 8}}]}\
                """.formatted(shape), new byte[16]);
            assertThat(reply.code()).as(shape + reply.text()).isIn(400, 413);
        }
        assertThat(error(
                        ofTexts.json(
                                MODEL + "/infer",
                                "{\"inputs\":[{\"name\":\"text\",\"shape\":[2049],\"datatype\":\"BYTES\",\"data\":"
                                        + Collections.nCopies(2049, "\"a\"") + "}]}"),
                        400))
                .contains("2049 inputs");
    }

    /** One list may be long here, all together may not be longer: each value costs much once it is read. */
    @Test
    void valuesInJsonAreBounded() {
        String start = "{\"inputs\":[{\"name\":\"input\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":";
        String list = "[1" + ",1".repeat(65_599) + "]";
        assertThat(error(ofPictures.json(MODEL + "/infer", start + list + "}]}"), 400))
                .contains("the graph takes [-1, 1, 32, 32]");
        String lists = "[" + (list + ",").repeat(15) + list + "]";
        assertThat(error(ofPictures.json(MODEL + "/infer", start + lists + "}]}"), 400))
                .contains("more than 1,048,576 values");
        Reply shorter = ofPictures.json("/v1/search", "{\"vector\":" + list + "}");
        assertThat(shorter.code()).isEqualTo(400);
        assertThat(shorter.text()).contains("more than 65,536 values");
    }

    @Test
    void bytesThatDoNotFitAreRefused() {
        byte[] five = {1, 0, 0, 0, 'a'};
        assertThat(binary(ofTexts, input("[1]", "BYTES", "text", 5), five).code())
                .isEqualTo(200);
        byte[] header = input("[1]", "BYTES", "text", 5).getBytes(StandardCharsets.UTF_8);
        for (String stated : List.of("-1", "", "9999999999", "99999999999999999999", "x")) {
            assertThat(error(binary(ofTexts, header, five, stated), 400)).contains("Inference-Header-Content-Length");
        }
        assertThat(error(binary(ofTexts, input("[1]", "BYTES", "text", 4), five), 400))
                .contains("belong to no input");
        assertThat(error(binary(ofTexts, input("[1]", "BYTES", "text", 6), five), 400))
                .contains("are left after");
        assertThat(error(binary(ofTexts, input("[1]", "BYTES", "text", 5), new byte[] {2, 0, 0, 0, 'a'}), 400))
                .contains("longer than what was sent");
        assertThat(error(binary(ofTexts, input("[1]", "BYTES", "text", 5), new byte[] {-1, -1, -1, -1, 'a'}), 400))
                .contains("longer than what was sent");
        assertThat(error(binary(ofTexts, input("[1]", "BYTES", "text", 6), new byte[] {1, 0, 0, 0, 'a', 'b'}), 400))
                .contains("after the last element");
        assertThat(error(binary(ofTexts, input("[2000000000]", "BYTES", "text", 5), five), 400))
                .contains("5 bytes for 2000000000 elements");
        assertThat(error(
                        binary(ofTexts, input("[1]", "BYTES", "text", 6), new byte[] {2, 0, 0, 0, (byte) 0xC3, 'a'}),
                        400))
                .contains("UTF-8");
        assertThat(error(binary(ofPictures, input("[1,1,32,32]", "FP32", "input", 5), five), 400))
                .contains("5 bytes where a shape of [1, 1, 32, 32] has 4096");
        assertThat(error(binary(ofPictures, input("[1,3,32,32]", "FP32", "input", 5), five), 400))
                .contains("the graph takes [-1, 1, 32, 32]");
        assertThat(error(binary(ofPictures, input("[0,1,32,32]", "FP32", "input", 0), new byte[0]), 400))
                .contains("nothing to embed");
    }
}
