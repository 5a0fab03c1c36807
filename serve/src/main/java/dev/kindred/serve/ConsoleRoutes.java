package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.serve.seen.Meters;
import java.util.function.BooleanSupplier;

/** What the console asks for beside what everybody does: which addresses there are, maps of collections, the last quarter of an hour. */
final class ConsoleRoutes implements AutoCloseable {
    private static final String COLLECTION = " /v1/collections/{collection}";

    private final Hosting hosting;
    private final Maps maps;
    private final Health health;

    ConsoleRoutes(Hosting hosting, Meters meters, BooleanSupplier ready, Faults faults) {
        this.hosting = hosting;
        this.maps = new Maps(hosting.hosts(), faults);
        this.health = new Health(meters::text, ready);
    }

    void bind(Door door) {
        door.open("/console/offers.json", (call, request) -> Wire.json(offers(door)));
        maps.bind(door);
        health.bind(door);
    }

    /** Begins to look at the meters, once somebody listens. */
    void begin() {
        health.watch();
    }

    /** What can be done here, {@code {"offers": ["GET /v1/collections", …]}}. */
    private JsonObject offers(Door door) {
        JsonArray offers = new JsonArray();
        door.addresses().stream()
                .filter(address -> hosting.isOfHome() || address.startsWith("GET ") || !address.endsWith(COLLECTION))
                .sorted()
                .forEach(offers::add);
        JsonObject json = new JsonObject();
        json.add("offers", offers);
        return json;
    }

    @Override
    public void close() {
        health.close();
        maps.close();
    }
}
