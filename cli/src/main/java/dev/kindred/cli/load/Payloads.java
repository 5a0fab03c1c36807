package dev.kindred.cli.load;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.MediaType;
import dev.kindred.core.Keyed;
import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What requests carry: things that the collection says it takes. They come from the person's own data, else from the collection's items,
 * else they are drawn by the seed.
 */
public final class Payloads {
    /** The kinds of calls that a mix may name. */
    public static final List<String> KINDS = List.of("embed", "search", "verify", "item", "live");

    /** What a search or a comparison is given. */
    public enum By {
        /** A text or picture, which the server encodes. */
        CONTENT,
        /** An item's id. */
        ID,
        /** A ready vector: an item's. */
        VECTOR
    }

    /** What a collection is given. */
    private enum Takes {
        PICTURES,
        TEXTS,
        /** It encodes nothing. */
        VECTORS;

        static Takes of(String said) {
            return switch (said) {
                case "pictures" -> PICTURES;
                case "vectors" -> VECTORS;
                default -> TEXTS;
            };
        }

        String words() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int MOST_SHOTS = 256;
    private static final int EMBEDDED = 0;
    private static final int SEARCHED = 1;
    private static final int VERIFIED = 2;
    private static final int FRESH_KINDS = 3;
    private static final int MOST_PICTURES = 64;
    private static final String USUAL = "default";

    private final Target target;
    private final String name;
    /** Its address. */
    private final String collection;

    private final Takes takes;
    private final int batch;
    private final int k;
    private final By by;
    private final List<byte[]> contents;
    private final List<String> ids;
    private final @Nullable Fresh fresh;

    private Payloads(
            Target target,
            String name,
            String collection,
            Takes takes,
            int batch,
            int k,
            By by,
            List<byte[]> contents,
            List<String> ids,
            @Nullable Fresh fresh) {
        this.target = target;
        this.name = name;
        this.collection = collection;
        this.takes = takes;
        this.batch = batch;
        this.k = k;
        this.by = by;
        this.contents = contents;
        this.ids = ids;
        this.fresh = fresh;
    }

    /**
     * Asks the server what the collection takes and holds.
     *
     * @param collection null for {@code default}, or the only one there is
     * @param given texts as UTF-8, or pictures' bytes; empty to take what the collection holds
     * @param ofPictures what those are; not looked at where there are none
     * @param batch inputs of one embed, 1 to 64
     * @param k neighbours that a search asks for
     * @param by null for what the collection takes
     * @param fresh whether no content is sent twice
     */
    public static Payloads of(
            Target target,
            @Nullable String collection,
            List<byte[]> given,
            boolean ofPictures,
            int batch,
            int k,
            @Nullable By by,
            boolean fresh,
            long seed) {
        String name = collection == null ? theOne(target) : collection;
        String path = "/v1/collections/" + encoded(name);
        JsonObject about = json(target, Shot.get(path));
        Takes takes = Takes.of(text(about, "takes").orElse(""));
        if (!given.isEmpty() && takes != (ofPictures ? Takes.PICTURES : Takes.TEXTS)) {
            throw new Refusal(
                    "holds " + (ofPictures ? "pictures" : "texts") + ", the collection takes " + takes.words(),
                    "--data",
                    "name data of that kind, or leave it out");
        }
        if (takes == Takes.VECTORS && by == By.CONTENT) {
            throw new Refusal(
                    "the collection takes vectors, and encodes nothing", "--by content", "use --by vector or --by id");
        }
        By with = by != null ? by : takes == Takes.VECTORS ? By.VECTOR : By.CONTENT;
        boolean pictures = takes == Takes.PICTURES;
        JsonArray items = json(target, Shot.get(path + "/items?limit=200")).getAsJsonArray("items");
        List<String> ids = new ArrayList<>();
        items.forEach(item -> text(item.getAsJsonObject(), "id").ifPresent(ids::add));
        List<byte[]> contents = given;
        if (contents.isEmpty() && takes != Takes.VECTORS) {
            contents = pictures ? sources(target, path, items) : texts(items);
        }
        if (contents.isEmpty() && takes != Takes.VECTORS) {
            contents = Drawn.contents(Keyed.of(seed, 1), pictures, MOST_PICTURES);
        }
        return new Payloads(target, name, path, takes, batch, k, with, contents, ids, fresh ? Fresh.now() : null);
    }

    private static String theOne(Target target) {
        List<String> there = new ArrayList<>();
        json(target, Shot.get("/v1/collections"))
                .getAsJsonArray("collections")
                .forEach(each -> text(each.getAsJsonObject(), "collection").ifPresent(there::add));
        if (there.contains(USUAL) || there.isEmpty()) {
            return USUAL;
        }
        if (there.size() > 1) {
            throw new Refusal(
                    "which of the " + there.size() + " collections there?",
                    target.url().toString(),
                    "say --collection with one of " + String.join(", ", there));
        }
        return there.getFirst();
    }

    /** The name of the collection that is asked. */
    public String collection() {
        return name;
    }

    /** The usual mix of what the collection takes. */
    public String usualMix() {
        return takes == Takes.VECTORS ? "search=90,verify=10" : "embed=70,search=25,verify=5";
    }

    /**
     * The mix that a person wrote, e.g. {@code embed=70,search=25,verify=5}.
     *
     * @throws Refusal where it cannot be read
     */
    public Mix mix(String text) {
        List<Mix.Kind> kinds = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String[] pair = part.strip().split("=", 2);
            String name = pair[0].strip();
            if (!KINDS.contains(name)) {
                throw new Refusal(
                        "there is no call '" + name + "'",
                        "--mix",
                        Nearest.advice(name, KINDS, "write e.g. embed=70,search=25,verify=5"));
            }
            if (kinds.stream().anyMatch(kind -> kind.name().equals(name))) {
                throw new Refusal("'" + name + "' stands twice", "--mix", "write each call once");
            }
            kinds.add(kind(name, weight(pair.length == 2 ? pair[1].strip() : "1")));
        }
        return Mix.of(kinds);
    }

    private static double weight(String text) {
        try {
            double weight = Double.parseDouble(text);
            if (weight > 0 && Double.isFinite(weight)) {
                return weight;
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw new Refusal("'" + text + "' is no weight", "--mix", "write numbers above 0: embed=70,search=25");
    }

    private Mix.Kind kind(String name, double weight) {
        return switch (name) {
            case "embed" -> kind(name, weight, this::embed, true);
            case "search" -> kind(name, weight, this::search, by == By.CONTENT);
            case "verify" -> kind(name, weight, this::verify, by == By.CONTENT);
            case "item" -> kind(name, weight, i -> Shot.get(collection + "/items/" + encoded(id(i))), false);
            default -> new Mix.Kind(name, weight, List.of(Shot.get("/livez")));
        };
    }

    /** @param encoded whether the server makes embeddings for it */
    private Mix.Kind kind(String name, double weight, LongFunction<Shot> make, boolean encoded) {
        if (fresh != null && encoded) {
            return new Mix.Kind(name, weight, make);
        }
        List<Shot> shots = new ArrayList<>();
        for (int i = 0; i < MOST_SHOTS; i++) {
            shots.add(make.apply(i));
        }
        return new Mix.Kind(name, weight, shots);
    }

    private boolean ofPictures() {
        return takes == Takes.PICTURES;
    }

    private Shot embed(long i) {
        if (takes == Takes.VECTORS) {
            throw new Refusal(
                    "the collection takes vectors, and embeds nothing",
                    "--mix embed",
                    "use search, verify, item and live");
        }
        boolean pictures = ofPictures();
        if (pictures && batch == 1) {
            byte[] picture = content(EMBEDDED, i);
            return Shot.bytes(collection + "/embed", type(picture), picture);
        }
        JsonArray all = new JsonArray();
        for (int j = 0; j < batch; j++) {
            all.add(said(content(EMBEDDED, i * batch + j)));
        }
        JsonObject body = new JsonObject();
        body.add(pictures ? "images" : "texts", all);
        return Shot.json(collection + "/embed", body.toString());
    }

    private Shot search(long i) {
        JsonObject body = input(SEARCHED, i);
        body.addProperty("k", k);
        return Shot.json(collection + "/search", body.toString());
    }

    private Shot verify(long i) {
        JsonObject body = new JsonObject();
        body.add("left", input(VERIFIED, 2 * i));
        body.add("right", input(VERIFIED, 2 * i + 1));
        return Shot.json(collection + "/verify", body.toString());
    }

    private JsonObject input(int kind, long i) {
        JsonObject input = new JsonObject();
        switch (by) {
            case CONTENT -> input.add(ofPictures() ? "image" : "text", said(content(kind, i)));
            case ID -> input.addProperty("id", id(i));
            case VECTOR -> input.add("vector", vector(id(i)));
        }
        return input;
    }

    /** @param kind of call: each has numbers of its own */
    private byte[] content(int kind, long i) {
        byte[] content = contents.get((int) (i % contents.size()));
        return fresh == null ? content : fresh.content(content, ofPictures(), FRESH_KINDS * i + kind);
    }

    private JsonPrimitive said(byte[] content) {
        return new JsonPrimitive(
                ofPictures()
                        ? Base64.getEncoder().encodeToString(content)
                        : new String(content, StandardCharsets.UTF_8));
    }

    private String id(long i) {
        if (ids.isEmpty()) {
            throw new Refusal("holds no items", collection, "ask it to embed alone: --mix embed");
        }
        return ids.get((int) (i % ids.size()));
    }

    private JsonElement vector(String id) {
        return json(target, Shot.get(collection + "/items/" + encoded(id) + "?vector=true"))
                .get("vector");
    }

    /** What the collection's items were made from, as far as that is kept. */
    private static List<byte[]> sources(Target target, String path, JsonArray items) {
        List<byte[]> sources = new ArrayList<>();
        for (JsonElement element : items) {
            JsonObject item = element.getAsJsonObject();
            if (sources.size() == MOST_PICTURES) {
                break;
            }
            if (item.has("source") && item.get("source").getAsBoolean()) {
                AggregatedHttpResponse reply = target.ask(
                        Shot.get(path + "/items/" + encoded(item.get("id").getAsString()) + "/source"));
                if (reply.status().code() == 200) {
                    sources.add(reply.content().array());
                }
            }
        }
        return sources;
    }

    /** Each item's longest text. */
    private static List<byte[]> texts(JsonArray items) {
        List<byte[]> texts = new ArrayList<>();
        for (JsonElement element : items) {
            String longest = "";
            if (element.getAsJsonObject().get("payload") instanceof JsonObject payload) {
                for (String name : payload.keySet()) {
                    String value = text(payload, name).orElse("");
                    longest = value.length() > longest.length() ? value : longest;
                }
            }
            if (!longest.isBlank()) {
                texts.add(longest.getBytes(StandardCharsets.UTF_8));
            }
        }
        return texts;
    }

    private static MediaType type(byte[] picture) {
        boolean jpeg = picture.length > 2 && picture[0] == (byte) 0xFF && picture[1] == (byte) 0xD8;
        return jpeg ? MediaType.JPEG : MediaType.PNG;
    }

    private static Optional<String> text(JsonObject json, String name) {
        return json.get(name) instanceof JsonPrimitive value && value.isString()
                ? Optional.of(value.getAsString())
                : Optional.empty();
    }

    private static JsonObject json(Target target, Shot shot) {
        AggregatedHttpResponse reply = target.ask(shot);
        JsonObject said;
        try {
            said = JsonParser.parseString(reply.contentUtf8()).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new Refusal(
                    "answers " + reply.status().code() + " and no JSON",
                    target.url() + shot.path(),
                    "is a Kindred there?",
                    e);
        }
        if (reply.status().code() != 200) {
            throw new Refusal(
                    text(said, "detail").orElse("answers " + reply.status().code()),
                    target.url() + shot.path(),
                    reply.status().code() == 401
                            ? "give a key by --key or KINDRED_KEY"
                            : text(said, "hint").orElse(""));
        }
        return said;
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** What is asked with, for people. */
    public String words() {
        return String.format(
                Locale.ROOT,
                "%,d %s%s",
                takes == Takes.VECTORS ? ids.size() : contents.size(),
                takes == Takes.VECTORS ? "items" : takes.words(),
                fresh == null ? "" : ", each changed a little whenever it was sent");
    }

    /** Whether a server computes each anew, or nothing is to be computed. */
    boolean isNew() {
        return fresh != null || takes == Takes.VECTORS;
    }
}
