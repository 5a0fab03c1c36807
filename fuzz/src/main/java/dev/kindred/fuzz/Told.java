package dev.kindred.fuzz;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Optional;

/**
 * What only the server itself can say, and others' requests must name to get anywhere.
 *
 * @param request the id of an answer to a search
 * @param neighbor an item in that answer
 * @param textBundle the release that the texts are of
 * @param pictureBundle that of the pictures
 */
record Told(String request, String neighbor, String textBundle, String pictureBundle) {

    static Told of(int port, Things things) {
        Optional<Reply> answer = Survey.reply(port, Exchanges.search(things));
        JsonObject found = answer.map(Told::json).orElseGet(JsonObject::new);
        String neighbor = found.get("neighbors") instanceof JsonArray neighbors
                        && !neighbors.isEmpty()
                        && neighbors.get(0) instanceof JsonObject first
                        && first.has("id")
                ? first.get("id").getAsString()
                : things.text();
        return new Told(
                answer.map(reply -> reply.header("kindred-request"))
                        .filter(id -> !id.isEmpty())
                        .orElse("1"),
                neighbor,
                bundle(port, things, things.texts()),
                bundle(port, things, things.pictures()));
    }

    private static String bundle(int port, Things things, String collection) {
        String address = "/v1/collections/" + collection;
        return Survey.reply(port, things.signed(Exchange.bare("/v1/collections/{collection}", "GET", address)))
                .map(Told::json)
                .filter(json -> json.has("bundle"))
                .map(json -> json.get("bundle").getAsString())
                .orElse("1");
    }

    private static JsonObject json(Reply reply) {
        try {
            JsonElement tree = JsonParser.parseString(reply.text());
            return tree instanceof JsonObject object ? object : new JsonObject();
        } catch (JsonParseException e) {
            return new JsonObject();
        }
    }
}
