package dev.kindred.serve.seen;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Whether requests should be sent here: no part of any collection is still being made ready, and the server is not stopping. */
public final class Readiness {

    /** How a part stands, the worst last. */
    public enum State {
        READY,
        /** Answers go on without it, and say so: still ready. */
        DEGRADED,
        /** It cannot be had, and all else can: still ready, since nobody else would have it either. */
        UNAVAILABLE,
        /** It is being made ready. */
        STARTING;

        boolean isReady() {
            return compareTo(UNAVAILABLE) <= 0;
        }
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

        public static Part unavailable(String why) {
            return new Part(State.UNAVAILABLE, why);
        }

        boolean isReady() {
            return state.isReady();
        }
    }

    private volatile Supplier<Map<String, Map<String, Part>>> parts = Map::of;
    private volatile boolean stopping;

    /** @param now the parts of each collection by name, asked whenever somebody looks */
    public void of(Supplier<Map<String, Map<String, Part>>> now) {
        parts = now;
    }

    /** From now on, for good: not ready. */
    public void stopping() {
        stopping = true;
    }

    public boolean isReady() {
        return !stopping
                && parts.get().values().stream()
                        .flatMap(own -> own.values().stream())
                        .allMatch(Part::isReady);
    }

    /** How it stands now, part by part, all from one look. */
    public Report report() {
        JsonArray all = new JsonArray();
        State worst = State.READY;
        for (Map.Entry<String, Map<String, Part>> collection : parts.get().entrySet()) {
            State own = State.READY;
            JsonArray shown = new JsonArray();
            for (Map.Entry<String, Part> part : collection.getValue().entrySet()) {
                own = worse(own, part.getValue().state());
                shown.add(json(part.getKey(), part.getValue()));
            }
            worst = worse(worst, own);
            JsonObject json = new JsonObject();
            json.addProperty("collection", collection.getKey());
            json.addProperty("state", word(own));
            json.add("parts", shown);
            all.add(json);
        }
        boolean ready = !stopping && worst.isReady();
        JsonObject json = new JsonObject();
        json.addProperty("ready", ready);
        json.addProperty("state", stopping ? "stopping" : word(worst));
        json.add("collections", all);
        return new Report(ready, json);
    }

    private static State worse(State one, State other) {
        return one.compareTo(other) >= 0 ? one : other;
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
