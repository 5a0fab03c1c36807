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
        if (exchange.isRpc()) {
            return rpc(number, exchange, share, random);
        }
        if (share < 2) {
            return whole(number, "valid", exchange, exchange);
        }
        if (share < 22) {
            return Framing.of(number, exchange, host, random);
        }
        if (share < 30) {
            return Http2.of(number, exchange, host, random);
        }
        if (exchange.body().length == 0 || share < 45) {
            return whole(number, "head", exchange, sparing(exchange, HeadSpoiling.of(exchange, random)));
        }
        if (exchange.isPicture()) {
            return body(number, "picture", exchange, ByteSpoiling.picture(exchange.body(), random));
        }
        if (!exchange.isJson() || share < 52) {
            return body(number, "body bytes", exchange, ByteSpoiling.of(exchange.body(), random));
        }
        if (exchange.isLines()) {
            return body(number, "JSON lines", exchange, JsonSpoiling.ofLines(exchange.body(), random));
        }
        return share < 62 && pictured(exchange)
                ? body(number, "picture in JSON", exchange, pictures(exchange.body(), random))
                : body(number, "JSON", exchange, JsonSpoiling.of(exchange.body(), random));
    }

    /** A call over gRPC: most over HTTP/2, spoiled as gRPC is. */
    private Case rpc(long number, Exchange exchange, int share, Keyed random) {
        if (share < 2) {
            return Http2.rpc(number, "sound", exchange, exchange, host);
        }
        if (share < 10) {
            return Framing.of(number, exchange, host, random);
        }
        if (share < 22) {
            return Http2.of(number, exchange, host, random);
        }
        if (share < 28) {
            return whole(number, "head", exchange, sparing(exchange, HeadSpoiling.of(exchange, random)));
        }
        GrpcSpoiling.Spoiled spoiled = GrpcSpoiling.of(exchange, random);
        return share < 38
                ? whole(number, "grpc over http1: " + spoiled.family(), exchange, spoiled.exchange())
                : Http2.rpc(number, spoiled.family(), exchange, spoiled.exchange(), host);
    }

    /** What others ask about is not deleted, whatever else becomes of the address. */
    private static Exchange sparing(Exchange valid, Exchange spoiled) {
        String path = spoiled.address().split("\\?", 2)[0];
        boolean spares =
                !spoiled.method().equals("DELETE") || path.contains(Exchanges.SPARE) || path.startsWith("/v1/keys");
        return spares ? spoiled : spoiled.by("OPTIONS").at(valid.address());
    }

    private Case body(long number, String family, Exchange exchange, byte[] spoiled) {
        return whole(number, family, exchange, exchange.with(spoiled));
    }

    private Case whole(long number, String family, Exchange valid, Exchange spoiled) {
        return new Case(
                number,
                family,
                valid.line(),
                List.of(Piece.of(spoiled.bytes(host))),
                spoiled.method().equals("HEAD") ? Ending.HEAD_REPLY : Ending.REPLY);
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
