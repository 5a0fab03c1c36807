package dev.kindred.serve.wire;

import com.google.gson.stream.JsonWriter;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import dev.kindred.core.Embeddings;
import dev.kindred.serve.Call;
import dev.kindred.serve.Door;
import dev.kindred.serve.Embedding;
import dev.kindred.serve.Fields;
import dev.kindred.serve.Hosted;
import dev.kindred.serve.Hosts;
import dev.kindred.serve.Problem;
import dev.kindred.serve.Served;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.batch.Encoding;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Embeddings as OpenAI's clients ask for them (platform.openai.com/docs/api-reference/embeddings); {@code model} names a collection. What
 * is embedded plays the part of what is found.
 */
public final class OpenAi {
    static final String EMBEDDINGS = "/v1/embeddings";
    static final String MODELS = "/v1/models";

    private final Models models;
    private final long since;

    /** @param clock for the moment from which the models are there */
    public OpenAi(Hosts hosts, Clock clock) {
        this.models = new Models(hosts);
        this.since = clock.instant().getEpochSecond();
    }

    public void bind(Door door) {
        door.tell(EMBEDDINGS, Role.READER, this::embeddings);
        door.naming(MODELS, Role.READER, (call, request) -> list(call));
        door.naming(MODELS + "/{model}", Role.READER, (call, request) -> one(call));
    }

    private HttpResponse embeddings(Call call, AggregatedHttpRequest request) {
        Fields fields = Given.fields(request).only("input", "model", "encoding_format", "dimensions", "user");
        String model = fields.text("model")
                .orElseThrow(() -> Problem.badRequest(
                        "no model is named", "model", "name a collection: " + String.join(", ", names(call))));
        Hosted hosted = models.asked(call, model, "", "model");
        Served served = hosted.served();
        boolean base64 = isBase64(fields.text("encoding_format"));
        int dimensions =
                fields.whole("dimensions", 1, Integer.MAX_VALUE, served.space().dimension());
        Vectors.requireDimensions(dimensions, served.space(), "dimensions");
        Given given = Given.of(fields, "input");
        Embedding.Counted counted = given.embed(call, hosted, Encoding.Role.DOCUMENT, true);
        Embeddings embeddings = Vectors.first(counted.embeddings(), dimensions);
        return Reply.json(served, embeddings.space(), json -> write(json, model, embeddings, base64, counted.tokens()));
    }

    private static boolean isBase64(Optional<String> format) {
        return switch (format.orElse("float")) {
            case "float" -> false;
            case "base64" -> true;
            default -> throw Problem.badRequest("there is no such format", "encoding_format", "say float or base64");
        };
    }

    private static void write(JsonWriter json, String model, Embeddings embeddings, boolean base64, long tokens)
            throws IOException {
        json.beginObject().name("object").value("list").name("data").beginArray();
        for (int row = 0; row < embeddings.count(); row++) {
            json.beginObject().name("object").value("embedding").name("index").value(row);
            json.name("embedding");
            if (base64) {
                json.value(Vectors.base64(embeddings, row));
            } else {
                Vectors.row(json, embeddings, row);
            }
            json.endObject();
        }
        json.endArray().name("model").value(model).name("usage").beginObject();
        json.name("prompt_tokens").value(tokens).name("total_tokens").value(tokens);
        json.endObject().endObject();
    }

    private List<String> names(Call call) {
        return models.readable(call).stream()
                .map(hosted -> hosted.served().collection())
                .toList();
    }

    private HttpResponse list(Call call) {
        List<Hosted> readable = models.readable(call);
        return Reply.json(json -> {
            json.beginObject().name("object").value("list").name("data").beginArray();
            for (Hosted hosted : readable) {
                model(json, hosted.served());
            }
            json.endArray().endObject();
        });
    }

    private HttpResponse one(Call call) {
        Served served = models.require(call, String.valueOf(call.context().pathParam("model")), "model")
                .served();
        return Reply.json(served, served.space(), json -> model(json, served));
    }

    private void model(JsonWriter json, Served served) throws IOException {
        json.beginObject().name("id").value(served.collection()).name("object").value("model");
        json.name("created").value(since).name("owned_by").value("kindred");
        json.name("release")
                .value(served.bundle())
                .name("space")
                .value(served.space().id());
        json.name("dimensions").value(served.space().dimension());
        json.name("takes").value(served.takes().words()).endObject();
    }
}
