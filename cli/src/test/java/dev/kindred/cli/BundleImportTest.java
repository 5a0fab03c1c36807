package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Npy;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of others become bundles: what they give, against plain loops, and what is refused. */
class BundleImportTest {
    private static final List<String> TEXTS =
            List.of("the cat sits", "the dog runs", "", "cat", "the query runs the dog : sits and more");

    /** Of all tests here: the natives that one unpacks serve the next. */
    @TempDir
    static Path kindred;

    @TempDir
    Path home;

    private Shell shell;
    private TinyHub hub;
    private Path out;

    @BeforeEach
    void download() throws IOException {
        shell = new Shell(kindred);
        hub = new TinyHub(home.resolve("tiny"));
        out = home.resolve("tiny.kindred");
    }

    @Test
    void importedEncoderGivesWhatTheModelSays() {
        JsonObject json = done();
        assertThat(json.get("takes").getAsString()).isEqualTo("texts");
        assertThat(json.get("dimension").getAsInt()).isEqualTo(TinyHub.D);
        Bundle bundle = Bundle.open(out);
        assertThat(bundle.card()).contains("mit", "first 8 tokens");
        assertThat(bundle.manifest()
                        .getAsJsonObject("provenance")
                        .getAsJsonArray("basedOn")
                        .toString())
                .contains("\"licence\":\"mit\"", "\"name\":\"tiny\"");
        try (Encoder encoder = bundle.encoder(1)) {
            for (String text : TEXTS.subList(0, 4)) {
                close(encoder.embed(new Content.Text(text)).values(), hub.embedding(text));
            }
            // Eight tokens, two of them the frame's.
            close(encoder.embed(new Content.Text(TEXTS.get(4))).values(), hub.embedding("the query runs the dog :"));
        }
    }

    @Test
    void sameModelIsTheSameSpace() throws IOException {
        String space = done().get("space").getAsString();
        assertThat(done().get("space").getAsString()).isEqualTo(space);
        assertThat(done("--int8").get("space").getAsString()).isNotEqualTo(space);
        assertThat(done("--max-tokens", "7").get("space").getAsString()).isNotEqualTo(space);
        assertThat(done("--pooling", "cls").get("space").getAsString()).isNotEqualTo(space);
        Path moved = home.resolve("elsewhere").resolve("onnx");
        Files.createDirectories(moved);
        Files.move(hub.folder.resolve("model.onnx"), moved.resolve("model.onnx"));
        for (String file : List.of("tokenizer.json", "sentence_bert_config.json", "1_Pooling")) {
            Files.move(hub.folder.resolve(file), moved.resolveSibling(file));
        }
        Shell.Ended again = shell.run("bundle", "import", "--from", moved.getParent(), "--out", out, "--json");
        assertThat(again.json().get("space").getAsString()).isEqualTo(space);
    }

    @Test
    void expectedVectorsProveIt() throws IOException {
        expected(TEXTS.subList(0, 4), -1);
        JsonObject json = done("--expect", npy(), "--texts", txt());
        JsonObject expect = json.getAsJsonObject("expect");
        assertThat(expect.get("same").getAsBoolean()).isTrue();
        assertThat(expect.get("texts").getAsInt()).isEqualTo(4);
        assertThat(expect.get("leastCosine").getAsDouble()).isGreaterThan(0.9999999);
        assertThat(expect.get("largestDifference").getAsDouble()).isLessThan(1e-6);
        assertThat(Bundle.open(out).card()).contains("4 texts, least cosine 1.000000");
        JsonObject bits = done("--int8", "--expect", npy(), "--texts", txt()).getAsJsonObject("expectInt8");
        assertThat(bits.get("leastCosine").getAsDouble()).isBetween(0.99, 0.9999999);
    }

    @Test
    void otherVectorsEndInOneAndNameTheWorstLine() throws IOException {
        expected(TEXTS.subList(0, 4), 1);
        Shell.Ended ended = shell.run(line("--expect", npy(), "--texts", txt(), "--json"));
        assertThat(ended.code()).isEqualTo(ExitCode.NO);
        assertThat(ended.json().getAsJsonObject("expect").get("worstLine").getAsInt())
                .isEqualTo(2);
        assertThat(shell.run(line("--expect", npy(), "--texts", txt())).out())
                .contains("not the same", "worst, line 2 of " + txt() + ": the dog runs", "nothing was written");
        assertThat(out).doesNotExist();
    }

    @Test
    void vectorsThatDoNotBelongAreRefused() throws IOException {
        expected(TEXTS.subList(0, 3), -1);
        Files.writeString(txt(), "one\ntwo\n");
        refused("3 vectors for 2 lines of lines.txt", "--expect", npy(), "--texts", txt());
        refused("give both --expect", "--expect", npy());
        Npy.write(npy(), new Npy.Matrix(2, 5, new float[10]));
        refused("vectors of 5 values, the model gives 6", "--expect", npy(), "--texts", txt());
        Npy.write(npy(), new Npy.Matrix(2, 1, new float[] {1, Float.NaN}));
        refused("no number", "--expect", npy(), "--texts", txt());
    }

    @Test
    void promptsMakeEncodersOfQueriesAndDocuments() throws IOException {
        hub.write(
                "config_sentence_transformers.json",
                "{\"prompts\": {\"query\": \"query: \", \"document\": \"\"}, \"similarity_fn_name\": \"cosine\"}");
        assertThat(done().getAsJsonArray("encoders").toString()).isEqualTo("[\"document\",\"query\"]");
        Bundle bundle = Bundle.open(out);
        try (Encoder query = bundle.encoder("query", 1);
                Encoder document = bundle.encoder("document", 1)) {
            close(query.embed(new Content.Text("the cat")).values(), hub.embedding("query : the cat"));
            close(document.embed(new Content.Text("the cat")).values(), hub.embedding("the cat"));
        }
        expected(List.of("the cat"), -1);
        assertThat(done("--expect", npy(), "--texts", txt())
                        .getAsJsonObject("expect")
                        .get("same")
                        .getAsBoolean())
                .isTrue();
        assertThat(shell.run(line("--expect", npy(), "--texts", txt(), "--role", "query"))
                        .code())
                .isEqualTo(ExitCode.NO);
        refused("no role 'passage'", "--expect", npy(), "--texts", txt(), "--role", "passage");
    }

    @Test
    void whatIsNotStatedIsAskedFor() throws IOException {
        Files.delete(hub.folder.resolve("1_Pooling").resolve("config.json"));
        refused("--pooling mean, cls or last");
        done("--pooling", "mean");
        Files.delete(hub.folder.resolve("sentence_bert_config.json"));
        refused("--max-tokens", "--pooling", "mean");
        done("--pooling", "mean", "--max-tokens", "8");
        refused("unknown pooling 'max'", "--pooling", "max");
        refused("tokens are out of range", "--pooling", "mean", "--max-tokens", "2");
    }

    @Test
    void tokenizerOfAnotherModelIsRefusedByName() throws IOException {
        hub.write("tokenizer.json", TinyHub.tokenizer().replace("\":\":9", "\":\":9,\"bird\":10"));
        refused("tokenizer.json: knows tokens up to 10, the model's embeddings only up to 9");
        hub.write("tokenizer.json", "{\"model\": {\"type\": \"WordLevel\"}}");
        refused("tokenizer.json: model: lists no tokens");
        hub.write("tokenizer.json", TinyHub.tokenizer().replace("\"WordLevel\"", "\"Runes\""));
        refused("tokenizer");
    }

    @Test
    void outputIsChosenByName() throws IOException {
        hub.graph.addOutput(TinyHub.value("rows", DataType.FLOAT, "n", "t", "6"));
        hub.save();
        refused("'last_hidden_state' [n, t, 6] and 'rows' [n, t, 6]");
        refused("there are 'last_hidden_state', 'rows'", "--output", "embedding");
        done("--output", "rows");
    }

    @Test
    void encoderThatDependsOnItsCompanyIsRefused() throws IOException {
        hub.graph
                .addNode(TinyHub.node("ReduceMean", "common", "last_hidden_state"))
                .addNode(TinyHub.node("Sub", "heard", "last_hidden_state", "common"))
                .setOutput(0, TinyHub.value("heard", DataType.FLOAT, "n", "t", "6"));
        hub.save();
        refused("depend on what they are batched with");
    }

    @Test
    void picturesComeWithSizeMeanAndDeviation() throws IOException {
        Path model = pictures();
        Shell.Ended ended = shell.run(
                "bundle",
                "import",
                "--from",
                model,
                "--size",
                "4x2",
                "--mean",
                "0.5,0.25,0",
                "--std",
                "0.5,0.5,1",
                "--distance",
                "l2",
                "--out",
                out,
                "--json");
        assertThat(ended.code()).as(ended.err()).isZero();
        byte[] levels = new byte[4 * 2 * 3];
        for (int i = 0; i < levels.length; i += 3) {
            levels[i] = (byte) 255;
            levels[i + 1] = (byte) 51;
            levels[i + 2] = (byte) 102;
        }
        try (Encoder encoder = Bundle.open(out).encoder(1)) {
            float[] embedding =
                    encoder.embed(new Content.Pixels(4, 2, 3, levels)).values();
            close(embedding, new float[] {1, -0.1f, 0.4f});
        }
    }

    @Test
    void pictureOptionsAreHeldTogether() throws IOException {
        Path model = pictures();
        for (List<String> wrong : List.of(
                List.of("--size", "4x2", "--mean", "1,2"),
                List.of("--size", "4x2", "--std", "1,0,1"),
                List.of("--size", "0"),
                List.of("--size", "large"),
                List.of("--size", "8"),
                List.of("--size", "4x2", "--fit", "shrink"),
                List.of("--size", "4x2", "--pooling", "cls"),
                List.of("--size", "4x2", "--int8"),
                List.of("--mean", "0,0,0"),
                List.<String>of())) {
            List<Object> words = new ArrayList<>(List.of("bundle", "import", "--from", model, "--out", out));
            words.addAll(wrong);
            Shell.Ended ended = shell.run(words.toArray());
            assertThat(ended.code()).as("%s: %s", wrong, ended.err()).isEqualTo(ExitCode.REFUSED);
            assertThat(ended.line()).isNotEmpty();
        }
        assertThat(out).doesNotExist();
    }

    @Test
    void foldersWithoutAModelAreRefused() {
        assertThat(shell.run("bundle", "import", "--from", home.resolve("none"), "--out", out)
                        .line())
                .contains("no such folder");
        assertThat(shell.run("bundle", "import", "--from", home, "--out", out).line())
                .contains("neither model.onnx nor onnx/model.onnx");
        refused("is a folder", "--out", home.toString());
    }

    private Path pictures() throws IOException {
        OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(
                        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(17));
        model.getGraphBuilder()
                .setName("net")
                .addInput(TinyHub.value("pixels", DataType.FLOAT, "n", "3", "2", "4"))
                .addNode(TinyHub.node("GlobalAveragePool", "pooled", "pixels"))
                .addNode(TinyHub.node("Flatten", "features", "pooled"))
                .addOutput(TinyHub.value("features", DataType.FLOAT, "n", "3"));
        return Files.write(home.resolve("net.onnx"), model.build().toByteArray());
    }

    private Path npy() {
        return home.resolve("old.npy");
    }

    private Path txt() {
        return home.resolve("lines.txt");
    }

    /** What the old program gives, one row of it wrong. */
    private void expected(List<String> texts, int wrong) throws IOException {
        float[] values = new float[texts.size() * TinyHub.D];
        for (int i = 0; i < texts.size(); i++) {
            float[] embedding = hub.embedding(texts.get(i));
            if (i == wrong) {
                embedding[0] += 0.1f;
            }
            System.arraycopy(embedding, 0, values, i * TinyHub.D, TinyHub.D);
        }
        Npy.write(npy(), new Npy.Matrix(texts.size(), TinyHub.D, values));
        Files.writeString(txt(), String.join("\n", texts) + "\n");
    }

    private Object[] line(Object... more) {
        List<Object> words = new ArrayList<>(List.of("bundle", "import", "--from", hub.folder, "--out", out));
        for (int i = 0; i < more.length; i++) {
            if (more[i].equals("--out")) {
                words.subList(words.size() - 2, words.size()).clear();
            }
            words.add(more[i]);
        }
        return words.toArray();
    }

    private JsonObject done(Object... more) {
        Object[] words = java.util.Arrays.copyOf(line(more), line(more).length + 1);
        words[words.length - 1] = "--json";
        Shell.Ended ended = shell.run(words);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    private void refused(String words, Object... more) {
        Shell.Ended ended = shell.run(line(more));
        assertThat(ended.code()).as(ended.err()).isEqualTo(ExitCode.REFUSED);
        assertThat(ended.line()).contains(words);
    }

    private static void close(float[] embedding, float[] expected) {
        for (int k = 0; k < expected.length; k++) {
            assertThat(embedding[k]).isCloseTo(expected[k], within(1e-5f));
        }
    }
}
