package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import dev.kindred.media.Pictures;
import dev.kindred.release.Collections;
import dev.kindred.release.Registry;
import dev.kindred.serve.Holdings;
import dev.kindred.serve.KindredServer;
import dev.kindred.serve.ServeOptions;
import dev.kindred.serve.Served;
import dev.kindred.serve.access.Oversight;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kindred load} against servers of Kindred's own, one of pictures and one of texts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadCommandTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    private Path folder;
    private Shell shell;
    private KindredServer pictures;
    private KindredServer texts;

    @BeforeAll
    void start(@TempDir Path temporary) {
        folder = temporary;
        shell = new Shell(folder.resolve("home"));
        Bundle drawn = TinyBundle.seal(folder.resolve("drawn.kindred"), 1);
        byte[] png = Pictures.png(new Content.Pixels(16, 16, 1, new byte[256]));
        pictures = serve(drawn, png, "a drawing");
        texts = serve(TinyWords.seal(folder.resolve("words.kindred")), null, "help me with my card");
    }

    private KindredServer serve(Bundle bundle, byte[] source, String text) {
        Encoder encoder = bundle.encoder(1);
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            float[] vector = source == null
                    ? encoder.embed(text + " " + i).row(0)
                    : encoder.embed(Pictures.decode(source, "a")).row(0);
            items.add(new Item("item/" + i, vector, Map.of("text", Value.of(text)), source));
        }
        VectorIndex index = ExactIndex.build(
                folder.resolve(source == null ? "texts" : "pictures"),
                encoder.space(),
                items.stream(),
                Progress.SILENT);
        KindredServer server =
                KindredServer.start(ServeOptions.defaults().onPort(0), Served.of(bundle, encoder, index));
        open.addAll(List.of(server, index, encoder));
        return server;
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Shell.Ended load(KindredServer server, String... words) {
        List<Object> all = new ArrayList<>(List.of("load", server.url(), "--warm-up", "200ms", "--duration", "800ms"));
        all.addAll(List.of(words));
        return shell.run(all.toArray());
    }

    @Test
    void aMixAtARateIsAnsweredAndDrawn() throws Exception {
        Path report = folder.resolve("load.html");
        Shell.Ended ended = load(
                pictures,
                "--rate",
                "60",
                "--mix",
                "embed=5,search=3,verify=1,item=1,live",
                "--errors",
                "0",
                "--turned-away",
                "0",
                "--p99",
                "20s",
                "--report",
                report.toString(),
                "--json");
        assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
        JsonObject json = ended.json();
        assertThat(json.get("met").getAsBoolean()).isTrue();
        assertThat(json.get("ok").getAsLong())
                .isEqualTo(json.get("asked").getAsLong())
                .isBetween(15L, 100L);
        assertThat(json.getAsJsonObject("kinds").keySet()).containsExactly("embed", "search", "verify", "item", "live");
        assertThat(json.getAsJsonObject("codes").keySet()).containsExactly("200");
        assertThat(json.getAsJsonObject("millis").get("p99").getAsDouble())
                .isGreaterThanOrEqualTo(
                        json.getAsJsonObject("millis").get("p50").getAsDouble());
        assertThat(json.get("errorShare").getAsDouble()).isZero();
        assertThat(json.getAsJsonObject("pace").get("loop").getAsString()).isEqualTo("open");
        assertThat(Files.readString(report))
                .contains("Latency by percentile")
                .contains("Latency over time")
                .contains("Replies over time");
    }

    @ParameterizedTest
    @CsvSource({"2, content", "1.1, id", "1.1, vector"})
    void textsAreAskedOverBothProtocolsByWhateverThereIs(String http, String by) {
        Shell.Ended ended =
                load(texts, "--callers", "3", "--http", http, "--by", by, "--batch", "4", "--errors", "0", "--json");
        assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
        assertThat(ended.json().get("http").getAsString()).isEqualTo(http);
        assertThat(ended.json().get("goodputPerSecond").getAsDouble()).isGreaterThan(5);
    }

    private static void put(KindredServer server, String path, String json) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> reply = client.send(
                    HttpRequest.newBuilder(URI.create(server.url() + "/v1/collections/" + path))
                            .header("Content-Type", "application/json")
                            .PUT(HttpRequest.BodyPublishers.ofString(json))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        }
    }

    @Test
    void theOnlyCollectionIsAskedByVectorsWhereItTakesThem() throws Exception {
        Path home = folder.resolve("vectors");
        try (Registry registry = Registry.open(home);
                KindredServer server = KindredServer.start(
                        ServeOptions.defaults().onPort(0),
                        Holdings.ofHome(new Collections(home, registry), 1, "a test", told -> {}),
                        Oversight.none(),
                        (request, route, cause) -> {})) {
            put(server, "mine", "{\"vectors\":{\"dimension\":2,\"distance\":\"l2\"}}");
            for (int i = 0; i < 5; i++) {
                put(server, "mine/items/i" + i + "?until=searchable", "{\"vector\":[1," + i + "]}");
            }
            Shell.Ended ended = load(server, "--callers", "2", "--errors", "0", "--json");
            assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
            assertThat(ended.json().getAsJsonObject("codes").keySet()).containsExactly("200");
            assertThat(ended.json().getAsJsonObject("kinds").keySet()).containsExactly("search", "verify");
            assertThat(load(server, "--callers", "2").out())
                    .contains("answered well")
                    .doesNotContain("remembers");
            assertThat(load(server, "--mix", "embed").line()).contains("takes vectors");
            assertThat(load(server, "--by", "content").line()).contains("takes vectors", "--by id");
            put(server, "other", "{\"vectors\":{\"dimension\":2,\"distance\":\"l2\"}}");
            assertThat(load(server).line()).contains("which of the 2", "mine", "other", "--collection");
            assertThat(load(server, "--collection", "mine", "--errors", "0").code())
                    .isZero();
        }
    }

    @Test
    void whatIsRememberedIsSaidAndFreshContentsAreNot() {
        Shell.Ended again = load(texts, "--callers", "2", "--mix", "embed,search", "--json");
        JsonObject cache = again.json().getAsJsonObject("cache");
        // Two callers ask for the one text that all items have, as they embed and as they search.
        assertThat(cache.get("misses").getAsDouble()).isLessThanOrEqualTo(4);
        assertThat(cache.get("hits").getAsDouble()).isPositive();
        assertThat(load(texts, "--callers", "2", "--mix", "embed").out())
                .containsPattern("caution: \\d+% of the contents were not computed .*--fresh");
        for (KindredServer server : List.of(texts, pictures)) {
            for (int run = 0; run < 2; run++) {
                Shell.Ended fresh = load(
                        server,
                        "--callers",
                        "2",
                        "--mix",
                        "embed,search,verify",
                        "--batch",
                        server == texts ? "3" : "1",
                        "--fresh",
                        "--errors",
                        "0",
                        "--json");
                assertThat(fresh.code()).as(fresh.out() + fresh.err()).isZero();
                JsonObject counts = fresh.json().getAsJsonObject("cache");
                assertThat(counts.get("hits").getAsDouble()).isZero();
                assertThat(counts.get("joined").getAsDouble()).isZero();
                assertThat(counts.get("misses").getAsDouble())
                        .isGreaterThanOrEqualTo(fresh.json().get("ok").getAsDouble());
            }
        }
    }

    @Test
    void anObjectiveThatIsNotMetIsExitOne() {
        Shell.Ended ended = load(texts, "--callers", "1", "--mix", "live", "--goodput", "10000000");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).contains("goodput a second").contains("NOT met").contains("p99");
    }

    @Test
    void onesOwnDataIsSent() throws Exception {
        Path data = Files.writeString(folder.resolve("asked.csv"), "label,text\na,help with my card\nb,my bank\n");
        Shell.Ended ended =
                load(texts, "--callers", "1", "--mix", "embed", "--data", data.toString(), "--errors", "0", "--json");
        assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
        Shell.Ended wrong = load(pictures, "--mix", "embed", "--data", data.toString());
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.line()).contains("--data: holds texts, the collection takes pictures");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rate 5 --callers 2|choose one",
                "--rate 0|more than 0",
                "--mix serach=1|did you mean search?",
                "--mix embed=x|is no weight",
                "--mix embed,embed|stands twice",
                "--p99 fast|is no time",
                "--http 3|use 1.1 or 2",
                "--callers 9 --connections 3|at least as many connections",
                "--collection defalt|no such collection",
                "--batch 65|from 1 to 64"
            })
    void wrongUsageIsSaid(String words, String says) {
        Shell.Ended ended = load(texts, words.split(" "));
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.line()).contains(says);
    }

    @Test
    void nobodyThereIsSaid() {
        Shell.Ended ended = shell.run("load", "http://127.0.0.1:1", "--duration", "1s");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.line()).contains("does not answer").contains("kindred serve");
        assertThat(shell.run("load", "ftp://a").line()).contains("no address");
    }
}
