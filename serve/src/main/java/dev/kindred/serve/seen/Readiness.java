package dev.kindred.serve.seen;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/** Whether requests should be sent here: all parts of all collections are there, and the server is not stopping. */
public final class Readiness {

    /** How a part stands, the worst last. */
    public enum State {
        READY,
        /** Answers go on without it, and say so: still ready. */
        DEGRADED,
        /** It is being made ready. */
        STARTING,
        /** It will not be ready by itself. */
        FAILED
    }

    /** @param why for people; empty where it is ready */
    public record Part(State state, String why) {
        public static final Part READY = new Part(State.READY, "");

        public static Part degraded(String why) {
            return new Part(State.DEGRADED, why);
        }

        public static Part starting(String why) {
            return new Part(State.STARTING, why);
        }

        public static Part failed(String why) {
            return new Part(State.FAILED, why);
        }

        boolean isReady() {
            return state.compareTo(State.DEGRADED) <= 0;
        }
    }

    private final Map<String, Map<String, Supplier<Part>>> collections = new ConcurrentSkipListMap<>();
    private volatile boolean stopping;

    /** @param part of the collection, e.g. {@code probes}, {@code index}; {@code now} is asked whenever somebody looks */
    public void part(String collection, String part, Supplier<Part> now) {
        collections
                .computeIfAbsent(collection, name -> new ConcurrentSkipListMap<>())
                .put(part, now);
    }

    /** The collection is served no longer. */
    public void drop(String collection) {
        collections.remove(collection);
    }

    /** From now on, for good: not ready. */
    public void stopping() {
        stopping = true;
    }

    public boolean isReady() {
        return !stopping
                && collections.values().stream()
                        .flatMap(parts -> parts.values().stream())
                        .allMatch(part -> part.get().isReady());
    }

    /** How it stands now, part by part, all from one look. */
    public Report report() {
        JsonArray all = new JsonArray();
        State worst = State.READY;
        for (Map.Entry<String, Map<String, Supplier<Part>>> collection : collections.entrySet()) {
            List<Part> states = new ArrayList<>();
            JsonArray parts = new JsonArray();
            collection.getValue().forEach((name, now) -> {
                Part part = now.get();
                states.add(part);
                parts.add(json(name, part));
            });
            State own = states.stream().map(Part::state).max(State::compareTo).orElse(State.READY);
            worst = own.compareTo(worst) > 0 ? own : worst;
            JsonObject json = new JsonObject();
            json.addProperty("collection", collection.getKey());
            json.addProperty("state", word(own));
            json.add("parts", parts);
            all.add(json);
        }
        boolean ready = !stopping && worst.compareTo(State.DEGRADED) <= 0;
        JsonObject json = new JsonObject();
        json.addProperty("ready", ready);
        json.addProperty("state", stopping ? "stopping" : word(worst));
        json.add("collections", all);
        return new Report(ready, json);
    }

    /** @param json {@code {"ready", "state", "collections": [{"collection", "state", "parts": [{"part", "state", "why"?}]}]}} */
    public record Report(boolean ready, JsonObject json) {}

    private static JsonObject json(String name, Part part) {
        JsonObject json = new JsonObject();
        json.addProperty("part", name);
        json.addProperty("state", word(part.state()));
        if (!part.why().isEmpty()) {
            json.addProperty("why", part.why());
        }
        return json;
    }

    private static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
