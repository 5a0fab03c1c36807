package dev.kindred.serve.wire;

import com.google.gson.stream.JsonWriter;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import dev.kindred.core.Embeddings;
import dev.kindred.serve.Call;
import dev.kindred.serve.Door;
import dev.kindred.serve.Hosted;
import dev.kindred.serve.Hosts;
import dev.kindred.serve.JsonText;
import dev.kindred.serve.Problem;
import dev.kindred.serve.Served;
import dev.kindred.serve.Wire;
import dev.kindred.serve.access.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The Open Inference Protocol v2 over REST, with its binary tensor data extension; a model is a collection, a version its release. */
public final class OpenInference {
    static final String ROOT = "/v2";
    static final List<String> EXTENSIONS = List.of("binary_tensor_data");

    private static final String MODEL = ROOT + "/models/{model}";
    private static final String VERSION = MODEL + "/versions/{version}";

    private final Models models;
    private final BooleanSupplier ready;

    public OpenInference(Hosts hosts, BooleanSupplier ready) {
        this.models = new Models(hosts);
        this.ready = ready;
    }

    public void bind(Door door) {
        door.naming(ROOT, Role.READER, (call, request) -> Reply.json(OpenInference::server));
        door.open(ROOT + "/health/live", (call, request) -> state("live"));
        door.open(ROOT + "/health/ready", (call, request) -> {
            requireReady();
            return state("ready");
        });
        for (String model : new String[] {MODEL, VERSION}) {
            door.naming(model, Role.READER, (call, request) -> metadata(hosted(call)));
            door.naming(model + "/ready", Role.READER, (call, request) -> modelReady(hosted(call)));
            door.tell(model + "/infer", Role.READER, this::infer);
        }
    }

    private Hosted hosted(Call call) {
        String version = call.context().pathParam("version");
        return models.require(
                call, String.valueOf(call.context().pathParam("model")), version == null ? "" : version, "model");
    }

    private void requireReady() {
        if (!ready.getAsBoolean()) {
            throw Problem.notReady();
        }
    }

    private static void server(JsonWriter json) throws IOException {
        json.beginObject()
                .name("name")
                .value(Inference.PLATFORM)
                .name("version")
                .value(Version.current());
        json.name("extensions").beginArray();
        for (String extension : EXTENSIONS) {
            json.value(extension);
        }
        json.endArray().endObject();
    }

    private static HttpResponse state(String name) {
        return Reply.json(json -> json.beginObject().name(name).value(true).endObject());
    }

    private HttpResponse modelReady(Hosted hosted) {
        requireReady();
        Served served = hosted.served();
        return Reply.json(served, served.space(), json -> {
            json.beginObject().name("name").value(served.collection());
            json.name("ready").value(true).endObject();
        });
    }

    private static HttpResponse metadata(Hosted hosted) {
        Served served = hosted.served();
        return Reply.json(served, served.space(), json -> {
            json.beginObject().name("name").value(served.collection());
            json.name("versions").beginArray().value(served.bundle()).endArray();
            json.name("platform").value(Inference.PLATFORM);
            tensors(json.name("inputs"), Inference.inputs(hosted));
            tensors(json.name("outputs"), List.of(Inference.output(served)));
            json.endObject();
        });
    }

    private static void tensors(JsonWriter json, List<Inference.Described> tensors) throws IOException {
        json.beginArray();
        for (Inference.Described tensor : tensors) {
            json.beginObject().name("name").value(tensor.name());
            json.name("datatype").value(tensor.datatype()).name("shape").beginArray();
            for (long size : tensor.shape()) {
                json.value(size);
            }
            json.endArray().endObject();
        }
        json.endArray();
    }

    private HttpResponse infer(Call call, AggregatedHttpRequest request) {
        Hosted hosted = hosted(call);
        call.tell(hosted);
        InferenceJson asked = InferenceJson.read(request);
        Embeddings embeddings = Inference.infer(call, hosted, asked.inputs(), asked.side());
        return asked.binary()
                ? binary(hosted, asked, embeddings)
                : Reply.json(
                        hosted.served(),
                        embeddings.space(),
                        json -> reply(json, hosted.served(), asked.id(), embeddings, null));
    }

    private static HttpResponse binary(Hosted hosted, InferenceJson asked, Embeddings embeddings) {
        byte[] values = Vectors.bytes(embeddings, 0, embeddings.count()).array();
        byte[] header = JsonText.of(json -> reply(json, hosted.served(), asked.id(), embeddings, values.length))
                .getBytes(StandardCharsets.UTF_8);
        byte[] body = new byte[header.length + values.length];
        System.arraycopy(header, 0, body, 0, header.length);
        System.arraycopy(values, 0, body, header.length, values.length);
        return HttpResponse.of(
                Reply.headers(MediaType.OCTET_STREAM, hosted.served(), embeddings.space())
                        .set(InferenceJson.HEADER_LENGTH, Integer.toString(header.length))
                        .build(),
                Wire.body(body));
    }

    /** @param binarySize of the values where they follow the JSON; null where they stand in it */
    private static void reply(
            JsonWriter json, Served served, String id, Embeddings embeddings, @Nullable Integer binarySize)
            throws IOException {
        json.beginObject().name("model_name").value(served.collection());
        json.name("model_version").value(served.bundle());
        if (!id.isEmpty()) {
            json.name("id").value(id);
        }
        json.name("outputs").beginArray().beginObject().name("name").value(Inference.OUTPUT);
        json.name("shape")
                .beginArray()
                .value(embeddings.count())
                .value(embeddings.dimension())
                .endArray();
        json.name("datatype").value(Tensor.FP32);
        if (binarySize != null) {
            json.name("parameters")
                    .beginObject()
                    .name("binary_data_size")
                    .value(binarySize)
                    .endObject();
        } else {
            json.name("data");
            JsonText.row(json, embeddings.values(), 0, embeddings.values().length);
        }
        json.endObject().endArray().endObject();
    }
}
