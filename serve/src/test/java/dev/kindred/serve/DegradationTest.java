package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.index.Change;
import dev.kindred.index.Engine;
import dev.kindred.index.Generation;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.Visibility;
import dev.kindred.release.Bundles;
import dev.kindred.release.Generations;
import dev.kindred.serve.Caller.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A part fails: something stands in for it, and every answer says so. */
@Timeout(60)
class DegradationTest {
    @TempDir
    Path folder;

    private static String items(Reply reply) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        reply.json()
                .getAsJsonArray("neighbors")
                .forEach(each -> ids.add(each.getAsJsonObject().get("id").getAsString()));
        return String.join(" ", ids);
    }

    private static void put(ServedHome home, String id, String vector) {
        Reply put = home.put("/v1/collections/v/items/" + id + "?until=searchable", "{\"vector\":" + vector + "}");
        assertThat(put.code()).as(put.text()).isEqualTo(200);
    }

    private static ServedHome withVectors(Path home) {
        ServedHome served = ServedHome.in(home);
        served.put("/v1/collections/v", "{\"vectors\":{\"dimension\":2,\"distance\":\"l2\"}}");
        put(served, "a", "[0,0]");
        put(served, "b", "[1,0]");
        return served;
    }

    private static Path generation(Path home) {
        return new Generations(home, "v").live().orElseThrow();
    }

    @Test
    void snapshotsThatAreAskedForAtOnceAreAllTaken() throws Exception {
        ServedHome home = withVectors(folder);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 5; round++) {
                put(home, "late" + round, "[0,1]");
                List<Future<Reply>> asked = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    asked.add(threads.submit(() -> home.send("POST", "/v1/collections/v/snapshots", "")));
                }
                for (Future<Reply> each : asked) {
                    Reply taken = each.get();
                    assertThat(taken.code()).as(taken.text()).isEqualTo(200);
                    assertThat(taken.json().get("items").getAsLong()).isEqualTo(3 + round);
                }
            }
            JsonObject again =
                    home.send("POST", "/v1/collections/v/snapshots", "").json();
            assertThat(home.send("POST", "/v1/collections/v/snapshots", "").json())
                    .as("nothing was written since")
                    .isEqualTo(again);
        } finally {
            home.stop();
        }
    }

    @Test
    void aViewThatIsDamagedAtTheStartIsToldAndTheItemsAnswer() throws IOException {
        ServedHome home = withVectors(folder);
        try {
            home.stop();
            try (Stream<Path> files = Files.list(generation(folder).resolve("view"))) {
                Path largest = files.max(
                                Comparator.comparingLong(file -> file.toFile().length()))
                        .orElseThrow();
                byte[] damaged = Files.readAllBytes(largest);
                damaged[damaged.length / 2] ^= 1;
                Files.write(largest, damaged);
            }
            home.start();
            assertThat(items(home.caller.json("/v1/collections/v/search", "{\"vector\":[0,0]}")))
                    .isEqualTo("a b");
            assertThat(home.told)
                    .anyMatch(line -> line.contains("collection v is answered from its items")
                            && line.contains("until its view is made anew"));
        } finally {
            home.stop();
        }
    }

    @Test
    void itemsThatCannotBeOpenedAreStoodInForByTheirSnapshotWhichSaysSoAndTakesNoWrites() throws IOException {
        ServedHome home = withVectors(folder);
        try {
            assertThat(home.send("POST", "/v1/collections/v/snapshots", "").code())
                    .isEqualTo(200);
            put(home, "late", "[0,1]");
            home.stop();
            Path items = generation(folder).resolve(Generation.ITEMS);
            byte[] damaged = Files.readAllBytes(items);
            java.util.Arrays.fill(damaged, 0, 4096, (byte) 7);
            Files.write(items, damaged);
            home.start();
            Reply found = home.caller.json("/v1/collections/v/search", "{\"vector\":[0,0]}");
            while (found.code() == 503) {
                assertThat(found.problem()).as("until the snapshot stands").isEqualTo("unavailable");
                found = home.caller.json("/v1/collections/v/search", "{\"vector\":[0,0]}");
            }
            assertThat(items(found)).isEqualTo("a b");
            assertThat(found.json().get("degraded").getAsString()).isEqualTo("snapshot");
            assertThat(found.json().get("asOf").getAsString()).startsWith("20");
            Reply write = home.put("/v1/collections/v/items/c", "{\"vector\":[1,1]}");
            assertThat(write.code()).isEqualTo(409);
            assertThat(write.text()).contains("a snapshot of").contains("kindred index rescue");
            assertThat(home.bulk("v", "", "{}").toString()).contains("read-only");
            assertThat(home.caller.get("/readyz").text())
                    .contains("{\"part\":\"items\",\"state\":\"degraded\",\"why\":\"snapshot\"}");
            assertThat(home.caller.get("/metrics").text())
                    .containsPattern("kindred_degraded\\{collection=\"v\",how=\"snapshot\",release=\"[^\"]*\"} 1")
                    .containsPattern("kindred_degraded\\{collection=\"v\",how=\"exact\",release=\"[^\"]*\"} 0")
                    .containsPattern(
                            "kindred_degraded_answers_total\\{collection=\"v\",how=\"snapshot\",release=\"[^\"]*\"} 1");
            assertThat(home.told).anyMatch(line -> line.contains("answered from its snapshot"));
            assertThat(Files.readAllBytes(items)).as("the damaged file is left").isEqualTo(damaged);
        } finally {
            home.stop();
        }
        try (var inside = Files.list(generation(folder))) {
            assertThat(inside).noneMatch(path -> path.getFileName().toString().startsWith(".restored"));
        }
    }

    @Test
    void withoutASnapshotTheOthersAreServedAndThisOneSaysWhy() throws IOException {
        ServedHome home = withVectors(folder);
        home.put("/v1/collections/other", "{\"vectors\":{\"dimension\":2}}");
        home.stop();
        Files.write(generation(folder).resolve(Generation.ITEMS), new byte[4096]);
        home.start();
        try {
            assertThat(home.caller.get("/v1/collections/other").code()).isEqualTo(200);
            Reply reply = home.caller.json("/v1/collections/v/search", "{\"vector\":[0,0]}");
            assertThat(reply.code()).isEqualTo(503);
            assertThat(reply.problem()).isEqualTo("unavailable");
            assertThat(home.caller.get("/readyz").text())
                    .contains("{\"ready\":true", "\"collection\":\"v\",\"state\":\"unavailable\"");
            assertThat(home.caller.get("/v1/collections").text()).contains("\"unavailable\"");
            assertThat(home.put("/v1/collections/v", "{\"vectors\":{\"dimension\":2}}")
                            .problem())
                    .as("it is not made over what can be saved")
                    .isEqualTo("exists");
            home.delete("/v1/collections/other");
        } finally {
            home.stop();
        }
        assertThatThrownBy(home::start).isInstanceOf(Refusal.class).hasMessageContaining("is damaged");
    }

    /** Under a running server: what the view holds is found, what needs the file says that it fails, and where it lies is not told. */
    @Test
    void itemsThatAreDamagedMeanwhileAreStillFoundAndNoWriteIsTakenForDone() throws IOException {
        try (ServedHome home = withVectors(folder)) {
            // More than a connection keeps in memory.
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 400; i++) {
                lines.append("{\"id\":\"i%d\",\"vector\":[9,%d],\"payload\":{\"t\":\"%s\"}}\n"
                        .formatted(i, i, "x".repeat(20_000)));
            }
            assertThat(home.bulk("v", "?until=searchable", lines.toString())
                            .getLast()
                            .get("put")
                            .getAsInt())
                    .isEqualTo(400);
            Path generation = generation(folder);
            for (String file : List.of("items.db", "items.db-wal")) {
                Path each = generation.resolve(file);
                try (var out = java.nio.channels.FileChannel.open(each, java.nio.file.StandardOpenOption.WRITE)) {
                    byte[] damage = new byte[(int) Files.size(each)];
                    java.util.Arrays.fill(damage, (byte) 7);
                    out.write(java.nio.ByteBuffer.wrap(damage));
                }
            }
            assertThat(items(home.caller.json("/v1/collections/v/search", "{\"vector\":[0,0],\"k\":2}")))
                    .isEqualTo("a b");
            Reply item = home.caller.get("/v1/collections/v/items/i3");
            assertThat(item.code()).isEqualTo(503);
            assertThat(item.problem()).isEqualTo("storage-failing");
            Files.delete(generation.resolve("items.db"));
            Reply write = home.put("/v1/collections/v/items/c", "{\"vector\":[1,1]}");
            assertThat(write.code()).as(write.text()).isEqualTo(503);
            assertThat(write.problem()).isEqualTo("write-failed");
            assertThat(item.text() + write.text())
                    .doesNotContain(folder.toString())
                    .doesNotContain("SQLITE");
            List<JsonObject> bulk = home.bulk("v", "", "{\"id\":\"c\",\"vector\":[1,1]}\n");
            assertThat(bulk.getLast().get("status").getAsString()).isEqualTo("ended");
            assertThat(bulk.getLast().get("durable").getAsInt()).isZero();
            assertThat(home.caller.get("/readyz").text())
                    .contains("{\"part\":\"items\",\"state\":\"degraded\",\"why\":\"items\"}");
            assertThat(home.caller.get("/v1/collections/v").code()).isEqualTo(200);
            assertThat(home.told).anyMatch(line -> line.startsWith("collection v: "));
        }
    }

    @Test
    void anotherServerOfTheSameHomeIsRefusedByName() {
        try (ServedHome home = withVectors(folder)) {
            home.send("POST", "/v1/collections/v/snapshots", "");
            assertThatThrownBy(() -> Holdings.ofFolder(generation(folder), null, 1, "another", line -> {}))
                    .as("nor is its snapshot taken for it")
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("being written by a test");
            assertThatThrownBy(() -> ServedHome.in(home.home()))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("being written by a test");
        }
    }

    @Test
    void aDamagedBundleLeavesWhatNeedsNoEncoderAndWords() throws IOException {
        Path homeFolder = folder.resolve("home");
        Bundle texts = TextBundle.seal(folder.resolve("texts.kindred"));
        new Bundles(homeFolder).add(texts.path());
        ServedHome home = ServedHome.in(homeFolder);
        try {
            home.put("/v1/collections/v", "{\"bundle\":\"" + texts.id() + "\"}");
            home.bulk(
                    "v",
                    "?until=searchable",
                    "{\"id\":\"a\",\"text\":\"a tower that warns ships\"}\n"
                            + "{\"id\":\"b\",\"text\":\"an animal that barks\"}");
            home.stop();
            Path copy = generation(homeFolder).resolve("bundle.kindred");
            Files.delete(copy);
            home.start();
            assertThat(home.caller
                            .json("/v1/collections/v/search", "{\"text\":\"ships\"}")
                            .json()
                            .has("degraded"))
                    .as("the home has the bundle too")
                    .isFalse();
            home.stop();
            Files.write(copy, new byte[1000]);
            home.start();
            Reply words = home.caller.json("/v1/collections/v/search", "{\"text\":\"the ship and its tower\"}");
            assertThat(items(words)).isEqualTo("a");
            assertThat(words.json().get("degraded").getAsString()).isEqualTo("words");
            JsonObject first = words.json().getAsJsonArray("neighbors").get(0).getAsJsonObject();
            assertThat(first.has("probability")).as("no likeness is claimed").isFalse();
            assertThat(items(home.caller.json("/v1/collections/v/search", "{\"id\":\"a\"}")))
                    .isEqualTo("b");
            Reply embed = home.caller.json("/v1/collections/v/embed", "{\"text\":\"ships\"}");
            assertThat(embed.code()).isEqualTo(503);
            assertThat(embed.problem()).isEqualTo("encoder-failing");
            assertThat(home.caller.get("/readyz").text())
                    .contains("{\"part\":\"encoder\",\"state\":\"degraded\",\"why\":\"words\"}");
        } finally {
            home.stop();
        }
    }

    /** An encoder that can be told to fail. */
    private record Failing(Encoder real, AtomicBoolean fails) implements Encoder {
        @Override
        public Space space() {
            return real.space();
        }

        @Override
        public Embeddings encode(List<Content> batch) {
            if (fails.get()) {
                throw new IllegalStateException("out of order");
            }
            return real.encode(batch);
        }

        @Override
        public void close() {}
    }

    private KindredServer words(Generation generation, Encoder encoder, List<String> told) {
        Served served = new Served(
                "default",
                "b0a7".repeat(16),
                Served.Takes.TEXTS,
                encoder,
                encoder,
                Optional.empty(),
                Optional.empty(),
                generation);
        return KindredServer.start(
                ServeOptions.defaults().onPort(0), served, (request, route, cause) -> told.add(route));
    }

    private Generation generation(Encoder encoder) {
        Generation generation =
                Generation.create(folder.resolve("words"), encoder.space(), Engine.exact(), "a test", 1);
        List<Change> changes = new ArrayList<>();
        for (String text : List.of("a tower that warns ships", "an animal that barks", "a wild animal of the forest")) {
            changes.add(new Change.Put(Item.of(
                    text.split(" ")[1] + changes.size(), encoder.embed(text).row(0), Map.of("text", Value.of(text)))));
        }
        generation.write(changes, Visibility.SEARCHABLE);
        return generation;
    }

    @Test
    void anEncoderThatFailsLeavesWordsUntilItWorksAgain() {
        List<String> told = new ArrayList<>();
        AtomicBoolean fails = new AtomicBoolean();
        Encoder encoder = new Failing(new WordCollection.Words(), fails);
        try (Generation generation = generation(encoder);
                KindredServer server = words(generation, encoder, told);
                Caller caller = new Caller(server.url())) {
            String body = "{\"text\":\"which animal barks\"}";
            String whole = items(caller.json("/v1/search", body));
            assertThat(whole).startsWith("animal1").contains("tower0");
            fails.set(true);
            // What was embedded before is remembered, and needs no encoder.
            assertThat(items(caller.json("/v1/search", body))).isEqualTo(whole);
            Reply degraded = caller.json("/v1/search", "{\"text\":\"the animal barks\"}");
            assertThat(items(degraded)).isEqualTo("animal1 wild2");
            assertThat(degraded.json().get("degraded").getAsString()).isEqualTo("words");
            assertThat(degraded.json().get("wordsOnly").getAsBoolean()).isTrue();
            assertThat(told).containsExactly("collection default");
            assertThat(items(caller.json("/v1/search", body))).isEqualTo(whole);
            assertThat(caller.get("/readyz").text())
                    .as("what was remembered says nothing of the encoder")
                    .contains("{\"part\":\"encoder\",\"state\":\"degraded\",\"why\":\"words\"}");
            assertThat(items(caller.json("/v1/search", "{\"id\":\"animal1\"}")))
                    .as("a vector is there")
                    .isNotEmpty();
            assertThat(caller.get("/metrics").text())
                    .containsPattern("kindred_degraded\\{collection=\"default\",how=\"words\",release=\"[^\"]*\"} 1");
            assertThat(caller.json("/v1/verify", "{\"left\":{\"text\":\"a\"},\"right\":{\"text\":\"b\"}}")
                            .code())
                    .as("what cannot be told is not told")
                    .isEqualTo(500);
            fails.set(false);
            Reply again = caller.json("/v1/search", "{\"text\":\"the animal barks\"}");
            assertThat(items(again)).isEqualTo(whole);
            assertThat(again.json().has("degraded")).isFalse();
            assertThat(caller.get("/readyz").text()).startsWith("{\"ready\":true,\"state\":\"ready\"");
            fails.set(true);
            assertThat(caller.json("/v1/embed", "{\"text\":\"not seen before\"}")
                            .code())
                    .isEqualTo(500);
            assertThat(caller.get("/readyz").text())
                    .as("whoever asked for it, by whatever route")
                    .contains("{\"part\":\"encoder\",\"state\":\"degraded\",\"why\":\"words\"}");
        }
    }

    @Test
    void wordsAndLikenessAreAskedForTogetherOrApart() {
        Encoder encoder = new WordCollection.Words();
        try (Generation generation = generation(encoder);
                KindredServer server = words(generation, encoder, new ArrayList<>());
                Caller caller = new Caller(server.url())) {
            Reply both = caller.json(
                    "/v1/search", "{\"text\":\"which animal barks\",\"hybrid\":\"weights\",\"wordsWeight\":0.3}");
            assertThat(items(both)).startsWith("animal1");
            JsonObject first = both.json().getAsJsonArray("neighbors").get(0).getAsJsonObject();
            assertThat(first.get("similarity").getAsDouble()).isPositive();
            assertThat(first.get("words").getAsDouble()).isPositive();
            assertThat(both.json().get("hybrid").getAsBoolean()).isTrue();
            assertThat(both.json().getAsJsonArray("neighbors").asList())
                    .as("what either side did not find is said to be unknown")
                    .allSatisfy(
                            each -> assertThat(each.getAsJsonObject().keySet()).contains("similarity", "words"))
                    .anySatisfy(each -> assertThat(
                                    each.getAsJsonObject().get("words").isJsonNull())
                            .isTrue());
            assertThat(items(caller.json("/v1/search", "{\"id\":\"tower0\",\"words\":\"forest\",\"hybrid\":\"rrf\"}")))
                    .startsWith("wild2");
            Reply alone = caller.json("/v1/search", "{\"words\":\"forests\",\"wordsOnly\":true}");
            assertThat(items(alone)).isEqualTo("wild2");
            assertThat(alone.json().has("degraded")).isFalse();
            for (String wrong : List.of(
                    "\"hybrid\":\"magic\"",
                    "\"wordsWeight\":0.5",
                    "\"wordsIn\":[\"text\"]",
                    "\"words\":\"x\",\"after\":\"AAAA\"",
                    "\"words\":\"x\",\"distinct\":\"text\"",
                    "\"wordsOnly\":true,\"hybrid\":\"rrf\"")) {
                assertThat(caller.json("/v1/search", "{\"text\":\"a b\"," + wrong + "}")
                                .code())
                        .as(wrong)
                        .isEqualTo(400);
            }
        }
    }

    /** The view's files are damaged and it cannot be made anew yet: items are read one by one meanwhile, then the view is whole again. */
    @Test
    void aViewThatIsDamagedIsReadAroundAndSaysSo() throws Exception {
        ServedHome home = withVectors(folder);
        home.send("POST", "/v1/collections/v/snapshots", "");
        home.stop();
        Path view = generation(folder).resolve(Generation.VIEW);
        Path inTheWay = view.resolve("folder").resolve("file");
        Files.createDirectories(inTheWay.getParent());
        Files.writeString(inTheWay, "of somebody's");
        // Damaged, and not to be cleared away as long as the folder is in it: no view can be made.
        try (var files = Files.list(view)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.writeString(file, "damaged");
            }
        }
        home.start();
        try {
            Reply found = home.caller.json("/v1/collections/v/search", "{\"vector\":[0,0]}");
            assertThat(items(found)).isEqualTo("a b");
            assertThat(found.json().get("degraded").getAsString()).isEqualTo("exact");
            assertThat(home.caller.get("/readyz").text())
                    .contains("{\"part\":\"index\",\"state\":\"degraded\",\"why\":\"exact\"}");
            assertThat(home.caller.get("/metrics").text())
                    .containsPattern("kindred_degraded\\{collection=\"v\",how=\"exact\",release=\"[^\"]*\"} 1");
            // What the view alone has is waited for: the items are whole, and no snapshot takes their place.
            for (String asked : List.of(
                    "{\"words\":\"tower\",\"wordsOnly\":true}",
                    "{\"queries\":[{\"words\":\"tower\",\"wordsOnly\":true}]}")) {
                Reply words = home.caller.json("/v1/collections/v/search", asked);
                assertThat(words.code()).isEqualTo(503);
                assertThat(words.problem()).isEqualTo("mending");
                assertThat(words.header("Retry-After")).isEqualTo("2");
                assertThat(words.text()).doesNotContain(folder.toString());
            }
            assertThat(home.caller
                            .json("/v1/collections/v/search", "{\"vector\":[0,0]}")
                            .json()
                            .get("degraded")
                            .getAsString())
                    .isEqualTo("exact");
            put(home, "late", "[5,5]");
            Files.delete(inTheWay);
            Files.delete(inTheWay.getParent());
            Await.until(
                    "it is whole again",
                    () -> home.caller.get("/readyz").text().startsWith("{\"ready\":true,\"state\":\"ready\""));
            assertThat(home.caller
                            .json("/v1/collections/v/search", "{\"vector\":[0,0]}")
                            .json()
                            .has("degraded"))
                    .isFalse();
        } finally {
            home.stop();
        }
    }
}
