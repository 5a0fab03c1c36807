package dev.kindred.serve.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.kindred.core.Embeddings;
import dev.kindred.serve.Call;
import dev.kindred.serve.Door;
import dev.kindred.serve.Faults;
import dev.kindred.serve.Hosted;
import dev.kindred.serve.Hosts;
import dev.kindred.serve.Problem;
import dev.kindred.serve.Served;
import dev.kindred.serve.Wire;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import inference.GrpcPredictV2.InferParameter;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferRequest.InferInputTensor;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelInferResponse.InferOutputTensor;
import inference.GrpcPredictV2.ModelMetadataRequest;
import inference.GrpcPredictV2.ModelMetadataResponse;
import inference.GrpcPredictV2.ModelMetadataResponse.TensorMetadata;
import inference.GrpcPredictV2.ModelReadyRequest;
import inference.GrpcPredictV2.ModelReadyResponse;
import inference.GrpcPredictV2.ServerLiveRequest;
import inference.GrpcPredictV2.ServerLiveResponse;
import inference.GrpcPredictV2.ServerMetadataRequest;
import inference.GrpcPredictV2.ServerMetadataResponse;
import inference.GrpcPredictV2.ServerReadyRequest;
import inference.GrpcPredictV2.ServerReadyResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The Open Inference Protocol v2 over gRPC, {@code inference.GRPCInferenceService}, on the port that REST has. */
public final class InferenceRpc extends GRPCInferenceServiceImplBase {
    /** What everyone may ask. */
    private static final Set<String> OPEN = Set.of(Grpc.SERVICE + "ServerLive", Grpc.SERVICE + "ServerReady");

    /** By name: the descriptor that has them too loads all of the protocol. */
    private static final List<String> METHODS =
            List.of("ServerLive", "ServerReady", "ServerMetadata", "ModelReady", "ModelMetadata", "ModelInfer");

    private final Models models;
    private final BooleanSupplier ready;
    private final Executor waiting;
    private final Faults faults;
    private final LateService service;

    /**
     * @param mostBytes of one message, unpacked
     * @param waiting where requests are answered, and may wait
     */
    public InferenceRpc(Hosts hosts, BooleanSupplier ready, long mostBytes, Executor waiting, Faults faults) {
        this.models = new Models(hosts);
        this.ready = ready;
        this.waiting = waiting;
        this.faults = faults;
        this.service = new LateService(routes(), () -> framed(mostBytes), waiting);
    }

    public void bind(Door door) {
        door.rpc(service, OPEN, Grpc::begin);
    }

    /** Makes what answers; to be called once there is time, else the first call waits for it. */
    public void prepare() {
        service.made();
    }

    LateService service() {
        return service;
    }

    private static Set<Route> routes() {
        return METHODS.stream()
                .map(method -> Route.builder().exact(Grpc.SERVICE + method).build())
                .collect(Collectors.toSet());
    }

    private GrpcService framed(long mostBytes) {
        return GrpcService.builder()
                .addService(this)
                .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                .maxRequestMessageLength((int) Math.min(mostBytes, Integer.MAX_VALUE))
                // A client's deadline may shorten the server's time for a request, never lengthen it: see Grpc.begin.
                .useClientTimeoutHeader(false)
                .exceptionHandler((context, status, cause, metadata) -> unread(status, cause))
                .build();
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> reply) {
        answer(reply, call -> ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> reply) {
        answer(
                reply,
                call -> ServerReadyResponse.newBuilder()
                        .setReady(ready.getAsBoolean())
                        .build());
    }

    @Override
    public void serverMetadata(ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> reply) {
        answer(
                reply,
                call -> ServerMetadataResponse.newBuilder()
                        .setName(Inference.PLATFORM)
                        .setVersion(Version.current())
                        .addAllExtensions(OpenInference.EXTENSIONS)
                        .build());
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> reply) {
        answer(reply, call -> {
            models.require(call, request.getName(), request.getVersion(), "name");
            return ModelReadyResponse.newBuilder()
                    .setReady(ready.getAsBoolean())
                    .build();
        });
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> reply) {
        answer(reply, call -> {
            Hosted hosted = models.require(call, request.getName(), request.getVersion(), "name");
            Served served = stamp(call, hosted);
            return ModelMetadataResponse.newBuilder()
                    .setName(served.collection())
                    .addVersions(served.bundle())
                    .setPlatform(Inference.PLATFORM)
                    .addAllInputs(Inference.inputs(hosted).stream()
                            .map(InferenceRpc::metadata)
                            .toList())
                    .addOutputs(metadata(Inference.output(served)))
                    .build();
        });
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> reply) {
        answer(reply, call -> {
            Hosted hosted = models.asked(call, request.getModelName(), request.getModelVersion(), "model_name");
            request.getOutputsList().forEach(output -> Inference.requireOutput(output.getName()));
            InferParameter role = request.getParametersOrDefault(Inference.ROLE, InferParameter.getDefaultInstance());
            Embeddings embeddings =
                    Inference.infer(call, hosted, tensors(request), Inference.side(role.getStringParam()));
            stamp(call, hosted);
            return reply(request, hosted.served(), embeddings);
        });
    }

    private static TensorMetadata metadata(Inference.Described tensor) {
        return TensorMetadata.newBuilder()
                .setName(tensor.name())
                .setDatatype(tensor.datatype())
                .addAllShape(tensor.shape())
                .build();
    }

    private static List<Tensor> tensors(ModelInferRequest request) {
        int raw = request.getRawInputContentsCount();
        if (raw > 0 && raw != request.getInputsCount()) {
            throw Problem.badRequest(
                    raw + " raw contents for " + request.getInputsCount() + " inputs",
                    "raw_input_contents",
                    "give one an input, in their order");
        }
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < request.getInputsCount(); i++) {
            InferInputTensor input = request.getInputs(i);
            if (raw > 0 && input.hasContents()) {
                throw Tensor.bad(input.getName(), "contents of both kinds", "give raw_input_contents or contents");
            }
            tensors.add(new Tensor(
                    input.getName(),
                    input.getDatatype(),
                    input.getShapeList(),
                    raw > 0
                            ? new Tensor.Contents.Raw(
                                    request.getRawInputContents(i).asReadOnlyByteBuffer())
                            : contents(input)));
        }
        return tensors;
    }

    private static Tensor.Contents contents(InferInputTensor input) {
        InferTensorContents given = input.getContents();
        return switch (input.getDatatype()) {
            case Tensor.FP32 -> {
                float[] values = new float[only(input, given.getFp32ContentsCount())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = given.getFp32Contents(i);
                }
                yield new Tensor.Contents.Floats(values);
            }
            case Tensor.INT64 -> {
                long[] values = new long[only(input, given.getInt64ContentsCount())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = given.getInt64Contents(i);
                }
                yield new Tensor.Contents.Longs(values);
            }
            case Tensor.BYTES -> {
                only(input, given.getBytesContentsCount());
                yield new Tensor.Contents.Elements(given.getBytesContentsList().stream()
                        .map(ByteString::toByteArray)
                        .toList());
            }
            default ->
                throw Tensor.bad(
                        input.getName(), "no input is of " + Names.cut(input.getDatatype()), "BYTES, FP32 or INT64");
        };
    }

    /** Holds contents to the one field of their datatype. @return the count given */
    private static int only(InferInputTensor input, int count) {
        InferTensorContents given = input.getContents();
        long all = (long) given.getBoolContentsCount()
                + given.getIntContentsCount()
                + given.getInt64ContentsCount()
                + given.getUintContentsCount()
                + given.getUint64ContentsCount()
                + given.getFp32ContentsCount()
                + given.getFp64ContentsCount()
                + given.getBytesContentsCount();
        if (all != count) {
            throw Tensor.bad(input.getName(), "contents that are not of " + input.getDatatype(), "");
        }
        return count;
    }

    private static ModelInferResponse reply(ModelInferRequest request, Served served, Embeddings embeddings) {
        InferOutputTensor.Builder output = InferOutputTensor.newBuilder()
                .setName(Inference.OUTPUT)
                .setDatatype(Tensor.FP32)
                .addShape(embeddings.count())
                .addShape(embeddings.dimension());
        ModelInferResponse.Builder reply = ModelInferResponse.newBuilder()
                .setModelName(served.collection())
                .setModelVersion(served.bundle())
                .setId(request.getId());
        if (request.getRawInputContentsCount() > 0) {
            // Nobody writes to it any more.
            reply.addRawOutputContents(UnsafeByteOperations.unsafeWrap(
                    Vectors.bytes(embeddings, 0, embeddings.count()).array()));
        } else {
            InferTensorContents.Builder contents = InferTensorContents.newBuilder();
            for (float value : embeddings.values()) {
                contents.addFp32Contents(value);
            }
            output.setContents(contents);
        }
        return reply.addOutputs(output).build();
    }

    /** Says in the reply's headers what gave it. */
    private static Served stamp(Call call, Hosted hosted) {
        Served served = hosted.served();
        call.context()
                .mutateAdditionalResponseHeaders(headers -> headers.set(Wire.BUNDLE, served.bundle())
                        .set(Wire.SPACE, served.space().id()));
        return served;
    }

    private <T extends MessageLite> void answer(StreamObserver<T> reply, Function<Call, T> answer) {
        ServiceRequestContext context = ServiceRequestContext.current();
        Call call = Call.in(context);
        waiting.execute(() -> {
            try {
                T message = Door.by(call, () -> answer.apply(call));
                call.reply(message.getSerializedSize());
                reply.onNext(message);
                reply.onCompleted();
            } catch (RuntimeException e) {
                fail(reply, said(context, e));
            }
        });
    }

    private static void fail(StreamObserver<?> reply, Status status) {
        try {
            reply.onError(status.asRuntimeException());
        } catch (IllegalStateException | StatusRuntimeException over) {
            // The call was closed meanwhile: its client has hung up or its time is over.
            return;
        }
    }

    /** What a client is told whose message never became a request: whatever went wrong, it is the message's fault. */
    private static Status unread(Status status, Throwable cause) {
        Problem problem = Problem.of(cause);
        if (!problem.isFault()) {
            // Too large in all, or too late.
            return Grpc.status(problem);
        }
        return switch (status.getCode()) {
            case CANCELLED, DEADLINE_EXCEEDED, UNIMPLEMENTED -> Status.fromCode(status.getCode());
            case RESOURCE_EXHAUSTED ->
                status.getCode().toStatus().withDescription("the message is too large: send fewer at once");
            default ->
                Status.INVALID_ARGUMENT.withDescription(
                        "the message cannot be read: send it as grpc_predict_v2.proto has it, in gRPC's frames");
        };
    }

    /** What a client is told of a failure; of a fault of Kindred's own no more than that it is one. */
    private Status said(RequestContext context, RuntimeException cause) {
        if (cause instanceof StatusRuntimeException told) {
            return told.getStatus().withCause(null);
        }
        Problem problem = Problem.of(cause);
        if (problem.isFault()) {
            faults.tell(context.id().text(), context.path(), cause);
        }
        return Grpc.status(problem);
    }
}
