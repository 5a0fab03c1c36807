package dev.kindred.fuzz;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Keyed;
import dev.kindred.fuzz.Case.Ending;
import dev.kindred.fuzz.Case.Piece;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** All cases of a seed: the case of a number is always the same, whoever asks for it and when. */
final class Cases {
    private final long seed;
    private final List<Exchange> valid;
    private final String host;

    /** @param host as requests name it, with its port */
    Cases(long seed, List<Exchange> valid, String host) {
        this.seed = seed;
        this.valid = List.copyOf(valid);
        this.host = host;
    }

    Case of(long number) {
        Keyed random = Keyed.of(seed, number);
        Exchange exchange = valid.get(random.nextInt(valid.size()));
        int share = random.nextInt(100);
        if (share < 2) {
            return whole(number, "valid", exchange);
        }
        if (share < 22) {
            return Framing.of(number, exchange, host, random);
        }
        if (share < 30) {
            return Http2.of(number, exchange, host, random);
        }
        if (exchange.body().length == 0 || share < 45) {
            return whole(number, "head", HeadSpoiling.of(exchange, random));
        }
        if (exchange.isPicture()) {
            return whole(number, "picture", exchange.with(ByteSpoiling.picture(exchange.body(), random)));
        }
        if (!exchange.isJson() || share < 52) {
            return whole(number, "body bytes", exchange.with(ByteSpoiling.of(exchange.body(), random)));
        }
        return share < 62 && pictured(exchange)
                ? whole(number, "picture in JSON", exchange.with(pictures(exchange.body(), random)))
                : whole(number, "JSON", exchange.with(JsonSpoiling.of(exchange.body(), random)));
    }

    private Case whole(long number, String family, Exchange exchange) {
        return new Case(
                number,
                family,
                exchange.route(),
                List.of(Piece.of(exchange.bytes(host))),
                exchange.method().equals("HEAD") ? Ending.HEAD_REPLY : Ending.REPLY);
    }

    private static boolean pictured(Exchange exchange) {
        return new String(exchange.body(), StandardCharsets.UTF_8).contains("\"iVBOR");
    }

    /** The same document, its pictures spoiled inside their base64. */
    private static byte[] pictures(byte[] document, Keyed random) {
        try {
            JsonElement tree = JsonParser.parseString(new String(document, StandardCharsets.UTF_8));
            return spoiled(tree, random).toString().getBytes(StandardCharsets.UTF_8);
        } catch (JsonParseException e) {
            return document;
        }
    }

    private static JsonElement spoiled(JsonElement element, Keyed random) {
        if (element instanceof JsonPrimitive value
                && value.isString()
                && value.getAsString().startsWith("iVBOR")) {
            byte[] picture = Base64.getDecoder().decode(value.getAsString());
            return new JsonPrimitive(Base64.getEncoder().encodeToString(ByteSpoiling.picture(picture, random)));
        }
        if (element instanceof JsonObject object) {
            for (Map.Entry<String, JsonElement> entry : List.copyOf(object.entrySet())) {
                object.add(entry.getKey(), spoiled(entry.getValue(), random));
            }
        } else if (element.isJsonArray()) {
            for (int i = 0; i < element.getAsJsonArray().size(); i++) {
                element.getAsJsonArray().set(i, spoiled(element.getAsJsonArray().get(i), random));
            }
        }
        return element;
    }
}
