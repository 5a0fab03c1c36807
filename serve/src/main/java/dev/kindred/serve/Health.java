package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kindred.serve.access.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * The last quarter of an hour of what {@code /metrics} says, every five seconds, so that a page that is opened now has something to
 * show. Holds 181 moments of some hundred bytes and no more.
 */
final class Health implements AutoCloseable {
    static final int EVERY_SECONDS = 5;
    private static final int FIRST_SECONDS = 1;
    private static final int MOMENTS = 15 * 60 / EVERY_SECONDS + 1;

    private final Supplier<String> metrics;
    private final BooleanSupplier ready;
    private final long started = System.currentTimeMillis();
    private final ArrayDeque<Moment> moments = new ArrayDeque<>();
    private final Thread watch =
            Thread.ofPlatform().daemon().name("kindred-health").unstarted(this::look);

    /** @param metrics the text of {@code /metrics} */
    Health(Supplier<String> metrics, BooleanSupplier ready) {
        this.metrics = metrics;
        this.ready = ready;
    }

    void bind(Door door) {
        door.get("/v1/health", Role.OPERATOR, (call, request) -> Wire.json(json()));
    }

    /** Begins to look. */
    void watch() {
        watch.start();
    }

    private void look() {
        try {
            // The first requests are answered first.
            TimeUnit.SECONDS.sleep(FIRST_SECONDS);
            while (true) {
                note(System.currentTimeMillis());
                TimeUnit.SECONDS.sleep(EVERY_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void note(long at) {
        Moment now = Moment.of(at, Exposition.of(metrics.get()));
        synchronized (moments) {
            moments.addLast(now);
            if (moments.size() > MOMENTS) {
                moments.removeFirst();
            }
        }
    }

    /**
     * {@code {"ready", "started", "every": 5, "at": […], "requests": {"2xx": [a second], …}, "embed": {"rate", "p50", "p99"}, "search": {…},
     * "batch", "queue", "items", "degraded", "heap", "resident"}}: lists with one value a span between two moments, null for what is not
     * known; times in seconds, moments in milliseconds since 1970, sizes in bytes. The console's own requests are not counted.
     */
    JsonObject json() {
        List<Moment> all;
        synchronized (moments) {
            all = new ArrayList<>(moments);
        }
        JsonObject json = new JsonObject();
        json.addProperty("ready", ready.getAsBoolean());
        json.addProperty("started", started);
        json.addProperty("every", EVERY_SECONDS);
        JsonArray at = new JsonArray();
        all.stream().skip(1).forEach(moment -> at.add(moment.at()));
        json.add("at", at);
        JsonObject requests = new JsonObject();
        for (int code = 0; code < Moment.CODES.size(); code++) {
            int of = code;
            requests.add(Moment.CODES.get(code), spans(all, (a, b) -> (b.codes()[of] - a.codes()[of]) / seconds(a, b)));
        }
        json.add("requests", requests);
        json.add("embed", times(all, Moment::embed));
        json.add("search", times(all, Moment::search));
        json.add("batch", spans(all, (a, b) -> mean(a.batches(), b.batches())));
        json.add("queue", ends(all, Moment::queue));
        json.add("items", ends(all, Moment::items));
        json.add("degraded", ends(all, Moment::degraded));
        json.add("heap", ends(all, Moment::heap));
        json.add("resident", ends(all, Moment::resident));
        return json;
    }

    private static JsonObject times(List<Moment> all, java.util.function.Function<Moment, Exposition.Histogram> of) {
        JsonObject json = new JsonObject();
        json.add("rate", spans(all, (a, b) -> (of.apply(b).count() - of.apply(a).count()) / seconds(a, b)));
        json.add("p50", spans(all, (a, b) -> Moment.quantile(of.apply(a), of.apply(b), 0.5)));
        json.add("p99", spans(all, (a, b) -> Moment.quantile(of.apply(a), of.apply(b), 0.99)));
        return json;
    }

    private static double seconds(Moment a, Moment b) {
        return Math.max(1, b.at() - a.at()) / 1e3;
    }

    private static double mean(Exposition.Histogram before, Exposition.Histogram after) {
        double count = after.count() - before.count();
        return count > 0 ? (after.sum() - before.sum()) / count : Double.NaN;
    }

    private static JsonArray spans(List<Moment> all, ToDoubleBiFunction<Moment, Moment> value) {
        JsonArray values = new JsonArray();
        for (int i = 1; i < all.size(); i++) {
            add(values, value.applyAsDouble(all.get(i - 1), all.get(i)));
        }
        return values;
    }

    private static JsonArray ends(List<Moment> all, ToDoubleFunction<Moment> value) {
        JsonArray values = new JsonArray();
        all.stream().skip(1).forEach(moment -> add(values, value.applyAsDouble(moment)));
        return values;
    }

    /** Four digits are more than a picture shows. */
    private static void add(JsonArray values, double value) {
        if (!Double.isFinite(value)) {
            values.add(JsonNull.INSTANCE);
        } else {
            double scale = value == 0 ? 1 : Math.pow(10, 3 - Math.floor(Math.log10(Math.abs(value))));
            values.add(new JsonPrimitive(Math.abs(value) >= 1e4 ? Math.rint(value) : Math.rint(value * scale) / scale));
        }
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
