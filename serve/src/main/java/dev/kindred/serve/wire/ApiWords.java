package dev.kindred.serve.wire;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Content;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What people are told of each address: {@code "METHOD /path": {"tag", "summary", "query", "request", "sends", "types", "examples",
 * "reply", "type", "status"}}, or {@code {"same": "METHOD /other"}}. They stand in {@code calls/*.json}, a file a theme, with the schemas they share.
 *
 * @param calls by method and path
 * @param schemas by name, as {@code #/components/schemas/} has them
 */
record ApiWords(JsonObject calls, JsonObject schemas) {
    private static final String[] THEMES = {
        "kindred", "collections", "access", "openai", "text-embeddings", "open-inference", "server"
    };

    /** In an example: a picture in base64. */
    private static final String PICTURE = "$picture";

    static ApiWords read() {
        ApiWords words = new ApiWords(new JsonObject(), new JsonObject());
        String picture = Base64.getEncoder().encodeToString(picture());
        for (String theme : THEMES) {
            String text =
                    new String(resource("calls/" + theme + ".json"), StandardCharsets.UTF_8).replace(PICTURE, picture);
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            json.getAsJsonObject("schemas")
                    .entrySet()
                    .forEach(each -> words.schemas().add(each.getKey(), each.getValue()));
            json.getAsJsonObject("calls")
                    .entrySet()
                    .forEach(each -> words.calls().add(each.getKey(), each.getValue()));
        }
        return words;
    }

    /** What is said of a call; nothing where nothing is. */
    JsonObject of(String call) {
        if (!calls.has(call)) {
            return isFile(call) ? file() : new JsonObject();
        }
        JsonObject said = calls.getAsJsonObject(call);
        return said.has("same") ? of(said.get("same").getAsString()) : said;
    }

    /** Whether an address is of the console's files, of which there is nothing more to say. */
    static boolean isFile(String call) {
        return call.startsWith("GET /console/") || call.equals("GET /favicon.svg");
    }

    private static JsonObject file() {
        JsonObject file = new JsonObject();
        file.addProperty("tag", "Console");
        file.addProperty("summary", "A file of the console.");
        file.addProperty("type", "*/*");
        return file;
    }

    static String text(JsonObject said, String name, String otherwise) {
        JsonElement value = said.get(name);
        return value instanceof JsonPrimitive text ? text.getAsString() : otherwise;
    }

    /** A disc on white, 32 pixels wide: small enough to be read in an example. */
    private static byte[] picture() {
        int size = 32;
        byte[] grey = new byte[size * size];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                boolean within = (x - 16) * (x - 16) + (y - 16) * (y - 16) < 100;
                grey[y * size + x] = (byte) (within ? 40 : 255);
            }
        }
        return Pictures.png(new Content.Pixels(size, size, 1, grey));
    }

    static byte[] resource(String name) {
        try (InputStream in = ApiWords.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot be read", e);
        }
    }
}
