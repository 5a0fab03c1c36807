package dev.kindred.serve.wire;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import dev.kindred.encode.TextLength;
import dev.kindred.serve.Call;
import dev.kindred.serve.Embedding;
import dev.kindred.serve.Fields;
import dev.kindred.serve.Hosted;
import dev.kindred.serve.Problem;
import dev.kindred.serve.Served;
import dev.kindred.serve.StrictJson;
import dev.kindred.serve.batch.Encoding;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request of strings asks to be embedded: texts, or pictures in base64 where the collection takes pictures.
 *
 * @param where the field that holds them
 */
record Given(List<String> strings, String where) {

    /** The fields of a JSON request. */
    static Fields fields(AggregatedHttpRequest request) {
        requirePlain(request);
        MediaType type = request.contentType();
        if (type != null && !type.is(MediaType.JSON) && !type.is(MediaType.ANY_TEXT_TYPE)) {
            throw new Problem(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "media-type",
                    "no request comes as " + type.type() + "/" + type.subtype(),
                    "Content-Type",
                    "send application/json");
        }
        JsonObject object = StrictJson.object(request.content().array(), "body");
        return new Fields(object, "");
    }

    /** Nothing is unpacked: a small body would become a great one. */
    static void requirePlain(AggregatedHttpRequest request) {
        String encoding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING);
        if (encoding != null && !encoding.equals("identity")) {
            throw new Problem(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "content-encoding",
                    "no request comes packed",
                    "Content-Encoding",
                    "send it as it is");
        }
    }

    /** A string or a list of strings. */
    static Given of(Fields fields, String name) {
        JsonElement value = fields.object().get(name);
        if (value instanceof JsonPrimitive one && one.isString()) {
            return new Given(List.of(one.getAsString()), name);
        }
        if (!(value instanceof JsonArray several)) {
            throw Problem.badRequest("a string or a list of strings is wanted", name, "");
        }
        if (several.isEmpty() || several.size() > Embedding.MOST_TEXTS) {
            throw Problem.badRequest(
                    several.isEmpty() ? "nothing to embed" : several.size() + " inputs at once",
                    name,
                    "send 1 to " + Embedding.MOST_TEXTS);
        }
        List<String> strings = new ArrayList<>(several.size());
        for (JsonElement element : several) {
            strings.add(string(element, name));
        }
        return new Given(strings, name);
    }

    private static String string(@Nullable JsonElement element, String name) {
        if (element instanceof JsonPrimitive one && one.isString()) {
            return one.getAsString();
        }
        if (element instanceof JsonArray || (element instanceof JsonPrimitive number && number.isNumber())) {
            throw Problem.badRequest(
                    "tokens of another tokenizer mean nothing to this encoder",
                    name,
                    "send the text itself (in langchain: check_embedding_ctx_length=False)");
        }
        throw Problem.badRequest("a string or a list of strings is wanted", name, "");
    }

    /** One row a string. @param counting whether the tokens that are read are wanted too */
    Embedding.Counted embed(Call call, Hosted hosted, Encoding.Role side, boolean counting) {
        Embedding encoding = hosted.embedding();
        if (hosted.served().takes() != Served.Takes.PICTURES) {
            return counting
                    ? encoding.counted(call, strings, side, where)
                    : new Embedding.Counted(encoding.texts(call, strings, side, where), 0);
        }
        List<byte[]> pictures = new ArrayList<>();
        for (String string : strings) {
            pictures.add(picture(string, where));
        }
        return new Embedding.Counted(encoding.pictures(call, pictures, side, where), 0);
    }

    /** How much of each is read; of pictures, nothing. */
    List<TextLength> lengths(Call call, Hosted hosted, Encoding.Role side) {
        return hosted.served().takes() == Served.Takes.TEXTS
                ? hosted.embedding().lengths(call, strings, side)
                : List.of();
    }

    /** A picture in base64, alone or in an address of the kind {@code data:}. */
    static byte[] picture(String base64, String where) {
        int start = base64.startsWith("data:") ? base64.indexOf(',') + 1 : 0;
        try {
            return Base64.getDecoder().decode(base64.substring(start));
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(
                    "this collection takes pictures, and this is no base64",
                    where,
                    "send the picture itself: addresses are never fetched");
        }
    }
}
