package dev.kindred.serve;

import com.google.gson.JsonObject;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.AuditLog;
import dev.kindred.release.Keys;
import dev.kindred.release.Registry;
import dev.kindred.serve.access.KeyRequest;
import dev.kindred.serve.access.Oversight;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/** A server on a home of its own, with the collections {@code default} and {@code photos}, the second of them sensitive. */
final class KeyedServer implements AutoCloseable {
    final Registry registry;
    /** What another process would work with. */
    final Registry elsewhere;

    final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    final Queue<String> told = new ConcurrentLinkedQueue<>();
    final WordCollection words;
    private final Oversight oversight;
    private KindredServer server;

    KeyedServer(Path folder) {
        this(folder, System::nanoTime);
    }

    KeyedServer(Path folder, LongSupplier nanos) {
        this(folder, folder.resolve("home"), nanos);
    }

    KeyedServer(Path folder, Path home, LongSupplier nanos) {
        words = WordCollection.in(folder);
        registry = Registry.open(home);
        elsewhere = registry.another();
        InstantSource clock = now::get;
        ServeOptions.Kept kept = ServeOptions.defaults().kept();
        oversight = Oversight.of(
                registry,
                new ServeOptions.Kept(Set.of("photos"), kept.answers(), kept.answersFor()),
                clock,
                nanos,
                cause -> told.add(String.valueOf(cause)));
    }

    KeyedServer start() {
        return start(ServeOptions.defaults().onPort(0));
    }

    KeyedServer start(ServeOptions options) {
        return start(options, words.served().named("photos"));
    }

    KeyedServer start(ServeOptions options, Served second) {
        Served first = words.served();
        server = KindredServer.start(
                options,
                List.of(first, second),
                oversight,
                (request, route, cause) -> told.add(request + " " + route + " " + cause));
        return this;
    }

    /** A key and its id, made by another process. */
    record Held(String id, String key) {
        /** The header that shows it. */
        String[] shown() {
            return new String[] {"Authorization", "Bearer " + key};
        }
    }

    Held key(String role, List<String> collections, String expires, String... limits) {
        KeyRequest.Made made = new KeyRequest(role + " of " + collections, role, collections, expires, List.of(limits))
                .make(now.get());
        new Keys(elsewhere).add(made.key(), AuditEntry.local(0, "keys.add", KeyRequest.audited(made.key())));
        return new Held(made.key().id(), made.secret().reveal());
    }

    Held key(String role, String... collections) {
        return key(role, List.of(collections), null);
    }

    /** By another process. */
    void revoke(Held held) {
        new Keys(elsewhere).revoke(held.id(), true, now.get(), AuditEntry.local(0, "keys.revoke", new JsonObject()));
    }

    /** What the server has seen by now, at once. */
    void look() {
        oversight.changed();
    }

    Oversight oversight() {
        return oversight;
    }

    AuditLog audit() {
        return new AuditLog(elsewhere);
    }

    KindredServer server() {
        return server;
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        oversight.close();
        elsewhere.close();
        registry.close();
        words.close();
    }
}
