package dev.kindred.bench.fuzz;

import com.google.gson.JsonObject;
import dev.kindred.bench.load.SmallBundle;
import dev.kindred.core.Calibration;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.CharacterPreparation;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.Probes;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.index.Change;
import dev.kindred.index.Engine;
import dev.kindred.index.Generation;
import dev.kindred.index.Item;
import dev.kindred.index.Visibility;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.CollectionSettings;
import dev.kindred.release.Collections;
import dev.kindred.release.Keys;
import dev.kindred.release.Registry;
import dev.kindred.serve.Faults;
import dev.kindred.serve.Holdings;
import dev.kindred.serve.KindredServer;
import dev.kindred.serve.ServeOptions;
import dev.kindred.serve.access.KeyRequest;
import dev.kindred.serve.access.Oversight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A home as users have one: two collections that are written to, keys, an audit log; so that every route there is is answered.
 *
 * @param key may do everything
 * @param spareKey the id of one that may be revoked
 */
record FuzzedHome(Registry registry, Collections collections, String key, String spareKey) {

    /** @param folder that holds no home yet */
    static FuzzedHome in(Path folder) {
        Registry registry = Registry.open(folder);
        Collections collections = new Collections(folder, registry);
        Path pictures = folder.resolve("pictures.kindred");
        Path texts = folder.resolve("texts.kindred");
        Bundle drawn = SmallBundle.seal(pictures, 8, FuzzServer.DIMENSION);
        Bundle words = texts(texts);
        try (Encoder eyes = drawn.encoder(2);
                Encoder ears = words.encoder(2)) {
            make(collections, FuzzServer.PICTURES, drawn, pictures, FuzzServer.drawings(eyes));
            make(collections, FuzzServer.TEXTS, words, texts, FuzzServer.words(ears));
        }
        KeyRequest.Made spare = key(registry, "reader");
        KeyRequest.Made admin = key(registry, "admin");
        return new FuzzedHome(
                registry, collections, admin.secret().reveal(), spare.key().id());
    }

    KindredServer served(ServeOptions options, Faults faults) {
        Oversight oversight =
                Oversight.of(registry, options.kept(), cause -> faults.tell("-", "keys and audit log", cause));
        Holdings holdings = Holdings.ofHome(collections, options.threads(), "bench/fuzz", System.err::println);
        return KindredServer.start(options, holdings, oversight, faults);
    }

    private static KeyRequest.Made key(Registry registry, String role) {
        KeyRequest.Made made = new KeyRequest(role, role, List.of(), null, List.of()).make(Instant.now());
        new Keys(registry).add(made.key(), AuditEntry.local(0, "keys.add", KeyRequest.audited(made.key())));
        return made;
    }

    private static void make(Collections collections, String name, Bundle bundle, Path file, List<Item> items) {
        try {
            collections.create(
                    name, bundle.space().id(), CollectionSettings.usual().ofBundle(bundle.id()), live -> {
                        try (Generation index =
                                Generation.create(live, bundle.space(), Engine.exact(), "bench/fuzz", 2)) {
                            index.write(
                                    items.stream().<Change>map(Change.Put::new).toList(), Visibility.SEARCHABLE);
                        }
                        Files.copy(file, live.resolve("bundle.kindred"));
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Never taught, of texts by their characters. */
    private static Bundle texts(Path file) {
        CharacterPreparation preparation = new CharacterPreparation(64);
        Architecture architecture = Architecture.characters(preparation.extent(), 16, FuzzServer.DIMENSION);
        EncoderParts parts =
                EncoderParts.of(architecture, Weights.untrained(architecture, 5), preparation, Distance.COSINE);
        float[] probed;
        try (Encoder encoder = parts.open(1)) {
            probed = encoder.encode(Probes.texts()).values();
        }
        Probes probes = Sealing.probe(preparation, bytes -> probed);
        Decision decision = new Decision(
                new Calibration(List.of(0.5, 1.0), List.of(-4.0, 4.0)),
                List.of(new Threshold(0.01, 0.9, 0.009, 0.2, null)));
        return new Sealing(parts, probes, decision, null, new JsonObject(), "# Never taught\n").write(file);
    }
}
