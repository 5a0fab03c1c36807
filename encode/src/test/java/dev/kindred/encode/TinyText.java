package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * A text encoder small enough to be followed by hand: a word is a row of a table drawn by seed, a text the mean of its words' rows with
 * the frame tokens', of unit length.
 */
final class TinyText {
    static final int D = 6;
    static final int MAX_TOKENS = 12;
    static final List<String> WORDS =
            List.of("[UNK]", "[CLS]", "[SEP]", "cat", "dog", "lazy", "quick", "fox", "jumps", "over", "the", "?");
    private static final int CLS = 1;
    private static final int SEP = 2;

    private TinyText() {}

    static EncoderParts parts(long seed, String prompt) {
        return EncoderParts.text(model(seed), tokenizer(), MAX_TOKENS, prompt, D, Distance.COSINE);
    }

    /** Words by blanks and punctuation, lower case, framed by two tokens. */
    static byte[] tokenizer() {
        JsonObject vocabulary = new JsonObject();
        for (int id = 0; id < WORDS.size(); id++) {
            vocabulary.addProperty(WORDS.get(id), id);
        }
        JsonObject model = typed("WordLevel");
        model.add("vocab", vocabulary);
        model.addProperty("unk_token", WORDS.getFirst());
        JsonObject frame = typed("TemplateProcessing");
        JsonArray single = new JsonArray();
        single.add(piece("SpecialToken", "[CLS]"));
        single.add(piece("Sequence", "A"));
        single.add(piece("SpecialToken", "[SEP]"));
        frame.add("single", single);
        frame.add("pair", single);
        JsonObject special = new JsonObject();
        special.add("[CLS]", special("[CLS]", CLS));
        special.add("[SEP]", special("[SEP]", SEP));
        frame.add("special_tokens", special);
        JsonObject json = new JsonObject();
        json.addProperty("version", "1.0");
        // Of its own it would cut at three and fill up to nine; neither is done.
        JsonObject truncation = new JsonObject();
        truncation.addProperty("direction", "Right");
        truncation.addProperty("max_length", 3);
        truncation.addProperty("strategy", "LongestFirst");
        truncation.addProperty("stride", 0);
        json.add("truncation", truncation);
        JsonObject fixed = new JsonObject();
        fixed.addProperty("Fixed", 9);
        JsonObject padding = new JsonObject();
        padding.add("strategy", fixed);
        padding.addProperty("direction", "Right");
        padding.add("pad_to_multiple_of", null);
        padding.addProperty("pad_id", 0);
        padding.addProperty("pad_type_id", 0);
        padding.addProperty("pad_token", "[UNK]");
        json.add("padding", padding);
        json.add("added_tokens", new JsonArray());
        json.add("normalizer", typed("Lowercase"));
        json.add("pre_tokenizer", typed("Whitespace"));
        json.add("post_processor", frame);
        json.add("decoder", null);
        json.add("model", model);
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonObject typed(String type) {
        JsonObject json = new JsonObject();
        json.addProperty("type", type);
        return json;
    }

    private static JsonObject piece(String kind, String id) {
        JsonObject inner = new JsonObject();
        inner.addProperty("id", id);
        inner.addProperty("type_id", 0);
        JsonObject json = new JsonObject();
        json.add(kind, inner);
        return json;
    }

    private static JsonObject special(String token, int id) {
        JsonObject json = new JsonObject();
        json.addProperty("id", token);
        JsonArray ids = new JsonArray();
        ids.add(id);
        json.add("ids", ids);
        JsonArray tokens = new JsonArray();
        tokens.add(token);
        json.add("tokens", tokens);
        return json;
    }

    /** The table's row of each word: {@code [words][D]}. */
    static float[][] table(long seed) {
        float[][] table = new float[WORDS.size()][D];
        for (int word = 0; word < table.length; word++) {
            Keyed draws = Keyed.of(seed, word);
            for (int k = 0; k < D; k++) {
                table[word][k] = (float) draws.nextGaussian();
            }
        }
        return table;
    }

    /** What the encoder must give, by plain double loops. */
    static double[] expected(long seed, String words) {
        float[][] table = table(seed);
        List<String> pieces = java.util.Arrays.stream(
                        words.toLowerCase(Locale.ROOT).split("\\s+|(?=\\?)"))
                .filter(word -> !word.isEmpty())
                .limit(MAX_TOKENS - 2)
                .toList();
        double[] mean = new double[D];
        for (int k = 0; k < D; k++) {
            mean[k] = table[CLS][k] + table[SEP][k];
            for (String piece : pieces) {
                mean[k] += table[Math.max(0, WORDS.indexOf(piece))][k];
            }
            mean[k] /= pieces.size() + 2;
        }
        double norm = Math.sqrt(java.util.Arrays.stream(mean).map(v -> v * v).sum());
        return java.util.Arrays.stream(mean).map(v -> v / norm).toArray();
    }

    /** {@code input_ids}, {@code attention_mask}: gather, mean over the mask, unit length. */
    static byte[] model(long seed) {
        float[][] table = table(seed);
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * table.length * D).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : table) {
            for (float value : row) {
                bytes.putFloat(value);
            }
        }
        OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder()
                .setName("tiny")
                .addInput(tensor("input_ids", OnnxMl.TensorProto.DataType.INT64, "n", "t"))
                .addInput(tensor("attention_mask", OnnxMl.TensorProto.DataType.INT64, "n", "t"))
                .addOutput(tensor("embedding", OnnxMl.TensorProto.DataType.FLOAT, "n", Integer.toString(D)))
                .addInitializer(OnnxMl.TensorProto.newBuilder()
                        .setName("table")
                        .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                        .addDims(table.length)
                        .addDims(D)
                        .setRawData(ByteString.copyFrom(bytes.array())))
                .addInitializer(OnnxMl.TensorProto.newBuilder()
                        .setName("last")
                        .setDataType(OnnxMl.TensorProto.DataType.INT64.getNumber())
                        .addDims(1)
                        .addInt64Data(2))
                .addInitializer(OnnxMl.TensorProto.newBuilder()
                        .setName("tokens")
                        .setDataType(OnnxMl.TensorProto.DataType.INT64.getNumber())
                        .addDims(1)
                        .addInt64Data(1))
                .addNode(node("Gather", "rows", "table", "input_ids"))
                .addNode(node("Cast", "mask", "attention_mask")
                        .addAttribute(whole("to", OnnxMl.TensorProto.DataType.FLOAT.getNumber())))
                .addNode(node("Unsqueeze", "wide", "mask", "last"))
                .addNode(node("Mul", "kept", "rows", "wide"))
                .addNode(node("ReduceSum", "sum", "kept", "tokens").addAttribute(whole("keepdims", 0)))
                .addNode(node("ReduceSum", "count", "wide", "tokens").addAttribute(whole("keepdims", 0)))
                .addNode(node("Div", "mean", "sum", "count"))
                .addNode(node("LpNormalization", "embedding", "mean")
                        .addAttribute(whole("axis", 1))
                        .addAttribute(whole("p", 2)));
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(
                        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static OnnxMl.NodeProto.Builder node(String operator, String output, String... inputs) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output);
    }

    private static OnnxMl.AttributeProto whole(String name, long value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static OnnxMl.ValueInfoProto tensor(String name, OnnxMl.TensorProto.DataType type, String... dimensions) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
        for (String dimension : dimensions) {
            OnnxMl.TensorShapeProto.Dimension.Builder axis = OnnxMl.TensorShapeProto.Dimension.newBuilder();
            shape.addDim(
                    Character.isDigit(dimension.charAt(0))
                            ? axis.setDimValue(Long.parseLong(dimension))
                            : axis.setDimParam(dimension));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }
}
