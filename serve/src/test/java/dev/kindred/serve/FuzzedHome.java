package dev.kindred.serve;

import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.fuzz.Things;
import dev.kindred.index.Change;
import dev.kindred.index.Engine;
import dev.kindred.index.Generation;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.Visibility;
import dev.kindred.media.Pictures;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.CollectionSettings;
import dev.kindred.release.Collections;
import dev.kindred.release.Keys;
import dev.kindred.release.Registry;
import dev.kindred.serve.access.KeyRequest;
import dev.kindred.serve.access.Oversight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A server of a home as users have one, which answers every route there is: two collections that are written to, keys, an audit log. */
final class FuzzedHome implements AutoCloseable {
    final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final Registry registry;
    private final Oversight oversight;
    private final KindredServer server;
    private final Things things;

    FuzzedHome(Path folder) {
        Path home = folder.resolve("home");
        registry = Registry.open(home);
        Collections collections = new Collections(home, registry);
        Path pictures = folder.resolve("pictures.kindred");
        Path texts = folder.resolve("texts.kindred");
        Bundle drawn = DrawnCollection.seal(pictures);
        Bundle words = TextBundle.seal(texts);
        try (Encoder eyes = drawn.encoder(1);
                Encoder ears = words.encoder(1)) {
            make(collections, "drawn", drawn, pictures, drawings(eyes));
            make(collections, "default", words, texts, words(ears));
        }
        KeyRequest.Made spare = key("reader");
        KeyRequest.Made admin = key("admin");
        things = things(drawn.space().dimension(), words.space().dimension())
                .with(admin.secret().reveal(), spare.key().id());
        oversight = Oversight.of(registry, ServeOptions.defaults().kept(), cause -> told.add("oversight: " + cause));
        server = KindredServer.start(
                ServeOptions.defaults()
                        .onPort(0)
                        .withMaxRequestBytes(1 << 20)
                        .withRequestTime(Duration.ofSeconds(20))
                        .withThreads(2),
                Holdings.ofHome(collections, 1, "a test", told::add),
                oversight,
                (request, route, cause) -> told.add(route + ": " + cause));
    }

    static Things things(int dimension, int textDimension) {
        byte[] png = DrawnShapes.png(DrawnShapes.things().get("star"), DrawnShapes.HANDS[0]);
        return new Things(
                "drawn",
                "octo/star.png",
                png,
                DrawnShapes.jpeg(png),
                dimension,
                "default",
                "dog",
                textDimension,
                "",
                "");
    }

    private KeyRequest.Made key(String role) {
        KeyRequest.Made made = new KeyRequest(role, role, List.of(), null, List.of()).make(Instant.now());
        new Keys(registry).add(made.key(), AuditEntry.local(0, "keys.add", KeyRequest.audited(made.key())));
        return made;
    }

    private static void make(Collections collections, String name, Bundle bundle, Path file, List<Change> items) {
        try {
            collections.create(
                    name, bundle.space().id(), CollectionSettings.usual().ofBundle(bundle.id()), live -> {
                        try (Generation index = Generation.create(live, bundle.space(), Engine.exact(), "a test", 1)) {
                            index.write(items, Visibility.SEARCHABLE);
                        }
                        Files.copy(file, live.resolve("bundle.kindred"));
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Change> drawings(Encoder encoder) {
        List<Change> items = new ArrayList<>();
        DrawnShapes.things().forEach((thing, shape) -> {
            for (DrawnShapes.Hand hand : DrawnShapes.HANDS) {
                byte[] png = DrawnShapes.png(shape, hand);
                String id = DrawnShapes.id(thing, hand);
                Map<String, Value> payload = Map.of("family", Value.of(hand.family()));
                items.add(new Change.Put(
                        new Item(id, encoder.embed(Pictures.decode(png, id)).row(0), payload, png)));
            }
        });
        return items;
    }

    private static List<Change> words(Encoder encoder) {
        List<Change> items = new ArrayList<>();
        for (String word : List.of("dog", "cat", "wolf", "anchor", "compass", "run", "swim", "shout")) {
            String text = word + ": a word of the coast";
            Map<String, Value> payload =
                    Map.of("text", Value.of(text), "part", Value.of(word.length() > 3 ? "noun" : "verb"));
            items.add(new Change.Put(new Item(word, encoder.embed(text).row(0), payload, null)));
        }
        return items;
    }

    KindredServer server() {
        return server;
    }

    Things things() {
        return things;
    }

    int metricsPort() {
        return URI.create(server.adminUrl().orElseThrow()).getPort();
    }

    @Override
    public void close() {
        server.close();
        oversight.close();
        registry.close();
    }
}
