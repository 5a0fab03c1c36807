package dev.kindred.serve.access;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.release.Answered;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.AuditLog;
import dev.kindred.release.Feedback;
import dev.kindred.release.Keys;
import dev.kindred.release.Registry;
import dev.kindred.release.Usage;
import dev.kindred.serve.Problem;
import dev.kindred.serve.ServeOptions;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who comes in, how much they may ask, and what is written down of it: the part of a home's registry that a server works with. Close it
 * after the server; the registry stays its owner's.
 */
public final class Oversight implements AutoCloseable {
    private final @Nullable Home home;
    private final Set<String> sensitive;
    private final Access access;

    /** What stands on a registry. */
    private record Home(
            Keyring keyring,
            Underway underway,
            Limits limits,
            Audit audit,
            AnswersKept answers,
            Keys keys,
            AuditLog log,
            Usage usage,
            Feedback feedback,
            InstantSource clock,
            Consumer<Throwable> faults) {}

    private Oversight(@Nullable Home home, Set<String> sensitive, Access access) {
        this.home = home;
        this.sensitive = sensitive;
        this.access = access;
    }

    /** Nobody is asked, nothing is written: for a server without a home. */
    public static Oversight none() {
        return by(Access.OPEN);
    }

    /** Whoever another proof says it is; nothing is written. */
    public static Oversight by(Access access) {
        return new Oversight(null, Set.of(), access);
    }

    /**
     * By the keys of a registry.
     *
     * @param faults told once where something begins to fail
     */
    public static Oversight of(Registry registry, ServeOptions.Kept kept, Consumer<Throwable> faults) {
        return of(registry, kept, InstantSource.system(), System::nanoTime, faults);
    }

    /** By clocks of the caller's own. */
    public static Oversight of(
            Registry registry,
            ServeOptions.Kept kept,
            InstantSource clock,
            LongSupplier nanos,
            Consumer<Throwable> faults) {
        Underway underway = new Underway();
        Usage usage = new Usage(registry);
        AuditLog log = new AuditLog(registry);
        Keyring keyring = new Keyring(registry, clock);
        Limits limits = new Limits(usage, clock, nanos, keyring::limits, faults);
        keyring.tell((key, problem) -> {
            underway.end(key, problem);
            limits.forget(key);
        });
        Home home = new Home(
                keyring,
                underway,
                limits,
                new Audit(log, faults),
                new AnswersKept(new Answered(registry), clock, kept.answers(), kept.answersFor(), faults),
                new Keys(registry),
                log,
                usage,
                new Feedback(registry),
                clock,
                faults);
        return new Oversight(home, kept.sensitive(), keyring);
    }

    /**
     * Watches the keys from now on, at once for the first time: requests come in. Until then the keys are those that there were when this
     * was made, and a server that starts need not look at them fifty times a second.
     */
    public void begin() {
        if (home != null) {
            home.keyring().watch(home.faults());
        }
    }

    /** Takes away what is kept for longer than it should be, which nobody waits for. */
    public void settle() {
        if (home != null) {
            home.answers().settle(home.faults());
        }
    }

    /** Whether a key must be shown. */
    public boolean asksForKeys() {
        return home != null && home.keyring().asks();
    }

    /**
     * Lets a request in: its key is known and holds, and it may ask this much. It is ended as soon as the key no longer holds.
     *
     * @throws dev.kindred.serve.Problem 401 or 429
     */
    public Principal admit(ServiceRequestContext context, HttpRequest request) {
        if (home == null) {
            return access.of(context, request);
        }
        Principal principal = access.of(context, request);
        if (principal != Principal.LOCAL) {
            home.underway().add(principal.key(), context);
            if (!home.keyring().holds(principal)) {
                // Revoked between the two: once more, for the right words.
                return home.keyring().of(context, request);
            }
            home.limits().take(context, principal, 1, 0);
        }
        return principal;
    }

    /** Whether the key of a request that was let in and goes on still holds, and may do this here. Nothing is counted for it. */
    public boolean isStillAllowed(ServiceRequestContext context, HttpRequest request, Role role, String collection) {
        try {
            return access.of(context, request).may(role, collection);
        } catch (Problem revoked) {
            return false;
        }
    }

    /**
     * Counts what a request asks to be computed, before it is.
     *
     * @param inputs pictures, texts, rows or vectors
     * @throws dev.kindred.serve.Problem 429, or 413 where it is more than this key may ever ask at once
     */
    public void take(ServiceRequestContext context, Principal principal, int inputs) {
        if (home != null && inputs > 0) {
            home.limits().take(context, principal, 0, inputs);
        }
    }

    /** Whether it is kept of a collection who searched and compared. */
    public boolean isSensitive(String collection) {
        return home != null && (sensitive.contains(collection) || home.keyring().isSensitive(collection));
    }

    /**
     * Writes down a change before it is made; durable when it returns. Waits: not for a network's thread.
     *
     * @throws dev.kindred.serve.Problem 503 where it cannot be written: then nothing may be done
     */
    public void before(Principal who, String action, String collection, String request, JsonObject detail) {
        if (home != null) {
            home.audit().now(entry(who, action, collection, request, detail));
        }
    }

    /**
     * Writes down a search or comparison, or how a change ended: queued when it returns.
     *
     * @throws dev.kindred.serve.Problem 503 where there is no room for it
     */
    public void note(Principal who, String action, String collection, String request, JsonObject detail) {
        if (home != null) {
            home.audit().soon(entry(who, action, collection, request, detail));
        }
    }

    /** A row of the audit log, now. A key that stands where none belongs is left out. */
    public AuditEntry entry(Principal who, String action, String collection, String request, JsonObject detail) {
        long at = home == null ? System.currentTimeMillis() : home.clock().millis();
        JsonObject kept = new JsonObject();
        detail.entrySet()
                .forEach(each -> kept.add(
                        each.getKey(),
                        each.getValue() instanceof JsonPrimitive text && text.isString()
                                ? new JsonPrimitive(ApiKey.withoutKeys(text.getAsString()))
                                : each.getValue()));
        return new AuditEntry(at, who.key(), who.name(), action, ApiKey.withoutKeys(collection), request, kept);
    }

    /** What stood here is read anew at once: after this process has changed keys or settings itself. */
    public void changed() {
        if (home != null) {
            home.keyring().look();
        }
    }

    public Optional<Keys> keys() {
        return home == null ? Optional.empty() : Optional.of(home.keys());
    }

    public Optional<Usage> usage() {
        return home == null ? Optional.empty() : Optional.of(home.usage());
    }

    public Optional<AuditLog> auditLog() {
        return home == null ? Optional.empty() : Optional.of(home.log());
    }

    public Optional<AnswersKept> answers() {
        return home == null ? Optional.empty() : Optional.of(home.answers());
    }

    public Optional<Feedback> feedback() {
        return home == null ? Optional.empty() : Optional.of(home.feedback());
    }

    public InstantSource clock() {
        return home == null ? InstantSource.system() : home.clock();
    }

    @Override
    public void close() {
        if (home != null) {
            home.keyring().close();
            home.limits().close();
            home.answers().close();
            home.audit().close();
        }
    }
}
