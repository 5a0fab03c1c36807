package dev.kindred.serve.wire;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.serve.Problem;
import dev.kindred.serve.Wire;
import java.nio.charset.StandardCharsets;

/** How an error looks to whoever asked: each protocol's clients show the words that stand where they look for them. */
public enum Dialect {
    /** RFC 9457. */
    NATIVE("Problem") {
        @Override
        JsonObject json(Problem problem, String request) {
            return problem.json(request);
        }
    },
    /** {@code {"error": {"message", "type", "param", "code"}}}. */
    OPENAI("OpenAiError") {
        @Override
        JsonObject json(Problem problem, String request) {
            JsonObject error = new JsonObject();
            error.addProperty("message", problem.words());
            error.addProperty("type", type(problem.status().code()));
            error.add("param", JsonNull.INSTANCE);
            if (!problem.where().isEmpty()) {
                // What is a collection here is a model there.
                error.addProperty("param", problem.where().equals("collection") ? "model" : problem.where());
            }
            error.addProperty("code", code(problem));
            JsonObject json = new JsonObject();
            json.add("error", error);
            return json;
        }

        /** Where OpenAI has a word of its own, that one: its clients' users look for it. */
        private static String code(Problem problem) {
            return switch (problem.kind()) {
                case "no-collection", "other-release" -> "model_not_found";
                case "busy" -> "rate_limit_exceeded";
                default ->
                    problem.status().code() == 401
                            ? "invalid_api_key"
                            : problem.kind().replace('-', '_');
            };
        }

        private static String type(int code) {
            return switch (code) {
                case 401 -> "authentication_error";
                case 403 -> "permission_error";
                case 429 -> "rate_limit_error";
                default -> code < 500 ? "invalid_request_error" : "server_error";
            };
        }
    },
    /** {@code {"error", "error_type"}}. */
    TEXT_EMBEDDINGS("TextEmbeddingsError") {
        @Override
        JsonObject json(Problem problem, String request) {
            JsonObject json = new JsonObject();
            json.addProperty("error", placed(problem));
            json.addProperty("error_type", type(problem.status().code()));
            return json;
        }

        private static String type(int code) {
            return switch (code) {
                case 401, 403 -> "Unauthorized";
                case 429 -> "Overloaded";
                case 503 -> "Unhealthy";
                default -> code < 500 ? "Validation" : "Backend";
            };
        }
    },
    /** {@code {"error"}}. */
    OPEN_INFERENCE("OpenInferenceError") {
        @Override
        JsonObject json(Problem problem, String request) {
            JsonObject json = new JsonObject();
            json.addProperty("error", placed(problem));
            return json;
        }
    },
    /** A reply of trailers alone. */
    GRPC("") {
        @Override
        JsonObject json(Problem problem, String request) {
            throw new IllegalStateException("gRPC's errors have no body");
        }

        @Override
        public AggregatedHttpResponse reply(Problem problem, String request) {
            return AggregatedHttpResponse.of(ResponseHeaders.builder(HttpStatus.OK)
                    .contentType(MediaType.create("application", "grpc"))
                    .set("grpc-status", Integer.toString(Grpc.code(problem).value()))
                    .set("grpc-message", Grpc.escaped(placed(problem)))
                    .set(Wire.REQUEST, request)
                    .build());
        }
    };

    private static final MediaType PROBLEM_JSON = MediaType.create("application", "problem+json");

    private final String schema;

    Dialect(String schema) {
        this.schema = schema;
    }

    /** What the document of all calls names it. */
    String schema() {
        return schema;
    }

    abstract JsonObject json(Problem problem, String request);

    /** That of whoever asks for an address, whether anything is there or not. */
    public static Dialect of(ServiceRequestContext context) {
        return of(context.path());
    }

    static Dialect of(String path) {
        if (path.startsWith(Grpc.SERVICE)) {
            return GRPC;
        }
        if (path.equals(OpenAi.EMBEDDINGS) || path.equals(OpenAi.MODELS) || path.startsWith(OpenAi.MODELS + "/")) {
            return OPENAI;
        }
        if (path.equals(OpenInference.ROOT) || path.startsWith(OpenInference.ROOT + "/")) {
            return OPEN_INFERENCE;
        }
        return TextEmbeddings.PATHS.contains(path) ? TEXT_EMBEDDINGS : NATIVE;
    }

    /** The whole reply, with the status that the problem has. */
    public AggregatedHttpResponse reply(Problem problem, String request) {
        var headers = ResponseHeaders.builder(problem.status())
                .contentType(this == NATIVE ? PROBLEM_JSON : MediaType.JSON_UTF_8)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(Wire.REQUEST, request);
        if (problem.retryAfter() > 0) {
            headers.set(HttpHeaderNames.RETRY_AFTER, Integer.toString(problem.retryAfter()));
        }
        byte[] body = json(problem, request).toString().getBytes(StandardCharsets.UTF_8);
        return AggregatedHttpResponse.of(headers.build(), HttpData.wrap(body));
    }

    static String placed(Problem problem) {
        return problem.where().isEmpty() ? problem.words() : problem.where() + ": " + problem.words();
    }
}
