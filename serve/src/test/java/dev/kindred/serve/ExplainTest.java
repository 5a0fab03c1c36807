package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.encode.TextPreparation;
import dev.kindred.media.Pictures;
import dev.kindred.serve.Caller.Reply;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Why things score as they do, held to doing it by hand with the encoder. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExplainTest {
    private static final int SIDE = 48;

    private DrawnCollection drawn;
    private WordCollection words;
    private KindredServer pictures;
    private KindredServer texts;
    private Caller ofPictures;
    private Caller ofTexts;

    @BeforeAll
    void start(@TempDir Path folder) {
        drawn = DrawnCollection.in(folder.resolve("drawn"));
        words = WordCollection.in(folder);
        pictures = KindredServer.start(ServeOptions.defaults().onPort(0), drawn.served());
        texts = KindredServer.start(ServeOptions.defaults().onPort(0), words.served());
        ofPictures = new Caller(pictures.url());
        ofTexts = new Caller(texts.url());
    }

    @AfterAll
    void stop() {
        ofPictures.close();
        ofTexts.close();
        pictures.close();
        texts.close();
        drawn.close();
        words.close();
    }

    private static JsonObject ok(Reply reply) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    /** White, with a black cross at a place: nothing else could carry a score. */
    private static Content.Pixels marked(int left, int top) {
        byte[] levels = new byte[SIDE * SIDE];
        Arrays.fill(levels, (byte) 255);
        for (int i = 0; i < 12; i++) {
            for (int thick = 0; thick < 3; thick++) {
                levels[(top + i) * SIDE + left + 5 + thick] = 0;
                levels[(top + 5 + thick) * SIDE + left + i] = 0;
            }
        }
        return new Content.Pixels(SIDE, SIDE, 1, levels);
    }

    private static String image(Content.Pixels picture) {
        return "{\"image\":\"" + Base64.getEncoder().encodeToString(Pictures.png(picture)) + "\"}";
    }

    @Test
    void thePartOfADrawingThatTellsItApartCarriesTheScore() {
        Content.Pixels mark = marked(4, 4);
        String body = "{\"left\":" + image(mark) + ",\"right\":" + image(mark) + ",\"grid\":3}";
        JsonObject reply = ok(ofPictures.json("/v1/explain", body));
        assertThat(reply.get("score").getAsDouble()).isCloseTo(1, within(1e-5));
        JsonObject part = reply.getAsJsonObject("parts").getAsJsonObject("left");
        JsonArray drops = part.getAsJsonArray("drops");
        double most = drops.get(0).getAsJsonArray().get(0).getAsDouble();
        assertThat(most).isGreaterThan(1e-3);
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 3; column++) {
                if (row + column > 0) {
                    double drop = drops.get(row).getAsJsonArray().get(column).getAsDouble();
                    assertThat(drop).as("cell %d, %d", row, column).isLessThan(most / 2);
                }
            }
        }
        assertThat(drops.get(2).getAsJsonArray().get(2).getAsDouble())
                .as("where nothing is drawn nothing changes")
                .isCloseTo(0, within(1e-6));
        assertThat(part.getAsJsonArray("x")).hasToString("[0.0,16.0,32.0,48.0]");
        assertThat(part.get("width").getAsInt()).isEqualTo(SIDE);
    }

    @Test
    void eachCellIsWhatCoveringItByHandGives() {
        Content.Pixels mark = marked(10, 20);
        Content.Pixels other = marked(12, 18);
        String body = "{\"left\":" + image(mark) + ",\"right\":" + image(other) + ",\"grid\":4,\"cover\":\"mean\"}";
        JsonObject reply = ok(ofPictures.json("/v1/explain", body));
        float[] right = drawn.vector(Pictures.png(other));
        double whole = Distance.COSINE.score(drawn.vector(Pictures.png(mark)), right);
        assertThat(reply.get("score").getAsDouble()).isCloseTo(whole, within(1e-6));
        long sum = 0;
        for (byte level : mark.values()) {
            sum += level & 0xff;
        }
        byte mean = (byte) Math.round((double) sum / mark.values().length);
        JsonArray drops = reply.getAsJsonObject("parts").getAsJsonObject("left").getAsJsonArray("drops");
        for (int row = 0; row < 4; row++) {
            for (int column = 0; column < 4; column++) {
                byte[] covered = mark.values().clone();
                for (int y = row * 12; y < row * 12 + 12; y++) {
                    Arrays.fill(covered, y * SIDE + column * 12, y * SIDE + column * 12 + 12, mean);
                }
                double score = Distance.COSINE.score(
                        drawn.vector(Pictures.png(new Content.Pixels(SIDE, SIDE, 1, covered))), right);
                assertThat(drops.get(row).getAsJsonArray().get(column).getAsDouble())
                        .isCloseTo(whole - score, within(1e-6));
            }
        }
    }

    @Test
    void aQueryAndAnItemAreExplainedOnBothSidesWithTheirPlaceAndNearest() {
        byte[] star = DrawnShapes.png(DrawnShapes.things().get("star"), DrawnShapes.HANDS[1]);
        String query = "{\"query\":{\"image\":\"" + Base64.getEncoder().encodeToString(star)
                + "\"},\"item\":\"feather/star.png\",\"of\":\"both\",\"k\":2}";
        JsonObject reply = ok(ofPictures.json("/v1/collections/default/explain", query));
        assertThat(reply.getAsJsonObject("parts").keySet()).containsExactly("query", "item");
        assertThat(reply.getAsJsonArray("nearest")).hasSize(2);
        assertThat(reply.getAsJsonArray("nearest")
                        .get(0)
                        .getAsJsonObject()
                        .get("id")
                        .getAsString())
                .isEqualTo("carbon/star.png");
        JsonObject place = reply.getAsJsonObject("place");
        assertThat(place.get("same").getAsDouble()).isBetween(0.01, 0.99);
        assertThat(place.get("different").getAsDouble())
                .isGreaterThanOrEqualTo(place.get("same").getAsDouble());
    }

    @Test
    void aScoreStandsBetweenTheMeasuredShares() {
        JsonObject baseline = com.google.gson.JsonParser.parseString(
                        "{\"scores\":{\"quantiles\":[0.1,0.5,0.9],\"same\":[0.5,0.7,0.9],\"different\":[0,0.2,0.4]}}")
                .getAsJsonObject();
        JsonObject place =
                BaselinePlace.of(java.util.Optional.of(baseline), 0.6).orElseThrow();
        assertThat(place.get("same").getAsDouble()).isCloseTo(0.3, within(1e-12));
        assertThat(place.get("different").getAsDouble()).isEqualTo(0.9);
        assertThat(BaselinePlace.of(java.util.Optional.empty(), 0.6)).isEmpty();
    }

    @Test
    void eachWordIsWhatLeavingItOutByHandGives() {
        String query = "a tower, that warns ships";
        String body = "{\"query\":{\"text\":\"" + query + "\"},\"item\":\"lighthouse\",\"of\":\"both\"}";
        JsonObject reply = ok(ofTexts.json("/v1/explain", body));
        float[] item = words.documents
                .embed("lighthouse: a tower with a light that warns ships of rocks near the coast")
                .row(0);
        double whole = Distance.COSINE.score(words.queries.embed(query).row(0), item);
        assertThat(reply.get("score").getAsDouble()).isCloseTo(whole, within(1e-6));
        JsonArray told = reply.getAsJsonObject("parts").getAsJsonObject("query").getAsJsonArray("words");
        assertThat(told)
                .extracting(word -> word.getAsJsonObject().get("words").getAsString())
                .containsExactly("a", "tower", "that", "warns", "ships");
        for (JsonElement each : told) {
            JsonObject word = each.getAsJsonObject();
            String without = query.substring(0, word.get("from").getAsInt())
                    + query.substring(word.get("to").getAsInt());
            double score = Distance.COSINE.score(words.queries.embed(without).row(0), item);
            assertThat(word.get("drop").getAsDouble()).isCloseTo(whole - score, within(1e-6));
        }
        // Of four words that are heard and all shared, leaving any out costs something; "a" is not heard.
        assertThat(told.get(0).getAsJsonObject().get("drop").getAsDouble()).isCloseTo(0, within(1e-6));
        assertThat(told.get(1).getAsJsonObject().get("drop").getAsDouble()).isGreaterThan(0.01);
        assertThat(reply.get("place").isJsonNull()).isTrue();
    }

    /** Sixty copies of a text of megabytes would not stand beside one another in memory. */
    @Test
    void ofALongTextNoMoreThanAPortionIsInMemory() {
        String text = "ship tower light rock ".repeat(100_000);
        LeftOut leftOut = LeftOut.of(text);
        for (LeftOut.Group group :
                List.of(leftOut.groups().getFirst(), leftOut.groups().getLast())) {
            String without = text.substring(0, group.from()) + text.substring(group.to());
            assertThat(leftOut.without(group)).startsWith(without.substring(0, TextPreparation.MOST_CHARACTERS));
        }
        List<Long> characters = new CopyOnWriteArrayList<>();
        Served served = Gated.with(words.served(), batch -> {
            if (batch.size() > 1) {
                characters.add(batch.stream()
                        .mapToLong(each -> ((Content.Text) each).value().length())
                        .sum());
            }
            return batch;
        });
        KindredServer server = KindredServer.start(ServeOptions.defaults().onPort(0), served);
        try (Caller caller = new Caller(server.url())) {
            ok(caller.json("/v1/explain", "{\"query\":{\"text\":\"" + text + "\"},\"item\":\"anchor\"}"));
        } finally {
            server.close();
        }
        assertThat(characters).hasSizeGreaterThan(3).allMatch(sum -> sum <= 16 * 86_000);
    }

    @Test
    void workIsBounded() {
        String many = "word ".repeat(500);
        LeftOut groups = LeftOut.of(many);
        assertThat(groups.groups()).hasSizeBetween(32, LeftOut.MOST_GROUPS);
        Content.Pixels great = new Content.Pixels(4_000, 3_000, 1, new byte[12_000_000]);
        Occlusion occlusion = Occlusion.of(great, Occlusion.MOST_CELLS, Occlusion.Cover.BLUR);
        long pixels = occlusion.pictures().stream()
                .mapToLong(each -> ((Content.Pixels) each.get()).values().length)
                .sum();
        assertThat(pixels).isLessThanOrEqualTo(Occlusion.MOST_PIXELS);
        assertThat(occlusion.columns()).isEqualTo(12);
        assertThat(occlusion.rows()).isEqualTo(9);
        Occlusion tiny = Occlusion.of(new Content.Pixels(1, 1, 1, new byte[1]), 7, Occlusion.Cover.BLUR);
        assertThat(tiny.pictures()).hasSize(2);
        for (String wrong : new String[] {"\"grid\":99", "\"cover\":\"black\"", "\"of\":\"neither\"", "\"k\":1000"}) {
            Reply reply =
                    ofTexts.json("/v1/explain", "{\"query\":{\"text\":\"ships\"},\"item\":\"anchor\"," + wrong + "}");
            assertThat(reply.code()).as(wrong).isEqualTo(400);
        }
        assertThat(ofTexts.json("/v1/explain", "{\"query\":{\"text\":\"ships\"},\"item\":\"ancor\"}")
                        .problem())
                .isEqualTo("no-item");
    }
}
