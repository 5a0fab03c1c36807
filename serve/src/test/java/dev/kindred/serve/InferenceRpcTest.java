package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.kindred.serve.access.Oversight;
import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.GrpcPredictV2.InferParameter;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferRequest.InferInputTensor;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelMetadataRequest;
import inference.GrpcPredictV2.ModelReadyRequest;
import inference.GrpcPredictV2.ServerLiveRequest;
import inference.GrpcPredictV2.ServerMetadataRequest;
import inference.GrpcPredictV2.ServerReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** grpc-java's own client, with stubs made from the published proto, on the port that REST has. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InferenceRpcTest {
    private static final int MOST = 1 << 20;

    private TokenCollection collection;
    private DrawnCollection pictures;
    private KindredServer server;
    private KindredServer pictureServer;
    private ManagedChannel channel;
    private ManagedChannel pictureChannel;
    private GRPCInferenceServiceBlockingStub stub;
    private final List<Throwable> faults = new ArrayList<>();

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = TokenCollection.in(folder);
        pictures = DrawnCollection.in(folder);
        server = KindredServer.start(
                ServeOptions.defaults().onPort(0).withMaxRequestBytes(MOST).withThreads(2),
                List.of(collection.served()),
                Oversight.by(new TestKeys()),
                (request, route, cause) -> faults.add(cause));
        pictureServer = KindredServer.start(ServeOptions.defaults().onPort(0), pictures.served());
        channel = channel(server);
        pictureChannel = channel(pictureServer);
        stub = withKey(GRPCInferenceServiceGrpc.newBlockingStub(channel), TestKeys.READER);
    }

    @AfterAll
    void stop() {
        channel.shutdownNow();
        pictureChannel.shutdownNow();
        server.close();
        pictureServer.close();
        collection.close();
        pictures.close();
        assertThat(faults).isEmpty();
    }

    private static ManagedChannel channel(KindredServer server) {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
    }

    private static GRPCInferenceServiceBlockingStub withKey(GRPCInferenceServiceBlockingStub stub, String key) {
        return with(stub, "authorization", "Bearer " + key);
    }

    private static GRPCInferenceServiceBlockingStub with(
            GRPCInferenceServiceBlockingStub stub, String name, String value) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static InferInputTensor.Builder tensor(String name, String datatype, long... shape) {
        InferInputTensor.Builder tensor =
                InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
        for (long size : shape) {
            tensor.addShape(size);
        }
        return tensor;
    }

    private static ModelInferRequest.Builder request(InferInputTensor.Builder... inputs) {
        ModelInferRequest.Builder request =
                ModelInferRequest.newBuilder().setModelName("default").setId("7");
        for (InferInputTensor.Builder input : inputs) {
            request.addInputs(input);
        }
        return request;
    }

    private static ByteString elements(byte[]... elements) {
        int size = Arrays.stream(elements).mapToInt(e -> 4 + e.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] element : elements) {
            bytes.putInt(element.length).put(element);
        }
        return ByteString.copyFrom(bytes.flip());
    }

    private static ByteString longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return ByteString.copyFrom(bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static float[] raw(ModelInferResponse reply) {
        assertThat(reply.getOutputs(0).hasContents()).isFalse();
        float[] values = new float[reply.getRawOutputContents(0).size() / 4];
        reply.getRawOutputContents(0)
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    private void refused(ModelInferRequest.Builder request, Status.Code code, String words) {
        refused(stub, request, code, words);
    }

    private static void refused(
            GRPCInferenceServiceBlockingStub stub, ModelInferRequest.Builder request, Status.Code code, String words) {
        StatusRuntimeException e =
                catchThrowableOfType(StatusRuntimeException.class, () -> stub.modelInfer(request.build()));
        assertThat(e).as(words).isNotNull();
        assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(code);
        assertThat(String.valueOf(e.getStatus().getDescription()))
                .contains(words)
                .doesNotContain("Exception")
                .doesNotContain("dev.kindred");
        assertThat(e.getTrailers() == null ? List.of() : e.getTrailers().keys())
                .noneMatch(name -> String.valueOf(name).contains("throwable"));
    }

    @Test
    void serverAndModelSayWhatTheyAre() {
        GRPCInferenceServiceBlockingStub keyless = GRPCInferenceServiceGrpc.newBlockingStub(channel);
        assertThat(keyless.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                .isTrue();
        assertThat(keyless.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                .isTrue();
        assertThat(stub.serverMetadata(ServerMetadataRequest.getDefaultInstance())
                        .getExtensionsList())
                .containsExactly("binary_tensor_data");
        assertThat(stub.modelReady(ModelReadyRequest.newBuilder()
                                .setName("default")
                                .setVersion("c0ffee")
                                .build())
                        .getReady())
                .isTrue();
        var model = stub.modelMetadata(
                ModelMetadataRequest.newBuilder().setName("default").build());
        assertThat(model.getVersions(0)).isEqualTo(TokenCollection.BUNDLE);
        assertThat(model.getInputsList().stream().map(i -> i.getName() + i.getDatatype() + i.getShapeList()))
                .containsExactly("textBYTES[-1]", "input_idsINT64[-1, -1]", "attention_maskINT64[-1, -1]");
        assertThat(model.getOutputs(0).getShapeList()).containsExactly(-1L, 24L);
    }

    @Test
    void namesAreBounded() {
        for (String name : List.of("@".repeat(500_000), "a".repeat(65))) {
            refused(
                    request(tensor("text", "BYTES", 1)).setModelName(name),
                    Status.Code.INVALID_ARGUMENT,
                    "more than 64 characters");
        }
    }

    /** What anybody may ask takes no memory: a message of a few bytes is all there is to say. */
    @Test
    void whoHasNoKeySendsNothingLarge() {
        GRPCInferenceServiceBlockingStub keyless = GRPCInferenceServiceGrpc.newBlockingStub(channel);
        UnknownFieldSet large = UnknownFieldSet.newBuilder()
                .addField(
                        9,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(new byte[100_000]))
                                .build())
                .build();
        for (Executable asked : List.<Executable>of(
                () -> keyless.serverLive(
                        ServerLiveRequest.newBuilder().setUnknownFields(large).build()),
                () -> keyless.serverReady(
                        ServerReadyRequest.newBuilder().setUnknownFields(large).build()))) {
            StatusRuntimeException e = assertThrows(StatusRuntimeException.class, asked);
            assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        }
        assertThat(keyless.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                .isTrue();
    }

    /** A message in frames of one byte is an object for each. */
    @Test
    void aMessageInVeryManyPiecesIsCutOff() throws Exception {
        byte[] message = framed(request(tensor("text", "BYTES", 1))
                .addRawInputContents(elements(new byte[5_000]))
                .build()
                .toByteArray());
        List<byte[]> pieces = new ArrayList<>();
        for (byte each : message) {
            pieces.add(new byte[] {each});
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(
                            URI.create(server.url() + "/inference.GRPCInferenceService/ModelInfer"))
                    .version(HttpClient.Version.HTTP_1_1)
                    .header("Content-Type", "application/grpc")
                    .header("Authorization", "Bearer " + TestKeys.READER)
                    .POST(HttpRequest.BodyPublishers.ofByteArrays(pieces))
                    .build();
            var reply = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            assertThat(reply.headers().firstValue("grpc-status").orElse("none")).isEqualTo("3");
            assertThat(reply.headers().firstValue("grpc-message").orElse("")).contains("too many pieces");
        }
    }

    @Test
    void rawContentsGiveRawContents() {
        ModelInferResponse reply = stub.modelInfer(request(tensor("text", "BYTES", 2))
                .addRawInputContents(elements(utf8("one word"), utf8("another")))
                .build());
        assertThat(reply.getId()).isEqualTo("7");
        assertThat(reply.getModelVersion()).isEqualTo(TokenCollection.BUNDLE);
        assertThat(reply.getOutputs(0).getShapeList()).containsExactly(2L, 24L);
        assertThat(Arrays.copyOf(raw(reply), 24))
                .containsExactly(collection.encoder.embed("one word").row(0));
        long[] ids = TokenCollection.Tokens.ids("one word");
        ModelInferResponse tokens = stub.modelInfer(
                request(tensor("input_ids", "INT64", 1, ids.length), tensor("attention_mask", "INT64", 1, ids.length))
                        .addRawInputContents(longs(ids))
                        .addRawInputContents(longs(1, 1, 1, 1))
                        .build());
        assertThat(raw(tokens))
                .containsExactly(collection.encoder.embed("one word").row(0), within(1e-6f));
    }

    @Test
    void typedContentsGiveTypedContents() {
        ModelInferResponse reply = stub.modelInfer(request(tensor("text", "BYTES", 1)
                        .setContents(
                                InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("one word"))))
                .putParameters(
                        "role",
                        InferParameter.newBuilder().setStringParam("query").build())
                .build());
        assertThat(reply.getRawOutputContentsCount()).isZero();
        assertThat(reply.getOutputs(0).getContents().getFp32Contents(3))
                .isEqualTo(collection.encoder.embed("one word").row(0)[3]);
        GRPCInferenceServiceBlockingStub ofPictures = GRPCInferenceServiceGrpc.newBlockingStub(pictureChannel);
        byte[] png = DrawnShapes.png(DrawnShapes.things().get("star"), DrawnShapes.HANDS[0]);
        float[] expected = pictures.vector(png);
        assertThat(raw(ofPictures.modelInfer(request(tensor("image", "BYTES", 1))
                        .addRawInputContents(elements(png))
                        .build())))
                .containsExactly(expected, within(1e-6f));
        InferTensorContents.Builder white = InferTensorContents.newBuilder();
        for (int i = 0; i < 1024; i++) {
            white.addFp32Contents((1 - 0.8f) / 0.35f);
        }
        assertThat(ofPictures
                        .modelInfer(
                                request(tensor("input", "FP32", 1, 1, 32, 32).setContents(white))
                                        .build())
                        .getOutputs(0)
                        .getContents()
                        .getFp32ContentsCount())
                .isEqualTo(32);
        refused(
                ofPictures,
                request(tensor("input", "FP32", 1, 1, 32, 32).setContents(white.setFp32Contents(5, Float.NaN))),
                Status.Code.INVALID_ARGUMENT,
                "has the value NaN at 5");
        refused(
                ofPictures,
                request(tensor("image", "BYTES", 1)).addRawInputContents(elements(utf8("no picture"))),
                Status.Code.INVALID_ARGUMENT,
                "image");
    }

    @Test
    void whatIsWrongHasItsCode() {
        InferTensorContents.Builder one =
                InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("a"));
        refused(request(), Status.Code.INVALID_ARGUMENT, "no input is given");
        refused(
                request(tensor("text", "BYTES", 1)),
                Status.Code.INVALID_ARGUMENT,
                "0 values where a shape of [1] has 1");
        refused(
                request(tensor("text", "BYTES", 1).setContents(one)).addRawInputContents(elements(utf8("a"))),
                Status.Code.INVALID_ARGUMENT,
                "contents of both kinds");
        refused(
                request(tensor("text", "BYTES", 1))
                        .addRawInputContents(elements(utf8("a")))
                        .addRawInputContents(ByteString.EMPTY),
                Status.Code.INVALID_ARGUMENT,
                "2 raw contents for 1 inputs");
        refused(
                request(tensor("text", "BYTES", 1)
                        .setContents(InferTensorContents.newBuilder()
                                .addBytesContents(ByteString.copyFromUtf8("a"))
                                .addFp64Contents(1))),
                Status.Code.INVALID_ARGUMENT,
                "contents that are not of BYTES");
        refused(
                request(tensor("text", "FP64", 1)
                        .setContents(InferTensorContents.newBuilder().addFp64Contents(1))),
                Status.Code.INVALID_ARGUMENT,
                "no input is of FP64");
        refused(request(tensor("text", "BYTES", -1).setContents(one)), Status.Code.INVALID_ARGUMENT, "a size of -1");
        refused(
                request(tensor("text", "BYTES", Long.MAX_VALUE, Long.MAX_VALUE)).addRawInputContents(ByteString.EMPTY),
                Status.Code.INVALID_ARGUMENT,
                "give [n]");
        refused(
                request(tensor("text", "BYTES", Long.MAX_VALUE)).addRawInputContents(ByteString.EMPTY),
                Status.Code.RESOURCE_EXHAUSTED,
                "more values than a tensor holds");
        refused(
                request(tensor("text", "BYTES", 1).setContents(one))
                        .addOutputs(ModelInferRequest.InferRequestedOutputTensor.newBuilder()
                                .setName("x")),
                Status.Code.INVALID_ARGUMENT,
                "there is no output 'x'");
        refused(
                request(tensor("text", "BYTES", 1).setContents(one)).setModelName("defalt"),
                Status.Code.NOT_FOUND,
                "did you mean default?");
        refused(
                request(tensor("text", "BYTES", 1).setContents(one)).setModelVersion("2"),
                Status.Code.NOT_FOUND,
                "live is default@c0ffee");
    }

    @Test
    void keysRolesAndSpacesAreHeldTo() {
        ModelInferRequest.Builder asked = request(tensor("text", "BYTES", 1)).addRawInputContents(elements(utf8("a")));
        GRPCInferenceServiceBlockingStub keyless = GRPCInferenceServiceGrpc.newBlockingStub(channel);
        refused(keyless, asked, Status.Code.UNAUTHENTICATED, "this key is not known");
        refused(withKey(keyless, TestKeys.ELSEWHERE), asked, Status.Code.PERMISSION_DENIED, "may not do that here");
        refused(
                with(stub, "kindred-space", "0".repeat(64)),
                asked,
                Status.Code.FAILED_PRECONDITION,
                "not the one expected");
        AtomicReference<Metadata> headers = new AtomicReference<>();
        stub.withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
                .modelInfer(asked.build());
        assertThat(headers.get().get(Metadata.Key.of("kindred-space", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo(collection.encoder.space().id());
        assertThat(headers.get().get(Metadata.Key.of("kindred-request", Metadata.ASCII_STRING_MARSHALLER)))
                .isNotEmpty();
    }

    @Test
    void messagesAreBoundedPackedOrNot() {
        ByteString large = ByteString.copyFrom(new byte[MOST + 1]);
        refused(request(tensor("text", "BYTES", 1)).addRawInputContents(large), Status.Code.RESOURCE_EXHAUSTED, "");
        // Some 64 MiB of zeros in some 64 KiB.
        ByteString bomb = ByteString.copyFrom(new byte[64 << 20]);
        refused(
                stub.withCompression("gzip").withMaxOutboundMessageSize(1 << 30),
                request(tensor("text", "BYTES", 1)).addRawInputContents(bomb),
                Status.Code.RESOURCE_EXHAUSTED,
                "");
        assertThat(stub.withCompression("gzip")
                        .modelInfer(request(tensor("text", "BYTES", 1))
                                .addRawInputContents(elements(utf8("one word")))
                                .build())
                        .getOutputsCount())
                .isOne();
    }

    /** An encoder that is held, and what is asked of it meanwhile. */
    private record Held(TokenCollection collection, KindredServer server, ManagedChannel channel, CountDownLatch gate)
            implements AutoCloseable {
        static Held of(Path folder, int queue) {
            TokenCollection collection = TokenCollection.in(folder);
            KindredServer server = KindredServer.start(
                    ServeOptions.defaults()
                            .onPort(0)
                            .withMaxRequestBytes(MOST)
                            .withThreads(1)
                            .withQueue(queue),
                    collection.served());
            Held held = new Held(collection, server, InferenceRpcTest.channel(server), new CountDownLatch(1));
            collection.encoder.entered = new CountDownLatch(1);
            collection.encoder.gate = held.gate;
            return held;
        }

        ListenableFuture<ModelInferResponse> ask() {
            return GRPCInferenceServiceGrpc.newFutureStub(channel)
                    .modelInfer(request(tensor("text", "BYTES", 1))
                            .addRawInputContents(elements(utf8("a")))
                            .build());
        }

        @Override
        public void close() {
            gate.countDown();
            channel.shutdownNow();
            server.close();
            collection.close();
        }
    }

    @Test
    void aClientsDeadlineEndsItsRequest(@TempDir Path folder) throws Exception {
        try (Held held = Held.of(folder, 16)) {
            var first = held.ask();
            assertThat(held.collection().encoder.entered.await(10, TimeUnit.SECONDS))
                    .isTrue();
            GRPCInferenceServiceBlockingStub stub = GRPCInferenceServiceGrpc.newBlockingStub(held.channel());
            ModelInferRequest.Builder asked =
                    request(tensor("text", "BYTES", 1)).addRawInputContents(elements(utf8("a")));
            refused(stub.withDeadlineAfter(150, TimeUnit.MILLISECONDS), asked, Status.Code.DEADLINE_EXCEEDED, "");
            held.gate().countDown();
            assertThat(first.get(10, TimeUnit.SECONDS).getOutputsCount()).isOne();
        }
    }

    /** The server keeps to the deadline by itself; a far one does not lengthen its own. */
    @Test
    void theServerKeepsToDeadlines(@TempDir Path folder) throws Exception {
        try (Held held = Held.of(folder, 16);
                HttpClient client = HttpClient.newHttpClient()) {
            held.ask();
            assertThat(held.collection().encoder.entered.await(10, TimeUnit.SECONDS))
                    .isTrue();
            byte[] message = framed(request(tensor("text", "BYTES", 1))
                    .addRawInputContents(elements(utf8("a")))
                    .build()
                    .toByteArray());
            assertThat(status(client, held.server(), message, "grpc-timeout", "100m"))
                    .startsWith("4 ");
            assertThat(status(client, held.server(), message, "grpc-timeout", "soon"))
                    .isEqualTo("3 grpc-timeout: this is no time: give up to eight digits and one of H, M, S, m, u, n");
            assertThat(status(client, held.server(), message, "grpc-timeout", "0n"))
                    .startsWith("4 ");
        }
    }

    private static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    /** Code and words of what a body is answered with. */
    private static String status(HttpClient client, KindredServer server, byte[] body, String... headers)
            throws Exception {
        var reply = client.send(
                HttpRequest.newBuilder(URI.create(server.url() + "/inference.GRPCInferenceService/ModelInfer"))
                        .version(HttpClient.Version.HTTP_2)
                        .header("Content-Type", "application/grpc")
                        .header("TE", "trailers")
                        .headers(headers)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(reply.statusCode()).isEqualTo(200);
        return reply.headers().firstValue("grpc-status").orElse("none") + " "
                + reply.headers().firstValue("grpc-message").orElse("");
    }

    /** What is no message is the client's fault, and nothing in the reply tells of our insides. */
    @Test
    void whatIsNoMessageIsRefused() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (byte[] body : List.of(
                    new byte[0],
                    new byte[] {0, 0, 0, 0},
                    new byte[] {0, 0, 0, 0, 5, 'a', 'b'},
                    framed(new byte[] {-1, -1}),
                    new byte[] {1, 0, 0, 0, 2, 'a', 'b'},
                    new byte[] {7, 0, 0, 0, 0})) {
                for (String encoding : List.of("identity", "gzip", "br")) {
                    assertThat(status(
                                    client,
                                    server,
                                    body,
                                    "grpc-encoding",
                                    encoding,
                                    "authorization",
                                    "Bearer " + TestKeys.READER))
                            .as(Arrays.toString(body) + encoding)
                            .matches("(3|12) .*")
                            .doesNotContain("Exception", "armeria", "Deframer");
                }
            }
            assertThat(status(
                            client,
                            server,
                            new byte[] {0, -1, -1, -1, -1, 1},
                            "authorization",
                            "Bearer " + TestKeys.READER))
                    .startsWith("8 the message is too large");
        }
    }

    @Test
    void aFaultIsToldAndSaidToBeOne() {
        refused(
                request(tensor("text", "BYTES", 1)).addRawInputContents(elements(utf8("fault"))),
                Status.Code.INTERNAL,
                "Kindred failed at this request");
        assertThat(faults).singleElement().satisfies(fault -> assertThat(fault).hasMessageContaining("out of order"));
        faults.clear();
    }

    @Test
    void aFullQueueSaysSo(@TempDir Path folder) throws Exception {
        try (Held held = Held.of(folder, 1)) {
            held.ask();
            assertThat(held.collection().encoder.entered.await(10, TimeUnit.SECONDS))
                    .isTrue();
            List<ListenableFuture<ModelInferResponse>> asked = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                asked.add(held.ask());
            }
            ExecutionException refused = catchThrowableOfType(
                    ExecutionException.class, () -> asked.getLast().get(10, TimeUnit.SECONDS));
            assertThat(Status.fromThrowable(refused).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        }
    }
}
