package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.kindred.core.Calibration;
import dev.kindred.core.Decision;
import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import dev.kindred.core.Threshold;
import dev.kindred.index.Failure;
import dev.kindred.index.Generation;
import dev.kindred.index.IndexInfo;
import dev.kindred.index.Item;
import dev.kindred.index.PayloadJson;
import dev.kindred.media.Pictures;
import dev.kindred.serve.seen.Meters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/** What can be looked at: the collection, its items one by one and in pages, and their pictures. */
final class Browsing {
    private static final int MAX_PAGE = 500;
    /** Of a page of items, beside fields. */
    private static final List<String> PARAMETERS = List.of("q", "from", "limit");

    private final Served served;
    private final Compute compute;
    private final Meters.OfCollection meters;
    private final Catalogue catalogue;

    /** @param room bytes that the items' names may take */
    Browsing(Served served, Compute compute, Meters.OfCollection meters, LongSupplier room) {
        this.served = served;
        this.compute = compute;
        this.meters = meters;
        this.catalogue = new Catalogue(served.index(), room);
    }

    /** Reads the names before somebody asks for them. */
    void warm() {
        groups();
    }

    /** None where the items cannot be read: the rest of what is known goes without them. */
    private Map<String, Map<String, Long>> groups() {
        try {
            return catalogue.groups();
        } catch (Refusal refusal) {
            if (Failure.of(refusal).isEmpty()) {
                throw refusal;
            }
            return Map.of();
        }
    }

    /** Ids, size, groups, and how scores become answers: all that the console needs to know before the first request. */
    JsonObject collection() {
        IndexInfo info = served.index().info();
        JsonObject json = new JsonObject();
        json.addProperty("collection", served.collection());
        json.addProperty("bundle", served.bundle());
        json.addProperty("space", served.space().id());
        json.addProperty("takes", served.takes().words());
        json.addProperty("dimension", info.dimension());
        json.addProperty("distance", info.distance().wireName());
        json.addProperty("engine", info.engine());
        json.addProperty("items", info.count());
        json.addProperty("words", served.index() instanceof Generation);
        JsonObject groups = new JsonObject();
        groups().forEach((field, counts) -> {
            JsonObject of = new JsonObject();
            counts.forEach(of::addProperty);
            groups.add(field, of);
        });
        json.add("groups", groups);
        // With one, the decision and the baseline's scores are of its scores, not of a search's.
        json.addProperty("comparator", served.comparator().isPresent());
        served.decision().ifPresent(decision -> json.add("decision", decision(decision)));
        served.baseline().ifPresent(baseline -> json.add("baseline", baseline));
        return json;
    }

    private static JsonObject decision(Decision decision) {
        JsonArray thresholds = new JsonArray();
        for (Threshold threshold : decision.thresholds()) {
            JsonObject line = new JsonObject();
            line.addProperty("targetFmr", threshold.targetFmr());
            line.addProperty("threshold", threshold.threshold());
            line.addProperty("fmr", threshold.fmr());
            line.addProperty("fnmr", threshold.fnmr());
            thresholds.add(line);
        }
        Calibration calibration = decision.calibration();
        JsonObject curve = new JsonObject();
        curve.add("scores", numbers(calibration.scores()));
        curve.add("logOdds", numbers(calibration.logOdds()));
        JsonObject json = new JsonObject();
        json.add("thresholds", thresholds);
        decision.usualThreshold().ifPresent(usual -> json.addProperty("usualFmr", usual.targetFmr()));
        json.add("calibration", curve);
        return json;
    }

    private static JsonArray numbers(List<Double> values) {
        JsonArray numbers = new JsonArray(values.size());
        values.forEach(numbers::add);
        return numbers;
    }

    /** Whether a page is asked for of items that hold or are something, not of all. */
    static boolean isSearch(QueryParams query) {
        return query.names().stream().anyMatch(name -> !name.equals("from") && !name.equals("limit"));
    }

    /** A page of items by {@code q} (words of their names), {@code field=value}, {@code from} and {@code limit}. */
    JsonObject items(QueryParams query) {
        String words = "";
        int from = 0;
        int limit = 60;
        Map<String, String> groups = new HashMap<>();
        for (Map.Entry<String, String> parameter : query) {
            String value = parameter.getValue();
            switch (parameter.getKey()) {
                case "q" -> words = value.length() <= 200 ? value : value.substring(0, 200);
                case "from" -> from = whole(value, "from", Integer.MAX_VALUE);
                case "limit" -> limit = whole(value, "limit", MAX_PAGE);
                default -> groups.put(parameter.getKey(), value);
            }
        }
        Catalogue.Page page = page(words, groups, from, limit);
        JsonArray items = new JsonArray();
        for (Catalogue.Entry entry : page.entries()) {
            JsonObject item = new JsonObject();
            item.addProperty("id", entry.id());
            item.add("payload", PayloadJson.write(entry.brief().payload()));
            if (!entry.brief().isWhole()) {
                item.addProperty("shortened", true);
            }
            item.addProperty("source", entry.source());
            items.add(item);
        }
        JsonObject json = new JsonObject();
        json.add("items", items);
        json.addProperty("total", page.total());
        if (page.isPartial()) {
            json.add("partial", partial(page));
        }
        if (from + items.size() < page.total() && !items.isEmpty()) {
            json.addProperty("next", from + items.size());
        }
        return json;
    }

    /** Names are looked through on the pool; they are read before, by whoever asks first, which others wait for without a thread of it. */
    private Catalogue.Page page(String words, Map<String, String> groups, int from, int limit) {
        Catalogue.Contents contents = catalogue.contents();
        groups.keySet().forEach(field -> requireField(field, contents));
        return compute.run(meters.browse(), () -> Catalogue.page(contents, words, groups, from, limit));
    }

    /** Nothing is found by a field that there is none of; and a parameter that is misspelt looks like one. */
    private static void requireField(String field, Catalogue.Contents contents) {
        if (!contents.fields().contains(field)
                && contents.isWhole()
                && !contents.entries().isEmpty()) {
            Set<String> known = new TreeSet<>(contents.fields());
            known.addAll(PARAMETERS);
            throw Problem.badRequest(
                    "no item has a field '" + (field.length() > 80 ? field.substring(0, 80) + "…" : field) + "'",
                    "query",
                    Nearest.advice(field, known, "q, from and limit are the page's own parameters"));
        }
    }

    /** What a total is of that is not of all: items looked through, all there are, and those of which the beginning alone was. */
    private static JsonObject partial(Catalogue.Page page) {
        JsonObject json = new JsonObject();
        json.addProperty("lookedThrough", page.lookedThrough());
        json.addProperty("of", page.there());
        json.addProperty("shortened", page.shortened());
        return json;
    }

    private static int whole(String text, String where, int most) {
        if (text.length() <= 9 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int value = Integer.parseInt(text);
            if (value <= most) {
                return value;
            }
        }
        throw Problem.badRequest("a whole number from 0 to " + most + " is wanted", where, "");
    }

    /** An item with its payload, and its vector where {@code vector=true}. */
    JsonObject item(String id, QueryParams query) {
        Item item = Inputs.item(served.index(), id);
        JsonObject json = new JsonObject();
        json.addProperty("id", item.id());
        json.addProperty("space", served.space().id());
        json.add("payload", PayloadJson.write(item.payload()));
        json.addProperty("source", item.source() != null);
        if ("true".equals(query.get("vector"))) {
            JsonArray vector = new JsonArray();
            for (float value : item.vector()) {
                vector.add(new JsonPrimitive(value));
            }
            json.add("vector", vector);
        }
        return json;
    }

    /** The bytes an item was made from, as they were given. */
    HttpResponse source(String id) {
        return compute.large(() -> {
            byte[] bytes = sourceOf(id);
            Format format = Format.of(bytes);
            return bytes(bytes, format.type(), format != Format.OTHER);
        });
    }

    /** An item's source as a picture that every browser shows: as it is where it is one, else made a PNG. */
    HttpResponse picture(String id) {
        return compute.large(() -> shown(id));
    }

    private HttpResponse shown(String id) {
        byte[] bytes = sourceOf(id);
        Format format = Format.of(bytes);
        if (format.shown()) {
            return bytes(bytes, format.type(), true);
        }
        try {
            byte[] png = compute.picture(meters.picture(), bytes, () -> Pictures.png(Pictures.decode(bytes, id)));
            return bytes(png, MediaType.PNG, true);
        } catch (Refusal refusal) {
            throw new Problem(HttpStatus.NOT_FOUND, "no-picture", "the item's source is no picture", id, "");
        }
    }

    private byte[] sourceOf(String id) {
        byte[] source = Inputs.item(served.index(), id).source();
        if (source == null) {
            throw new Problem(HttpStatus.NOT_FOUND, "no-source", "the item's source is not kept here", id, "");
        }
        return source;
    }

    private static HttpResponse bytes(byte[] bytes, MediaType type, boolean inline) {
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(type)
                        .set(HttpHeaderNames.CACHE_CONTROL, "private, max-age=300")
                        .set(HttpHeaderNames.CONTENT_DISPOSITION, inline ? "inline" : "attachment")
                        .build(),
                Wire.body(bytes));
    }

    /** What stored bytes are, by their first ones: never by what somebody called them. */
    private enum Format {
        PNG(MediaType.PNG, true),
        JPEG(MediaType.JPEG, true),
        GIF(MediaType.GIF, true),
        OTHER(MediaType.OCTET_STREAM, false);

        private final MediaType type;
        private final boolean shown;

        Format(MediaType type, boolean shown) {
            this.type = type;
            this.shown = shown;
        }

        MediaType type() {
            return type;
        }

        boolean shown() {
            return shown;
        }

        static Format of(byte[] bytes) {
            if (starts(bytes, 0x89, 'P', 'N', 'G')) {
                return PNG;
            }
            if (starts(bytes, 0xFF, 0xD8, 0xFF)) {
                return JPEG;
            }
            return starts(bytes, 'G', 'I', 'F', '8') ? GIF : OTHER;
        }

        private static boolean starts(byte[] bytes, int... magic) {
            if (bytes.length < magic.length) {
                return false;
            }
            for (int i = 0; i < magic.length; i++) {
                if ((bytes[i] & 0xFF) != magic[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
