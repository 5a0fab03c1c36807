package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Nearest;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.seen.Trail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The collections that are served, by name. */
final class Hosts {
    private final Map<String, Hosted> all = new ConcurrentSkipListMap<>();

    void add(Hosted hosted) {
        all.put(hosted.served().collection(), hosted);
    }

    /** By name. */
    List<Hosted> all() {
        return List.copyOf(all.values());
    }

    Optional<Hosted> find(String collection) {
        return Optional.ofNullable(all.get(collection));
    }

    /**
     * The collection that is asked for.
     *
     * @throws Problem 404, with the nearest name of those that the caller may know of
     */
    Hosted require(Call call) {
        String collection = call.collection();
        Hosted hosted = find(collection)
                .orElseThrow(() -> new Problem(
                        HttpStatus.NOT_FOUND,
                        "no-collection",
                        "there is no such collection",
                        "collection",
                        hint(collection, known(call.principal()))));
        hosted.answers(Trail.of(call.context()));
        return hosted;
    }

    /** Those that a caller may read. */
    List<Hosted> readable(Principal principal) {
        return all().stream()
                .filter(hosted -> principal.may(Role.READER, hosted.served().collection()))
                .toList();
    }

    private List<String> known(Principal principal) {
        return readable(principal).stream()
                .map(hosted -> hosted.served().collection())
                .toList();
    }

    private static String hint(String collection, List<String> known) {
        return known.isEmpty()
                ? "there is none here yet"
                : Nearest.advice(collection, known, "those here: " + String.join(", ", known));
    }
}
