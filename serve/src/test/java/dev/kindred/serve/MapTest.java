package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import dev.kindred.index.Change;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import dev.kindred.index.Visibility;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Oversight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A map over HTTP: made in the background, kept until something is written, and told from that of another index of the same name. */
@Timeout(180)
class MapTest {
    private static final Space SPACE = new Space("f00d".repeat(16), 16, Distance.COSINE);

    private static Item item(int i) {
        Keyed random = Keyed.of(5, i % 3);
        Keyed own = Keyed.of(6, i);
        float[] vector = new float[16];
        for (int d = 0; d < 16; d++) {
            vector[d] = (float) (random.nextGaussian() + 0.2 * own.nextGaussian());
        }
        return new Item(
                "item-%04d".formatted(i),
                vector,
                Map.of(
                        "name", Value.of("No " + i),
                        "kind", Value.of(List.of("sun", "moon", "star").get(i % 3)),
                        "year", Value.of(1990L + i % 30)),
                null);
    }

    private static VectorIndex index(Path folder, int items) {
        return ExactIndex.build(folder, SPACE, IntStream.range(0, items).mapToObj(MapTest::item), Progress.SILENT);
    }

    /** A collection of vectors that come ready. */
    static Served served(VectorIndex index) {
        NothingEncoded encoder = new NothingEncoded(index.info().space());
        return new Served(
                "default",
                "b0a7".repeat(16),
                Served.Takes.TEXTS,
                encoder,
                encoder,
                Optional.empty(),
                Optional.empty(),
                index);
    }

    private record NothingEncoded(Space space) implements Encoder {
        @Override
        public Embeddings encode(List<Content> batch) {
            throw new IllegalStateException("a map encodes nothing");
        }

        @Override
        public void close() {}
    }

    private static Reply made(Caller caller) throws InterruptedException {
        Reply reply = caller.get("/v1/collections/default/map");
        while (reply.code() == 202) {
            assertThat(reply.json().get("share").getAsDouble()).isBetween(0.0, 1.0);
            assertThat(reply.header("Retry-After")).isEqualTo("1");
            Thread.sleep(20);
            reply = caller.get("/v1/collections/default/map");
        }
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    @Test
    void aMapHasAPlaceAndAttributesForEveryItemAndIsKeptUntilAWrite(@TempDir Path folder) throws Exception {
        List<Throwable> faults = new CopyOnWriteArrayList<>();
        try (VectorIndex index = index(folder, 300);
                KindredServer server = KindredServer.start(
                        ServeOptions.defaults().onPort(0),
                        List.of(served(index)),
                        Oversight.none(),
                        (request, route, cause) -> faults.add(cause));
                Caller caller = new Caller(server.url())) {
            Reply reply = made(caller);
            JsonObject map = reply.json();
            assertThat(map.get("items").getAsInt()).isEqualTo(300);
            assertThat(map.getAsJsonArray("ids")).hasSize(300);
            assertThat(map.getAsJsonArray("ids").get(7).getAsString()).isEqualTo("item-0007");
            assertThat(map.getAsJsonArray("names").get(7).getAsString()).isEqualTo("No 7");
            ByteBuffer places = bytes(map.get("positions").getAsString());
            assertThat(places.remaining()).isEqualTo(300 * 8);
            assertThat(nearestOfOneKind(places)).isGreaterThan(0.95);

            JsonObject kind = map.getAsJsonArray("groups").get(0).getAsJsonObject();
            assertThat(kind.get("field").getAsString()).isEqualTo("kind");
            byte[] of = Base64.getDecoder().decode(kind.get("of").getAsString());
            assertThat(kind.getAsJsonArray("values").get(of[7]).getAsString()).isEqualTo("moon");
            assertThat(map.getAsJsonArray("groups"))
                    .as("a name of its own is no group")
                    .hasSize(1);
            JsonObject year = map.getAsJsonArray("numbers").get(0).getAsJsonObject();
            assertThat(year.get("low").getAsDouble()).isEqualTo(1990);
            assertThat(bytes(year.get("of").getAsString()).getFloat(4 * 29)).isEqualTo(1f);
            assertThat(map.getAsJsonObject("kept").get("share").getAsDouble()).isBetween(0.2, 1.0);

            String tag = reply.header("ETag");
            assertThat(caller.get("/v1/collections/default/map", "If-None-Match", tag)
                            .code())
                    .isEqualTo(304);

            List<Change> more = new ArrayList<>();
            IntStream.range(300, 330).forEach(i -> more.add(new Change.Put(item(i))));
            index.write(more, Visibility.SEARCHABLE);
            Reply next = caller.get("/v1/collections/default/map");
            while (next.header("Kindred-Map").equals("behind")) {
                assertThat(next.header("ETag"))
                        .as("what stands is shown meanwhile")
                        .isEqualTo(tag);
                Thread.sleep(20);
                next = caller.get("/v1/collections/default/map");
            }
            assertThat(next.json().get("items").getAsInt()).isEqualTo(330);
            assertThat(next.header("ETag")).isNotEqualTo(tag);
            assertThat(caller.get("/v1/collections/nowhere/map").problem()).isEqualTo("no-collection");
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void anEmptyCollectionHasAnEmptyMap(@TempDir Path folder) throws Exception {
        try (VectorIndex index = index(folder, 0);
                KindredServer server =
                        KindredServer.start(ServeOptions.defaults().onPort(0), served(index));
                Caller caller = new Caller(server.url())) {
            JsonObject map = made(caller).json();
            assertThat(map.get("sampled").getAsInt()).isZero();
            assertThat(map.get("positions").getAsString()).isEmpty();
        }
    }

    private static ByteBuffer bytes(String base64) {
        return ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static double nearestOfOneKind(ByteBuffer places) {
        int n = places.remaining() / 8;
        int own = 0;
        for (int i = 0; i < n; i++) {
            int best = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                double x = places.getFloat(8 * i) - places.getFloat(8 * j);
                double y = places.getFloat(8 * i + 4) - places.getFloat(8 * j + 4);
                if (j != i && x * x + y * y < least) {
                    least = x * x + y * y;
                    best = j;
                }
            }
            own += best % 3 == i % 3 ? 1 : 0;
        }
        return (double) own / n;
    }
}
