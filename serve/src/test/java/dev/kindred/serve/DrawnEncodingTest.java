package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Tensor;
import dev.kindred.encode.TensorInput;
import dev.kindred.media.Pictures;
import dev.kindred.serve.batch.Asker;
import dev.kindred.serve.batch.Batching;
import dev.kindred.serve.batch.Encoding;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.batch.Pool;
import dev.kindred.serve.batch.Source;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pool with a real encoder: an embedding is that of the encoder alone, whatever it was computed with, within 2e-6 a value. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class DrawnEncodingTest {
    private static final float TOLERANCE = 2e-6f;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger undecodable = new AtomicInteger();
    private DrawnCollection collection;
    private Pool pool;
    private Encoding encoding;

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = DrawnCollection.in(folder);
        Served served = collection.served();
        pool = new Pool(2, 1_000, Batching.defaults().withCacheBytes(0), registry);
        Timer timer = Timer.builder("embed").register(registry);
        encoding = new Encoding(
                pool, "drawn", served.queries(), served.documents(), true, timer, undecodable::incrementAndGet);
    }

    @AfterAll
    void stop() {
        pool.close();
        collection.close();
    }

    private Embeddings embed(List<Source> sources) {
        return embed("test", sources);
    }

    private Embeddings embed(String key, List<Source> sources) {
        return encoding.embed(Asker.patient(key), Lane.EMBED, Encoding.Role.DOCUMENT, sources);
    }

    private static List<byte[]> drawings() {
        List<byte[]> all = new ArrayList<>();
        DrawnShapes.things().values().forEach(thing -> {
            for (DrawnShapes.Hand hand : DrawnShapes.HANDS) {
                all.add(DrawnShapes.png(thing, hand));
            }
        });
        return all;
    }

    @Test
    void whatIsComputedWithOthersIsWhatItIsAlone() {
        List<byte[]> drawings = drawings();
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(2);
        List<CompletableFuture<Embeddings>> asked = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < 2; thread++) {
                callers.execute(() -> pool.run(Asker.patient("holds"), Lane.ASK, registry.timer("hold"), () -> {
                    held.countDown();
                    return gate.await(30, TimeUnit.SECONDS);
                }));
            }
            Await.until("both threads are held", () -> held.getCount() == 0);
            for (int i = 0; i < drawings.size(); i++) {
                // Requests of one to three, overlapping.
                List<Source> sources = new ArrayList<>();
                for (int j = 0; j <= i % 3; j++) {
                    sources.add(new Source.Picture(drawings.get((i + j) % drawings.size()), "picture"));
                }
                // A key of its own each: none is turned away for what the others have waiting.
                String key = "key" + i;
                asked.add(CompletableFuture.supplyAsync(() -> embed(key, sources), callers));
            }
            try {
                Await.until("all wait", () -> pool.waiting() >= drawings.size());
            } finally {
                gate.countDown();
            }
            for (int i = 0; i < asked.size(); i++) {
                Embeddings rows = asked.get(i).join();
                assertThat(rows.count()).isEqualTo(1 + i % 3);
                for (int j = 0; j < rows.count(); j++) {
                    float[] alone = collection.vector(drawings.get((i + j) % drawings.size()));
                    assertThat(rows.row(j)).containsExactly(alone, within(TOLERANCE));
                }
            }
        }
        assertThat(registry.get("kindred.batch.size").summary().max())
                .as("computed together")
                .isGreaterThan(3);
    }

    @Test
    void whatIsNoPictureFailsAlone() {
        byte[] star = drawings().getFirst();
        int before = undecodable.get();
        assertThatThrownBy(() -> embed(List.of(
                        new Source.Picture(star, "images[0]"), new Source.Picture(new byte[] {1, 2, 3}, "images[1]"))))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.status().code()).isEqualTo(422);
                    assertThat(problem.json("").get("where").getAsString()).isEqualTo("images[1]");
                });
        assertThat(undecodable).hasValue(before + 1);
        assertThat(embed(List.of(new Source.Picture(star, ""))).row(0))
                .containsExactly(collection.vector(star), within(TOLERANCE));
        assertThat(pool.waiting()).isZero();
    }

    @Test
    void tensorsGoTheSameWay() {
        byte[] star = drawings().getFirst();
        assertThat(encoding.inputs(Encoding.Role.DOCUMENT))
                .containsExactly(
                        new TensorInput("input", TensorInput.Type.FLOAT32, List.of(TensorInput.ANY, 1, 32, 32)));
        var preparation = collection.bundle().preparation().pictures();
        byte[] raster = preparation.raster(Pictures.decode(star, "star"));
        float[] values = new float[2 * raster.length];
        for (int at = 0; at < raster.length; at++) {
            values[raster.length + at] = ((raster[at] & 0xff) / 255f - 0.8f) / 0.35f;
        }
        Tensor.Floats tensor = new Tensor.Floats(List.of(2, 1, 32, 32), FloatBuffer.wrap(values));
        Embeddings rows = encoding.embed(Asker.patient("test"), Lane.ASK, Encoding.Role.QUERY, Map.of("input", tensor));
        assertThat(rows.count()).isEqualTo(2);
        assertThat(rows.row(1)).containsExactly(collection.vector(star), within(TOLERANCE));
        values[7] = Float.NaN;
        assertThatThrownBy(() ->
                        encoding.embed(Asker.patient("test"), Lane.ASK, Encoding.Role.QUERY, Map.of("input", tensor)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("NaN");
    }
}
