package dev.kindred.cli.load;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.MediaType;
import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import dev.kindred.media.Pictures;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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

    private static final int MOST_SHOTS = 256;
    private static final int EMBEDDED = 0;
    private static final int SEARCHED = 1;
    private static final int VERIFIED = 2;
    private static final int FRESH_KINDS = 3;
    private static final int MOST_PICTURES = 64;
    private static final int SIDE = 48;
    private static final List<String> WORDS = List.of(
            "red", "small", "wooden", "chair", "with", "four", "legs", "a", "quiet", "street", "near", "the", "river",
            "old", "camera", "lens", "fifty", "of", "steel", "garden", "in", "rain", "child", "runs", "for", "bus",
            "paper", "box", "and", "blue", "lamp", "on", "table");

    private final Target target;
    private final String collection;
    private final boolean pictures;
    private final int batch;
    private final int k;
    private final By by;
    private final List<byte[]> contents;
    private final List<String> ids;
    private final @Nullable Fresh fresh;

    private Payloads(
            Target target,
            String collection,
            boolean pictures,
            int batch,
            int k,
            By by,
            List<byte[]> contents,
            List<String> ids,
            @Nullable Fresh fresh) {
        this.target = target;
        this.collection = collection;
        this.pictures = pictures;
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
     * @param given texts as UTF-8, or pictures' bytes; empty to take what the collection holds
     * @param ofPictures what those are; not looked at where there are none
     * @param batch inputs of one embed, 1 to 64
     * @param k neighbours that a search asks for
     * @param fresh whether no content is sent twice
     */
    public static Payloads of(
            Target target,
            String collection,
            List<byte[]> given,
            boolean ofPictures,
            int batch,
            int k,
            By by,
            boolean fresh,
            long seed) {
        String path = "/v1/collections/" + encoded(collection);
        JsonObject about = json(target, Shot.get(path));
        boolean pictures = text(about, "takes").orElse("").equals("pictures");
        if (!given.isEmpty() && ofPictures != pictures) {
            throw new Refusal(
                    "holds " + (ofPictures ? "pictures" : "texts") + ", the collection takes "
                            + (pictures ? "pictures" : "texts"),
                    "--data",
                    "name data of that kind, or leave it out");
        }
        JsonArray items = json(target, Shot.get(path + "/items?limit=200")).getAsJsonArray("items");
        List<String> ids = new ArrayList<>();
        items.forEach(item -> text(item.getAsJsonObject(), "id").ifPresent(ids::add));
        List<byte[]> contents = given;
        if (contents.isEmpty()) {
            contents = pictures ? sources(target, path, items) : texts(items);
        }
        if (contents.isEmpty()) {
            contents = drawn(Keyed.of(seed, 1), pictures);
        }
        return new Payloads(target, path, pictures, batch, k, by, contents, ids, fresh ? Fresh.now() : null);
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

    private Shot embed(long i) {
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
            case CONTENT -> input.add(pictures ? "image" : "text", said(content(kind, i)));
            case ID -> input.addProperty("id", id(i));
            case VECTOR -> input.add("vector", vector(id(i)));
        }
        return input;
    }

    /** @param kind of call: each has numbers of its own */
    private byte[] content(int kind, long i) {
        byte[] content = contents.get((int) (i % contents.size()));
        return fresh == null ? content : fresh.content(content, pictures, FRESH_KINDS * i + kind);
    }

    private JsonPrimitive said(byte[] content) {
        return new JsonPrimitive(
                pictures ? Base64.getEncoder().encodeToString(content) : new String(content, StandardCharsets.UTF_8));
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

    private static List<byte[]> drawn(Keyed random, boolean pictures) {
        List<byte[]> drawn = new ArrayList<>();
        for (int i = 0; i < MOST_PICTURES; i++) {
            drawn.add(pictures ? picture(random) : words(random).getBytes(StandardCharsets.UTF_8));
        }
        return drawn;
    }

    /** Dark bars on light ground. */
    private static byte[] picture(Keyed random) {
        byte[] levels = new byte[SIDE * SIDE];
        Arrays.fill(levels, (byte) 240);
        for (int bar = 0; bar < 4; bar++) {
            int left = random.nextInt(SIDE - 8);
            int top = random.nextInt(SIDE - 8);
            int width = 4 + random.nextInt(SIDE - left - 4);
            int height = 4 + random.nextInt(SIDE - top - 4);
            byte level = (byte) random.nextInt(200);
            for (int y = top; y < top + height; y++) {
                Arrays.fill(levels, y * SIDE + left, y * SIDE + left + width, level);
            }
        }
        return Pictures.png(new Content.Pixels(SIDE, SIDE, 1, levels));
    }

    private static String words(Keyed random) {
        int count = 4 + random.nextInt(9);
        List<String> text = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            text.add(WORDS.get(random.nextInt(WORDS.size())));
        }
        return String.join(" ", text);
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
                    text(said, "hint").orElse(""));
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
                contents.size(),
                pictures ? "pictures" : "texts",
                fresh == null ? "" : ", each changed a little whenever it was sent");
    }

    boolean fresh() {
        return fresh != null;
    }
}
