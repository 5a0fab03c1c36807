package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.encode.Bundle;
import dev.kindred.index.Engine;
import dev.kindred.index.ItemsSnapshot;
import dev.kindred.release.CollectionSettings;
import dev.kindred.release.Collections;
import dev.kindred.serve.access.ApiKey;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;

/** Collections made, settled and dropped. */
final class CollectionRoutes {
    private static final String COLLECTION = "/v1/collections/{collection}";
    private static final String[] SETTINGS = {"keepSources", "sensitive", "readOnly", "targetRecall", "snapshotHours"};
    private static final int MOST_DIMENSIONS = 1 << 16;

    private final Hosting hosting;
    private final Oversight oversight;

    /** @param oversight told of settings that it heeds */
    CollectionRoutes(Hosting hosting, Oversight oversight) {
        this.hosting = hosting;
        this.oversight = oversight;
    }

    void bind(Door door) {
        door.read(COLLECTION, Role.ADMIN, this::create, HttpMethod.PUT);
        door.read(COLLECTION, Role.OPERATOR, this::change, HttpMethod.PATCH);
        door.handle(COLLECTION, Role.ADMIN, (call, request) -> drop(call), HttpMethod.DELETE);
        door.handle(COLLECTION + "/snapshots", Role.OPERATOR, (call, request) -> snapshot(call), HttpMethod.POST);
        door.get("/v1/bundles", Rule.everywhere(Role.OPERATOR), (call, request) -> bundles());
    }

    private HttpResponse create(Call call, Body body) {
        String name = Collections.requireName(call.collection());
        if (!ApiKey.withoutKeys(name).equals(name)) {
            // Names stand in logs, metrics and folders.
            throw new Refusal("a key is no name of a collection", ApiKey.PREFIX + "…", "choose another name");
        }
        Fields fields = body.fields()
                .only(
                        "bundle",
                        "vectors",
                        "engine",
                        "codes",
                        "links",
                        "beam",
                        "keepSources",
                        "sensitive",
                        "readOnly",
                        "targetRecall",
                        "snapshotHours");
        if (fields.has("bundle") == fields.has("vectors")) {
            throw Problem.badRequest(
                    "what its items are embedded with is wanted",
                    "body",
                    "say {\"bundle\": id or its beginning}, or {\"vectors\": {\"dimension\": 384, \"distance\":"
                            + " \"cosine\"}}");
        }
        CollectionSettings settings = settings(fields, CollectionSettings.usual());
        Optional<Engine> engine = engine(fields);
        try {
            Hosted made;
            if (fields.has("bundle")) {
                Path file = bundle(call, fields.text("bundle").orElse(""));
                Bundle bundle = Bundle.open(file);
                made = hosting.create(name, bundle.space(), engine, Optional.of(file), settings.ofBundle(bundle.id()));
            } else {
                made = hosting.create(
                        name, space(name, fields.inner("vectors").orElseThrow()), engine, Optional.empty(), settings);
            }
            oversight.changed();
            if (!made.hold(call.context())) {
                throw new Problem(
                        HttpStatus.NOT_FOUND,
                        "no-collection",
                        "the collection was made, and dropped at once",
                        name,
                        "");
            }
            return Wire.json(made.about(), made.served());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Which bundles there are is told to those alone who may ask for it. */
    private Path bundle(Call call, String idOrPrefix) {
        try {
            return hosting.bundle(idOrPrefix);
        } catch (Refusal e) {
            if (call.principal().may(Role.OPERATOR, Principal.EVERY)) {
                throw e;
            }
            throw new Refusal(
                    e.what(), e.where(), "an operator of all collections can list them by GET /v1/bundles", e);
        }
    }

    private static Space space(String name, Fields vectors) {
        vectors.only("name", "dimension", "distance");
        if (!vectors.has("dimension")) {
            throw Problem.badRequest("how many values a vector has is wanted", vectors.at("dimension"), "e.g. 384");
        }
        return Space.external(
                Collections.requireName(vectors.text("name").orElse(name)),
                vectors.whole("dimension", 1, MOST_DIMENSIONS, 1),
                Distance.ofWireName(vectors.text("distance").orElse(Distance.COSINE.wireName())));
    }

    /** Empty for a rows file. */
    private static Optional<Engine> engine(Fields fields) {
        String kind = fields.text("engine").orElse("graph");
        Engine.Graph usual = (Engine.Graph) Engine.graph();
        if (!kind.equals("graph") && (fields.has("links") || fields.has("beam"))) {
            throw Problem.badRequest("links and beam are of a graph", "engine", "say \"engine\": \"graph\"");
        }
        Optional<Engine> engine = switch (kind) {
            case "rows" -> Optional.empty();
            case "exact" -> Optional.of(Engine.exact());
            case "graph" ->
                Optional.of(new Engine.Graph(
                        fields.whole("links", 2, 256, usual.links()),
                        fields.whole("beam", 1, 3_200, usual.beam()),
                        usual.from()));
            default -> throw Problem.badRequest("there is no such engine", "engine", "say rows, exact or graph");
        };
        Optional<String> codes = fields.text("codes");
        if (codes.isPresent() && engine.isEmpty()) {
            throw Problem.badRequest("codes are of exact and graph", "codes", "say \"engine\": \"graph\" or \"exact\"");
        }
        return engine.map(chosen -> switch (codes.orElse("float")) {
            case "float" -> chosen.with(Engine.Codes.FLOAT);
            case "int8" -> chosen.with(Engine.Codes.INT8);
            default -> throw Problem.badRequest("there are no such codes", "codes", "say float or int8");
        });
    }

    private HttpResponse change(Call call, Body body) {
        Fields fields = body.fields().only(SETTINGS);
        Hosted hosted = hosting.hosts().expected(call);
        hosting.settle(hosted, now -> settings(fields, now));
        oversight.changed();
        return Wire.json(hosted.about(), hosted.served());
    }

    private static CollectionSettings settings(Fields fields, CollectionSettings now) {
        CollectionSettings settings = now;
        if (fields.has("keepSources")) {
            settings = settings.keepSources(fields.flag("keepSources"));
        }
        if (fields.has("sensitive")) {
            settings = settings.sensitive(fields.flag("sensitive"));
        }
        if (fields.has("readOnly")) {
            settings = settings.readOnly(fields.flag("readOnly"));
        }
        Optional<Double> recall = fields.number("targetRecall", 0, 1);
        if (recall.isPresent()) {
            settings = settings.targetRecall(recall.get());
        }
        return settings.snapshotHours(
                fields.whole("snapshotHours", 0, CollectionSettings.MOST_HOURS, settings.snapshotHours()));
    }

    private HttpResponse drop(Call call) {
        String name = Collections.requireName(call.collection());
        try {
            hosting.drop(name);
            // Its last requests have ended: what they were answered goes too, though it may not be written yet.
            oversight.answers().ifPresent(answers -> answers.drop(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        JsonObject json = new JsonObject();
        json.addProperty("dropped", name);
        return Wire.json(json);
    }

    private HttpResponse snapshot(Call call) {
        Hosted hosted = hosting.hosts().expected(call);
        ItemsSnapshot taken = hosting.snapshot(hosted, call);
        JsonObject json = new JsonObject();
        json.addProperty("items", taken.count());
        json.addProperty("sequence", taken.sequence());
        json.add("snapshots", hosted.about().get("snapshots"));
        return Wire.json(json, hosted.served());
    }

    private HttpResponse bundles() {
        JsonArray ids = new JsonArray();
        new TreeSet<>(hosting.bundles().keySet()).forEach(ids::add);
        JsonObject json = new JsonObject();
        json.add("bundles", ids);
        return Wire.json(json);
    }
}
