package dev.kindred.cli;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import dev.kindred.core.Keyed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A model's folder as hubs give it, of a network small enough to be computed by hand: a token's vector is its row of a table. */
final class TinyHub {
    static final int D = 6;
    static final List<String> WORDS =
            List.of("[UNK]", "[CLS]", "[SEP]", "the", "cat", "dog", "sits", "runs", "query", ":");

    final Path folder;
    final float[][] table = new float[WORDS.size()][D];
    final OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(17));
    final OnnxMl.GraphProto.Builder graph = model.getGraphBuilder().setName("tiny");

    TinyHub(Path folder) throws IOException {
        this.folder = folder;
        ByteBuffer bytes = ByteBuffer.allocate(4 * WORDS.size() * D).order(ByteOrder.LITTLE_ENDIAN);
        Keyed draws = Keyed.of(1);
        for (float[] row : table) {
            for (int k = 0; k < D; k++) {
                row[k] = (float) draws.nextGaussian();
                bytes.putFloat(row[k]);
            }
        }
        ByteBuffer same = ByteBuffer.allocate(4 * D * D).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < D * D; i++) {
            same.putFloat(i % (D + 1) == 0 ? 1 : 0);
        }
        graph.addInput(value("input_ids", OnnxMl.TensorProto.DataType.INT64, "n", "t"))
                .addInput(value("attention_mask", OnnxMl.TensorProto.DataType.INT64, "n", "t"))
                .addInitializer(floats("table", bytes, WORDS.size(), D))
                .addInitializer(floats("same", same, D, D))
                .addNode(node("Gather", "rows", "table", "input_ids"))
                .addNode(node("MatMul", "last_hidden_state", "rows", "same"))
                .addOutput(value("last_hidden_state", OnnxMl.TensorProto.DataType.FLOAT, "n", "t", "6"));
        write("tokenizer.json", tokenizer());
        write("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");
        write("sentence_bert_config.json", "{\"max_seq_length\": 8}");
        write("README.md", "---\nlicense: mit\n---\n");
        save();
    }

    TinyHub save() throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("model.onnx"), model.build().toByteArray());
        return this;
    }

    TinyHub write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    /** The mean over the words and their frame, of unit length, by plain loops. */
    float[] embedding(String text) {
        List<String> words = new ArrayList<>(List.of(text.split(" ")));
        if (text.isEmpty()) {
            words.clear();
        }
        words.addFirst("[CLS]");
        words.add("[SEP]");
        double[] sum = new double[D];
        for (String word : words) {
            float[] row = table[Math.max(0, WORDS.indexOf(word))];
            for (int k = 0; k < D; k++) {
                sum[k] += row[k];
            }
        }
        double squares = 0;
        for (double v : sum) {
            squares += v * v;
        }
        float[] embedding = new float[D];
        for (int k = 0; k < D; k++) {
            embedding[k] = (float) (sum[k] / Math.sqrt(squares));
        }
        return embedding;
    }

    /** Words by blanks and punctuation, framed by two tokens; cut at three and filled up to nine, which is to be dropped. */
    static String tokenizer() {
        StringBuilder vocabulary = new StringBuilder();
        for (int id = 0; id < WORDS.size(); id++) {
            vocabulary.append(id == 0 ? "" : ",").append("\"" + WORDS.get(id) + "\":" + id);
        }
        return """
            {"version": "1.0",
             "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
             "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
                         "pad_type_id": 0, "pad_token": "[UNK]"},
             "added_tokens": [], "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                          {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
               "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
               "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                                  "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
             "decoder": null,
             "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "[UNK]"}}
            """.formatted(vocabulary);
    }

    static OnnxMl.NodeProto node(String operator, String output, String... inputs) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }

    private static OnnxMl.TensorProto floats(String name, ByteBuffer bytes, long... shape) {
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(bytes.array()));
        for (long d : shape) {
            tensor.addDims(d);
        }
        return tensor.build();
    }

    static OnnxMl.ValueInfoProto value(String name, OnnxMl.TensorProto.DataType type, String... dimensions) {
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
