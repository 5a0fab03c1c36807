package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.seen.Trail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The collections that are served, by name. */
public final class Hosts {
    private final Map<String, Hosted> all = new ConcurrentSkipListMap<>();
    /** Those that are there and cannot be opened, and why. */
    private final Map<String, Refusal> shut = new ConcurrentSkipListMap<>();

    void add(Hosted hosted) {
        all.put(hosted.served().collection(), hosted);
    }

    /** Takes one out, so that nobody new finds it. */
    Optional<Hosted> remove(String collection) {
        shut.remove(collection);
        return Optional.ofNullable(all.remove(collection));
    }

    /** Takes one that could not be opened for open. */
    void reopen(Hosted hosted) {
        add(hosted);
        shut.remove(hosted.served().collection());
    }

    void addShut(String collection, Refusal why) {
        shut.put(collection, why);
    }

    Map<String, Refusal> shut() {
        return Map.copyOf(shut);
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
        return require(call, call.collection());
    }

    /** The same by a name that stands elsewhere than in the address. */
    public Hosted require(Call call, String collection) {
        Hosted hosted = all.get(collection);
        if (hosted != null && hosted.hold(call.context())) {
            hosted.answers(Trail.of(call.context()));
            return hosted;
        }
        if (shut.containsKey(collection)) {
            throw new Problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "unavailable",
                    "this collection cannot be opened",
                    collection,
                    "the server's log says why; mend it and start the server anew");
        }
        throw new Problem(
                HttpStatus.NOT_FOUND,
                "no-collection",
                "there is no such collection",
                "collection",
                hint(collection, known(call.principal())));
    }

    /** The same; a caller who says which space it expects is never answered from another. */
    Hosted expected(Call call) {
        return require(call).requireSpace(call.context().request());
    }

    /** Those that a caller may read. */
    public List<Hosted> readable(Principal principal) {
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
