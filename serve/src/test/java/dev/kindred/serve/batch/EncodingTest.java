package dev.kindred.serve.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.Prepared;
import dev.kindred.serve.Await;
import dev.kindred.serve.Problem;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool with an encoder that can be held still: what waits meanwhile is there when it goes on. */
@Timeout(60)
class EncodingTest {
    private static final Space SPACE = new Space("ba7c".repeat(16), 4, Distance.COSINE);

    /** A text's length and first letter; a pack with "poison" cannot be run. A text costs its length in tokens. */
    private static final class Held implements Encoder {
        final List<List<String>> packs = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger prepared = new AtomicInteger();
        private volatile CountDownLatch entered = new CountDownLatch(1);
        private volatile CountDownLatch gate = new CountDownLatch(0);

        void hold() {
            entered = new CountDownLatch(1);
            gate = new CountDownLatch(1);
        }

        /** Once it stands at the gate. */
        void awaitEntered() throws InterruptedException {
            assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
        }

        void letGo() {
            gate.countDown();
        }

        @Override
        public Space space() {
            return SPACE;
        }

        @Override
        public Unit unit() {
            return Unit.TOKENS;
        }

        @Override
        public int estimate(int characters) {
            return Math.max(1, characters);
        }

        @Override
        public Prepared prepare(Content content) {
            prepared.incrementAndGet();
            return new Prepared.Whole(content, estimate(text(content).length()));
        }

        @Override
        public Embeddings encode(List<Content> batch) {
            packs.add(batch.stream().map(Held::text).toList());
            entered.countDown();
            try {
                gate.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            float[] values = new float[4 * batch.size()];
            for (int i = 0; i < batch.size(); i++) {
                String text = text(batch.get(i));
                if (text.contains("poison")) {
                    throw new IllegalStateException("poisoned");
                }
                values[4 * i] = text.length();
                values[4 * i + 1] = text.isEmpty() ? 0 : text.charAt(0);
            }
            return new Embeddings(SPACE, batch.size(), values);
        }

        private static String text(Content content) {
            return content instanceof Content.Pixels picture
                    ? picture.width() + "x" + picture.height()
                    : ((Content.Text) content).value();
        }

        @Override
        public void close() {}
    }

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Held encoder = new Held();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private Pool pool = new Pool(1, 64, Batching.defaults(), registry);
    private Encoding encoding = encoding(true);

    private Encoding encoding(boolean remembered) {
        return new Encoding(
                pool,
                "default",
                encoder,
                encoder,
                remembered,
                Timer.builder("embed").register(registry),
                () -> {});
    }

    private void remake(int queue, Batching batching) {
        pool.close();
        registry.clear();
        pool = new Pool(1, queue, batching, registry);
        encoding = encoding(true);
    }

    @AfterEach
    void close() {
        encoder.letGo();
        pool.close();
        callers.close();
    }

    private CompletableFuture<Embeddings> embed(Asker asker, Lane lane, String... texts) {
        List<Source> sources =
                List.of(texts).stream().<Source>map(Source.Text::new).toList();
        return CompletableFuture.supplyAsync(
                () -> encoding.embed(asker, lane, Encoding.Role.DOCUMENT, sources), callers);
    }

    private CompletableFuture<Embeddings> embed(String key, String... texts) {
        return embed(Asker.patient(key), Lane.EMBED, texts);
    }

    /** Holds the one thread with a first request. */
    private CompletableFuture<Embeddings> hold() throws InterruptedException {
        encoder.hold();
        CompletableFuture<Embeddings> first = embed("first", "the first");
        encoder.awaitEntered();
        return first;
    }

    private void awaitWaiting(int orders) {
        Await.until(orders + " wait", () -> pool.waiting() == orders);
    }

    private double count(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).counter().count();
    }

    @Test
    void whatWaitsIsComputedTogether() throws InterruptedException {
        CompletableFuture<Embeddings> first = hold();
        List<CompletableFuture<Embeddings>> rest = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rest.add(embed("key" + i % 3, "text no " + i));
        }
        awaitWaiting(20);
        assertThat(encoder.packs).hasSize(1);
        encoder.letGo();
        first.join();
        for (int i = 0; i < 20; i++) {
            assertThat(rest.get(i).join().row(0)).containsExactly(("text no " + i).length(), 't', 0, 0);
        }
        assertThat(encoder.packs).as("one pack for all").hasSize(2);
        assertThat(encoder.packs.getLast()).hasSize(20);
        assertThat(registry.get("kindred.batch.size").summary().max()).isEqualTo(20);
        assertThat(registry.get("kindred.queue").tag("lane", "embed").timer().count())
                .isEqualTo(21);
        assertThat(registry.get("embed").timer().count()).isEqualTo(21);
    }

    @Test
    void textsArePackedWithThoseOfSimilarLengthWithinTheBudget() throws InterruptedException {
        remake(200, Batching.defaults().withBudget(400, 1));
        hold();
        List<CompletableFuture<Embeddings>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(embed("key", i + "short"));
            all.add(embed("key", i + "x".repeat(30)));
        }
        awaitWaiting(20);
        encoder.letGo();
        all.forEach(CompletableFuture::join);
        assertThat(encoder.packs.subList(1, encoder.packs.size())).allSatisfy(pack -> {
            int width = pack.stream().mapToInt(String::length).max().orElseThrow();
            assertThat(pack).allMatch(text -> text.length() == width);
            assertThat(pack.size() * width).isLessThanOrEqualTo(400);
        });
        assertThat(encoder.packs).hasSize(3);
    }

    @Test
    void aLargeRequestIsSplitAndKeepsNobodyWaiting() throws InterruptedException {
        remake(200, Batching.defaults().withBudget(40, 1));
        hold();
        String[] many =
                IntStream.range(0, 60).mapToObj(i -> "%010d".formatted(i)).toArray(String[]::new);
        CompletableFuture<Embeddings> large = embed("large", many);
        awaitWaiting(1);
        CompletableFuture<Embeddings> small = embed("small", "b");
        awaitWaiting(2);
        encoder.letGo();
        Embeddings rows = large.join();
        small.join();
        assertThat(encoder.packs).hasSizeGreaterThan(15).allMatch(pack -> pack.size() <= 4);
        assertThat(encoder.packs.subList(1, 4)).as("its place").anyMatch(pack -> pack.contains("b"));
        assertThat(IntStream.range(0, 60).mapToObj(i -> (int) rows.row(i)[0])).containsOnly(10);
    }

    @Test
    void whatIsTurnedAwayWasNotWorkedOn() throws InterruptedException {
        remake(3, Batching.defaults());
        hold();
        List<CompletableFuture<Embeddings>> asked = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            asked.add(embed("key", "text " + i));
        }
        awaitWaiting(3);
        int before = encoder.prepared.get();
        assertThatThrownBy(() -> embed("key", "one more").join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(Problem.class)
                .hasMessageContaining("more is asked");
        assertThat(encoder.prepared).hasValue(before);
        assertThat(count("kindred.dropped", "reason", "busy")).isEqualTo(1);
        encoder.letGo();
        asked.forEach(CompletableFuture::join);
        assertThat(encoder.packs.stream().flatMap(List::stream)).doesNotContain("one more");
    }

    @Test
    void whatNobodyWaitsForIsNotComputed() throws InterruptedException {
        hold();
        AtomicBoolean gone = new AtomicBoolean();
        Asker leaving = new Asker("key", Long.MAX_VALUE / 2 + System.nanoTime(), gone::get);
        CompletableFuture<Embeddings> left = embed(leaving, Lane.EMBED, "left", "both", "alone");
        awaitWaiting(1);
        CompletableFuture<Embeddings> stays = embed("other", "both");
        awaitWaiting(2);
        gone.set(true);
        encoder.letGo();
        assertThat(stays.join().row(0)[0]).isEqualTo(4);
        assertThatThrownBy(left::join).hasMessageContaining("hung up");
        assertThat(encoder.packs.stream().flatMap(List::stream)).containsExactly("the first", "both");
        assertThat(count("kindred.dropped", "reason", "gone")).isEqualTo(1);
    }

    @Test
    void aDeadlineEndsTheWaitAndTheWork() throws InterruptedException {
        hold();
        Asker hurried =
                new Asker("key", System.nanoTime() + Duration.ofMillis(50).toNanos(), () -> false);
        assertThatThrownBy(() -> embed(hurried, Lane.EMBED, "hurried").join())
                .hasMessageContaining("in the time that was given");
        assertThat(pool.waiting()).isZero();
        encoder.letGo();
        embed("key", "later").join();
        assertThat(encoder.packs.stream().flatMap(List::stream)).doesNotContain("hurried");
        assertThat(count("kindred.dropped", "reason", "deadline")).isEqualTo(1);
    }

    @Test
    void theSameContentIsComputedOnceAndRemembered() throws InterruptedException {
        hold();
        List<CompletableFuture<Embeddings>> same = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            same.add(embed("key" + i % 2, "the same"));
        }
        // Also of what is being computed.
        CompletableFuture<Embeddings> running = embed("another", "the first");
        awaitWaiting(10);
        // That one joins what is computed already, and is not among those who wait.
        Await.until("all have joined", () -> count("kindred.cache", "outcome", "joined") == 10);
        encoder.letGo();
        List<float[]> vectors = new ArrayList<>();
        same.forEach(each -> vectors.add(each.join().values()));
        assertThat(running.join().row(0)).containsExactly(9, 't', 0, 0);
        assertThat(encoder.packs).containsExactly(List.of("the first"), List.of("the same"));
        vectors.getFirst()[0] = -1;
        assertThat(vectors.subList(1, 10)).allMatch(vector -> vector[0] == 8);
        Embeddings again = embed("key", "the same", "new", "the same").join();
        assertThat(again.row(0)).containsExactly(8, 't', 0, 0).containsExactly(again.row(2));
        again.values()[0] = -1;
        assertThat(embed("key", "the same").join().row(0)[0]).isEqualTo(8);
        assertThat(encoder.packs).hasSize(3).last().isEqualTo(List.of("new"));
        assertThat(count("kindred.cache", "outcome", "hit")).isEqualTo(3);
        assertThat(count("kindred.cache", "outcome", "miss")).isEqualTo(13);
        assertThat(count("kindred.cache", "outcome", "joined")).isEqualTo(10);
    }

    @Test
    void sensitiveContentsAreNotRemembered() {
        Encoding forgetful = encoding(false);
        for (int i = 0; i < 2; i++) {
            forgetful.embed(Asker.patient("key"), Lane.ASK, Encoding.Role.QUERY, List.of(new Source.Text("secret")));
        }
        assertThat(encoder.packs).hasSize(2);
        assertThat(registry.get("kindred.cache.bytes").gauge().value()).isZero();
    }

    @Test
    void whatCannotBeRunTakesNobodyElsesWithIt() throws InterruptedException {
        hold();
        CompletableFuture<Embeddings> well = embed("a", "well");
        awaitWaiting(1);
        CompletableFuture<Embeddings> poisoned = embed("b", "fine", "some poison");
        awaitWaiting(2);
        encoder.letGo();
        assertThat(well.join().row(0)[0]).isEqualTo(4);
        assertThatThrownBy(poisoned::join).hasRootCauseMessage("poisoned");
        assertThat(registry.get("kindred.batch.failures").counter().count()).isEqualTo(1);
        assertThat(pool.waiting()).isZero();
        assertThat(embed("b", "fine").join().row(0)[0]).isEqualTo(4);
    }

    @Test
    void tasksHaveTheirTurnBetweenEmbeds() throws InterruptedException {
        remake(100, Batching.defaults().withBudget(10, 1));
        hold();
        List<CompletableFuture<Embeddings>> embeds = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            embeds.add(embed("key", "text no" + i % 10 + i));
        }
        awaitWaiting(40);
        Timer timer = Timer.builder("search").register(registry);
        CompletableFuture<Integer> search = CompletableFuture.supplyAsync(
                () -> pool.run(Asker.patient("key"), Lane.ASK, timer, encoder.packs::size), callers);
        awaitWaiting(41);
        encoder.letGo();
        assertThat(search.join()).as("packs run before it").isLessThanOrEqualTo(3);
        embeds.forEach(CompletableFuture::join);
        assertThat(timer.count()).isEqualTo(1);
        assertThatThrownBy(() -> pool.run(Asker.patient("key"), Lane.ASK, timer, () -> {
                    throw new java.io.IOException("no");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("no");
    }

    private static Source picture(int side) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY), "png", png);
        return new Source.Picture(png.toByteArray(), "image");
    }

    /** It may be started by all threads but one; what a small one has begun, any thread may be at. */
    @Test
    void aGreatPictureDoesNotJoinWhatASmallOneBegan() throws IOException {
        encoding.embed(
                Asker.patient("key"),
                Lane.EMBED,
                Encoding.Role.DOCUMENT,
                List.of(picture(8), picture(9), picture(2_100)));
        assertThat(encoder.packs).hasSize(2);
        assertThat(encoder.packs.getFirst()).containsExactlyInAnyOrder("8x8", "9x9");
        assertThat(encoder.packs.getLast()).containsExactly("2100x2100");
    }

    /** Of whom nothing is learned: who sends what is none, and who sends the tiniest. */
    @Test
    void aFloodOfTinyAndDamagedPicturesDoesNotMakeAPhotographSeemEndless() throws InterruptedException {
        Timer timer = Timer.builder("picture").register(registry);
        for (int i = 0; i < 60; i++) {
            pool.picture(Asker.patient("flood"), Lane.ASK, timer, 1, encoder.packs::size);
            assertThatThrownBy(() -> pool.picture(Asker.patient("flood"), Lane.ASK, timer, 0, () -> {
                        Thread.sleep(2);
                        throw new java.io.IOException("damaged");
                    }))
                    .hasRootCauseMessage("damaged");
        }
        hold();
        CompletableFuture<Integer> photograph = CompletableFuture.supplyAsync(
                () -> pool.picture(Asker.patient("one"), Lane.ASK, timer, 12_000_000, encoder.packs::size), callers);
        awaitWaiting(1);
        assertThat(registry.get("kindred.queue.cost.seconds").gauge().value()).isBetween(1e-6, 2.0);
        encoder.letGo();
        photograph.join();
    }

    /** Not what all since the start did: the first ones may have taken a thousand times as long. */
    @Test
    void aTaskCostsWhatTheLastOnesTook() throws InterruptedException {
        Timer timer = Timer.builder("search").register(registry);
        timer.record(1, TimeUnit.HOURS);
        for (int i = 0; i < 5; i++) {
            pool.run(Asker.patient("key"), Lane.ASK, timer, encoder.packs::size);
        }
        hold();
        CompletableFuture<Integer> waits = CompletableFuture.supplyAsync(
                () -> pool.run(Asker.patient("key"), Lane.ASK, timer, encoder.packs::size), callers);
        awaitWaiting(1);
        assertThat(registry.get("kindred.queue.cost.seconds").gauge().value()).isBetween(1e-9, 1.0);
        encoder.letGo();
        waits.join();
    }

    @Test
    void closingDoesWhatWaitsAndTakesNoMore() throws InterruptedException {
        CompletableFuture<Embeddings> first = hold();
        CompletableFuture<Embeddings> waits = embed("key", "waits");
        awaitWaiting(1);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(pool::close, callers);
        CompletableFuture<Embeddings> refused;
        do {
            refused = embed("late", "late " + System.nanoTime());
            try {
                refused.orTimeout(50, TimeUnit.MILLISECONDS).join();
            } catch (CompletionException expected) {
                // Once closing has begun.
            }
        } while (!refused.isCompletedExceptionally() || !(refused.exceptionNow() instanceof Problem));
        assertThat(closed).isNotDone();
        encoder.letGo();
        closed.join();
        assertThat(first.join().count() + waits.join().count()).isEqualTo(2);
    }

    /** Thousands of requests leave nothing behind but what the cache may keep. */
    @Test
    void memoryIsFlat() {
        long most = 200_000;
        remake(64, Batching.defaults().withCacheBytes(most));
        List<WeakReference<String>> texts = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            String text = new String("text number " + i);
            texts.add(new WeakReference<>(text));
            Asker asker = Asker.patient("key" + i);
            encoding.embed(asker, Lane.EMBED, Encoding.Role.DOCUMENT, List.of(new Source.Text(text)));
            assertThat(registry.get("kindred.cache.bytes").gauge().value()).isLessThanOrEqualTo(most);
        }
        assertThat(registry.get("kindred.cache.bytes").gauge().value()).isGreaterThan(most / 2.0);
        encoder.packs.clear();
        assertThat(pool.waiting()).isZero();
        assertThat(registry.get("kindred.queue.cost.seconds").gauge().value()).isZero();
        for (int i = 0; i < 50 && texts.stream().anyMatch(text -> text.get() != null); i++) {
            System.gc();
        }
        assertThat(texts.stream().filter(text -> text.get() != null).count()).isLessThanOrEqualTo(2);
    }
}
