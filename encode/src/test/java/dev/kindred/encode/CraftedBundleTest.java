package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import dev.kindred.core.Distance;
import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bundles whose every hash holds, made to do harm: refused by name, without faults, loops or large allocations. */
class CraftedBundleTest {
    private static final Architecture ARCHITECTURE = Architecture.conv4(1, 16, 4, 6);
    private static final String MODEL = EncoderParts.modelEntry(EncoderParts.IMAGE);
    private static final String PREPROCESSING = EncoderParts.preprocessingEntry(EncoderParts.IMAGE);

    @TempDir
    Path folder;

    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private JsonObject manifest = new JsonObject();

    @Test
    void preprocessingOfAnotherSizeThanTheEncoderTakes() {
        begin();
        JsonObject preprocessing = json(entries.get(PREPROCESSING));
        preprocessing.addProperty("width", 4096);
        entries.put(PREPROCESSING, Bundle.utf8(preprocessing));
        assertThatThrownBy(() -> Bundle.open(forged()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("does not give what its encoder takes");
    }

    @Test
    void architectureOfMoreWeightsThanItsGraphHasRoomFor() {
        begin();
        JsonObject linear = architecture().getAsJsonArray("layers").get(17).getAsJsonObject();
        linear.addProperty("units", 60_000);
        manifest.addProperty("dimension", 60_000);
        assertThatThrownBy(() -> Bundle.open(forged()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("is no architecture");
    }

    @Test
    void manifestWithoutProvenanceOrOfAnUnknownDistance() {
        begin();
        manifest.addProperty("provenance", "mine");
        assertThatThrownBy(() -> Bundle.open(forged()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("field 'provenance' is not an object");
        begin();
        manifest.addProperty("distance", "manhattan");
        assertThatThrownBy(() -> Bundle.open(forged()))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.line())
                                .contains("forged.kindred")
                                .contains("unknown distance 'manhattan'"));
    }

    @Test
    void entriesThatNoEncoderUses() {
        for (String name : List.of("encoders/image/tokenizer.json", "encoders/text/model.onnx", "later.bin")) {
            begin();
            entries.put(name, new byte[] {1});
            assertThatThrownBy(() -> Bundle.open(forged()))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("needs something this Kindred does not know: " + name);
            assertThat(Bundle.open(forged(name)).entrySizes()).containsKey(name);
        }
        begin();
        entries.put(ComparatorParts.PROBES, new byte[] {1});
        assertThatThrownBy(() -> Bundle.open(forged()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("lacks its entry comparator.onnx");
    }

    @Test
    void nestedJsonIsToldInAFewWords() {
        begin();
        entries.put(Bundle.DECISION, "[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        Bundle bundle = Bundle.open(forged());
        assertThatThrownBy(bundle::decision)
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.line())
                                .contains("is not valid JSON")
                                .hasSizeLessThan(300)
                                .doesNotContain("com.google"));
    }

    @Test
    void jsonOfManyMegabytesIsRefusedUnread() {
        byte[] large = (" ".repeat(16 << 20) + "{}").getBytes(StandardCharsets.UTF_8);
        begin();
        entries.put(Bundle.DECISION, large);
        entries.put(Bundle.BASELINE, large);
        entries.put(EncoderParts.probesEntry(EncoderParts.IMAGE), large);
        Bundle bundle = Bundle.open(forged());
        assertTooLarge(Bundle.DECISION, bundle::decision);
        assertTooLarge(Bundle.BASELINE, bundle::baseline);
        assertTooLarge("probes.json", () -> bundle.encoder(1));
        begin();
        entries.put(PREPROCESSING, large);
        assertTooLarge(PREPROCESSING, () -> Bundle.open(forged()));
        begin();
        manifest.addProperty("more", "x".repeat(16 << 20));
        assertTooLarge(Bundle.MANIFEST, () -> Bundle.open(forged()));
    }

    private static void assertTooLarge(String entry, ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.line())
                                .contains("forged.kindred: ")
                                .contains(entry)
                                .contains("larger than JSON of a bundle may be (16 MiB)"));
    }

    @Test
    void outputsOfAnotherShapeOrType() {
        begin();
        model(graph -> output(graph, "GlobalAveragePool"));
        refusedWhenRun("it gives");
        begin();
        model(graph -> output(graph, "Cast")
                .addAttribute(OnnxMl.AttributeProto.newBuilder()
                        .setName("to")
                        .setType(OnnxMl.AttributeProto.AttributeType.INT)
                        .setI(OnnxMl.TensorProto.DataType.INT64_VALUE)));
        refusedWhenRun("");
    }

    /** Small enough that a runtime would try, and take 32 GiB or the process with it. */
    @Test
    void memoryBeyondReason() {
        for (boolean raw : List.of(true, false)) {
            begin();
            model(graph -> {
                graph.addInitializer(wholes("many", raw, 1L << 20, 1L << 13));
                return filled(graph);
            });
            refusedWhenRun("its operator ConstantOfShape makes more than 268,435,456 values of nothing");
        }
        begin();
        model(graph -> {
            graph.addNode(OnnxMl.NodeProto.newBuilder()
                    .setOpType("Constant")
                    .addOutput("many")
                    .addAttribute(OnnxMl.AttributeProto.newBuilder()
                            .setName("value_ints")
                            .setType(OnnxMl.AttributeProto.AttributeType.INTS)
                            .addInts(1L << 33)));
            return filled(graph);
        });
        refusedWhenRun("its operator ConstantOfShape makes more than");
        begin();
        model(graph -> {
            graph.addNode(OnnxMl.NodeProto.newBuilder()
                    .setOpType("RandomNormal")
                    .addOutput("noise")
                    .addAttribute(OnnxMl.AttributeProto.newBuilder()
                            .setName("shape")
                            .setType(OnnxMl.AttributeProto.AttributeType.INTS)
                            .addInts(1L << 33)));
            return output(graph, "Identity");
        });
        refusedWhenRun("its operator RandomNormal makes more than");
    }

    /** What is within reason reaches the runtime, which here gives another shape than was sealed. */
    @Test
    void memoryWithinReasonIsNotRefusedForItsSize() {
        begin();
        model(graph -> {
            graph.addInitializer(wholes("many", true, 64, 64));
            return filled(graph);
        });
        assertThatThrownBy(() -> Bundle.open(forged()).encoder(1).close())
                .isInstanceOf(Refusal.class)
                .hasMessageNotContaining("values of nothing");
    }

    private static OnnxMl.TensorProto wholes(String name, boolean raw, long... values) {
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(OnnxMl.TensorProto.DataType.INT64_VALUE)
                .addDims(values.length);
        if (raw) {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (long value : values) {
                bytes.putLong(value);
            }
            return tensor.setRawData(ByteString.copyFrom(bytes.flip())).build();
        }
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return tensor.build();
    }

    /** Memory of as many zeros as {@code many} says, of which one value is used. */
    private static OnnxMl.NodeProto.Builder filled(OnnxMl.GraphProto.Builder graph) {
        graph.addNode(OnnxMl.NodeProto.newBuilder()
                .setOpType("ConstantOfShape")
                .addInput("many")
                .addOutput("zeros"));
        graph.addNode(OnnxMl.NodeProto.newBuilder()
                .setOpType("ReduceMax")
                .addInput("zeros")
                .addOutput("zero")
                .addAttribute(OnnxMl.AttributeProto.newBuilder()
                        .setName("keepdims")
                        .setType(OnnxMl.AttributeProto.AttributeType.INT)
                        .setI(0)));
        return output(graph, "Add").addInput("zero");
    }

    @Test
    @Timeout(60)
    void loopsWithinTheGraph() {
        begin();
        model(graph -> output(graph, "Loop")
                .addAttribute(OnnxMl.AttributeProto.newBuilder()
                        .setName("body")
                        .setType(OnnxMl.AttributeProto.AttributeType.GRAPH)
                        .setG(OnnxMl.GraphProto.newBuilder().setName("endless"))));
        refusedWhenRun("carries a graph within its operator Loop");
    }

    @Test
    void weightsInOtherFilesBySparseConstants() {
        begin();
        OnnxMl.TensorProto elsewhere = OnnxMl.TensorProto.newBuilder()
                .setName("w")
                .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
                .addDims(1)
                .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL)
                .addExternalData(OnnxMl.StringStringEntryProto.newBuilder()
                        .setKey("location")
                        .setValue("secret.bin"))
                .build();
        model(graph -> output(graph, "Identity")
                .addAttribute(OnnxMl.AttributeProto.newBuilder()
                        .setName("sparse_value")
                        .setType(OnnxMl.AttributeProto.AttributeType.SPARSE_TENSOR)
                        .setSparseTensor(OnnxMl.SparseTensorProto.newBuilder().setValues(elsewhere))));
        refusedWhenRun("carries sparse weights");
    }

    /** The runtime would choose its flatbuffer loader by these four bytes, and read another graph than was looked at. */
    @Test
    void modelsThatAreAlsoOfTheRuntimesOwnFormat() {
        begin();
        byte[] both = alsoOrt(entries.get(MODEL));
        assertThat(new String(both, 4, 4, StandardCharsets.US_ASCII)).isEqualTo("ORTM");
        // Were it not refused, it would still be read as what it was checked to be.
        LoadedModel.open(both, ARCHITECTURE.dimension(), "test").close();
        Trial.of(both, "test").close();
        entries.put(MODEL, both);
        refusedWhenRun("is in ONNX Runtime's own format");
    }

    /** The same model whose fifth byte is the first of its producer's name. */
    private static byte[] alsoOrt(byte[] model) {
        try {
            return OnnxMl.ModelProto.parseFrom(model).toBuilder()
                    .setIrVersion(8)
                    .setProducerName("ORTM")
                    .build()
                    .toByteArray();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void refusedWhenRun(String words) {
        Bundle bundle = Bundle.open(forged());
        assertThatThrownBy(() -> bundle.encoder(1).close())
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.line())
                                .contains("forged.kindred")
                                .contains(words));
    }

    private static OnnxMl.NodeProto.Builder output(OnnxMl.GraphProto.Builder graph, String operator) {
        return graph.addNodeBuilder()
                .setOpType(operator)
                .addInput(OnnxGraph.INPUT)
                .addOutput(OnnxGraph.OUTPUT);
    }

    /** Puts another graph, from the same input to the same output, in the model's place. */
    private void model(Function<OnnxMl.GraphProto.Builder, OnnxMl.NodeProto.Builder> draw) {
        try {
            OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.parseFrom(entries.get(MODEL)).toBuilder();
            OnnxMl.GraphProto.Builder graph =
                    model.getGraphBuilder().clearNode().clearInitializer();
            graph.getOutputBuilder(0).clearType();
            draw.apply(graph);
            // As long as it was, so that the architecture's weights would have room.
            model.setDocStringBytes(ByteString.copyFrom(new byte[entries.get(MODEL).length]));
            entries.put(MODEL, model.build().toByteArray());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void begin() {
        EncoderParts parts = EncoderParts.of(
                ARCHITECTURE,
                Weights.untrained(ARCHITECTURE, 1),
                OnnxGraphTest.preparation(ARCHITECTURE),
                Distance.COSINE);
        Probes probes;
        try (Encoder encoder = parts.open(1)) {
            float[] embeddings = encoder.encode(Probes.pictures()).values();
            probes = Sealing.probe(parts.preparation().pictures(), rasters -> embeddings);
        }
        Bundle sealed = new Sealing(parts, probes, null, null, new JsonObject(), "# card")
                .write(folder.resolve("sealed.kindred"));
        entries.clear();
        entries.putAll(CanonicalZip.read(sealed.path()));
        manifest = sealed.manifest();
    }

    private JsonObject architecture() {
        JsonArray encoders = manifest.getAsJsonArray("encoders");
        return encoders.get(0).getAsJsonObject().getAsJsonObject("architecture");
    }

    /** Hashes, space and checksum made to hold, as whoever crafts a bundle would. */
    private Path forged(String... optional) {
        JsonObject listed = new JsonObject();
        new TreeMap<>(entries).forEach((name, content) -> {
            if (!name.equals(Bundle.MANIFEST)) {
                JsonObject entry = new JsonObject();
                entry.addProperty("sha256", Hashes.sha256Hex(content));
                if (List.of(optional).contains(name)) {
                    entry.addProperty("optional", true);
                }
                listed.add(name, entry);
            }
        });
        manifest.add("entries", listed);
        Distance distance = manifest.get("distance").getAsString().equals("cosine") ? Distance.COSINE : Distance.L2;
        manifest.add(
                "space",
                new JsonPrimitive(EncoderParts.space(
                                Map.of(
                                        MODEL, Hashes.sha256Hex(entries.get(MODEL)),
                                        PREPROCESSING, Hashes.sha256Hex(entries.get(PREPROCESSING))),
                                manifest.get("dimension").getAsInt(),
                                distance)
                        .id()));
        entries.put(Bundle.MANIFEST, Bundle.utf8(manifest));
        Path path = folder.resolve("forged.kindred");
        CanonicalZip.write(path, entries);
        return path;
    }

    private static JsonObject json(byte[] utf8) {
        JsonElement element = JsonParser.parseString(new String(utf8, StandardCharsets.UTF_8));
        return element.getAsJsonObject();
    }
}
