package dev.kindred.serve.access;

import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The requests that are being answered, by key: a key that is revoked ends them, however long their streams would have gone on. */
final class Underway {
    private final Map<String, Set<ServiceRequestContext>> byKey = new ConcurrentHashMap<>();

    void add(String key, ServiceRequestContext context) {
        byKey.computeIfAbsent(key, each -> ConcurrentHashMap.newKeySet()).add(context);
        context.log().whenComplete().thenAccept(log -> {
            Set<ServiceRequestContext> own = byKey.get(key);
            if (own != null) {
                own.remove(context);
            }
        });
    }

    /** Ends all of a key's. */
    void end(String key, Throwable cause) {
        Set<ServiceRequestContext> own = byKey.remove(key);
        if (own != null) {
            own.forEach(context -> context.cancel(cause));
        }
    }
}
