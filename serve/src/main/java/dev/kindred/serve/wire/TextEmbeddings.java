package dev.kindred.serve.wire;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.encode.TextLength;
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
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The addresses of Hugging Face's text-embeddings-inference that embed, for the collection {@code default}: its clients name no model.
 */
public final class TextEmbeddings {
    static final Set<String> PATHS = Set.of("/embed", "/info", "/health");

    private final Models models;
    private final BooleanSupplier ready;
    private final int atOnce;

    /** @param atOnce requests that may be in memory at once */
    public TextEmbeddings(Hosts hosts, BooleanSupplier ready, int atOnce) {
        this.models = new Models(hosts);
        this.ready = ready;
        this.atOnce = atOnce;
    }

    public void bind(Door door) {
        door.tell("/embed", Role.READER, this::embed);
        door.naming("/info", Role.READER, (call, request) -> info(call));
        door.open("/health", (call, request) -> {
            if (!ready.getAsBoolean()) {
                throw Problem.notReady();
            }
            return HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, "");
        });
    }

    private HttpResponse embed(Call call, AggregatedHttpRequest request) {
        Hosted hosted = models.asked(call, Served.DEFAULT_COLLECTION, "", "collection");
        Served served = hosted.served();
        Fields fields = Given.fields(request)
                .only("inputs", "truncate", "truncation_direction", "normalize", "prompt_name", "dimensions");
        Encoding.Role side = side(fields);
        requireNormal(fields, served.space());
        if (!fields.text("truncation_direction").orElse("Right").equalsIgnoreCase("right")) {
            throw Problem.badRequest(
                    "texts lose their end here, as the bundle has it", "truncation_direction", "say Right");
        }
        int dimensions =
                fields.whole("dimensions", 1, Integer.MAX_VALUE, served.space().dimension());
        Vectors.requireDimensions(dimensions, served.space(), "dimensions");
        Given given = Given.of(fields, "inputs");
        if (fields.has("truncate") && !fields.flag("truncate")) {
            requireWhole(given.lengths(call, hosted, side));
        }
        Embeddings embeddings =
                Vectors.first(given.embed(call, hosted, side, false).embeddings(), dimensions);
        return Reply.json(served, embeddings.space(), json -> {
            json.beginArray();
            for (int row = 0; row < embeddings.count(); row++) {
                Vectors.row(json, embeddings, row);
            }
            json.endArray();
        });
    }

    /** What other servers look up among a model's prompts is a role here: the prompts are sealed with the encoders. */
    private static Encoding.Role side(Fields fields) {
        String name = fields.text("prompt_name").orElse("document");
        return switch (name) {
            case "query" -> Encoding.Role.QUERY;
            case "document", "passage" -> Encoding.Role.DOCUMENT;
            default ->
                throw Problem.badRequest(
                        "there is no prompt '" + Names.cut(name) + "'", "prompt_name", "say query or document");
        };
    }

    /** Vectors go out as the space has them; what would change their length is refused. */
    private static void requireNormal(Fields fields, Space space) {
        if (!fields.has("normalize")) {
            return;
        }
        boolean wanted = fields.flag("normalize");
        boolean unit = space.distance() == Distance.COSINE;
        if (wanted != unit) {
            throw Problem.badRequest(
                    unit
                            ? "the vectors of this collection are of unit length"
                            : "the vectors of this collection are compared by "
                                    + space.distance().wireName() + ", as long as they are",
                    "normalize",
                    "say " + unit + ", or leave it out");
        }
    }

    private static void requireWhole(List<TextLength> lengths) {
        for (int i = 0; i < lengths.size(); i++) {
            if (lengths.get(i).cut()) {
                throw new Problem(
                        HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                        "too-long",
                        "the encoder reads " + lengths.get(i).most() + " tokens, and this text has more",
                        lengths.size() == 1 ? "inputs" : "inputs[" + i + "]",
                        "shorten it, or say \"truncate\": true");
            }
        }
    }

    private HttpResponse info(Call call) {
        Hosted hosted = models.require(call, Served.DEFAULT_COLLECTION, "collection");
        Served served = hosted.served();
        boolean texts = served.takes() == Served.Takes.TEXTS;
        int most = hosted.embedding()
                .lengths(call, List.of(""), Encoding.Role.DOCUMENT)
                .getFirst()
                .most();
        int batch = texts ? Embedding.MOST_TEXTS : Embedding.MOST_PICTURES;
        return Reply.json(served, served.space(), json -> {
            json.beginObject().name("model_id").value(served.collection());
            json.name("model_sha").value(served.bundle()).name("model_dtype").value("float32");
            json.name("model_type").beginObject().name("embedding").beginObject();
            json.name("pooling").value("sealed").endObject().endObject();
            json.name("max_concurrent_requests").value(atOnce);
            json.name("max_input_length").value(most);
            json.name("max_batch_tokens").value((long) most * batch);
            json.name("max_client_batch_size").value(batch);
            json.name("auto_truncate").value(true);
            json.name("version").value(Version.current()).endObject();
        });
    }
}
