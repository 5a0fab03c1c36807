package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of a model hub, as sentence-transformers writes them. */
class ModelFolderTest {
    private static final String MODULES = """
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
         {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
        """;
    private static final String POOLING = """
        {"word_embedding_dimension": 384, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true,
         "pooling_mode_max_tokens": false, "pooling_mode_mean_sqrt_len_tokens": false}
        """;

    @TempDir
    Path folder = Path.of("");

    @BeforeEach
    void download() throws IOException {
        write("onnx/model.onnx", "");
        write("tokenizer.json", "{}");
    }

    @Test
    void everythingThatIsStatedIsRead() throws IOException {
        write("modules.json", MODULES);
        write("1_Pooling/config.json", POOLING);
        write("sentence_bert_config.json", "{\"max_seq_length\": 256, \"do_lower_case\": false}");
        write("config.json", "{\"max_position_embeddings\": 512}");
        write("config_sentence_transformers.json", """
            {"prompts": {"query": "query: ", "passage": "passage: ", "STS": "like: "},
             "default_prompt_name": "STS", "similarity_fn_name": "cosine"}
            """);
        write("README.md", "---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\nlicense: not this\n");
        ModelFolder read = ModelFolder.read(folder);
        assertThat(read.model()).isEqualTo(folder.resolve("onnx").resolve("model.onnx"));
        assertThat(read.pooling()).isEqualTo(Pooling.MEAN);
        assertThat(read.unitLength()).isTrue();
        assertThat(read.maxTokens()).isEqualTo(256);
        assertThat(read.prompt(List.of("query"))).isEqualTo("query: ");
        assertThat(read.prompt(List.of("document", "passage", "corpus"))).isEqualTo("passage: ");
        assertThat(read.prompt(List.of("clustering"))).isEqualTo("like: ");
        assertThat(read.distance()).isEqualTo(Distance.COSINE);
        assertThat(read.licence()).contains("apache-2.0");
        assertThat(read.hasTokenizer()).isTrue();
    }

    @Test
    void whatIsNotStatedIsNotGuessed() {
        ModelFolder read = ModelFolder.read(folder);
        assertThat(read.pooling()).isNull();
        assertThat(read.maxTokens()).isNull();
        assertThat(read.unitLength()).isFalse();
        assertThat(read.prompt(List.of("query"))).isEmpty();
        assertThat(read.licence()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "license: mit|mit",
                "licence:\t\"Apache 2.0\" |Apache 2.0",
                "license: 'cc-by-4.0'|cc-by-4.0",
                "license: a<b>|",
                "license:|",
                "my license: mit|"
            })
    void licenceIsTheOneOfTheCardsHead(String line, String licence) throws IOException {
        write("README.md", "---\n" + line + "\n---\n");
        assertThat(ModelFolder.read(folder).licence()).isEqualTo(Optional.ofNullable(licence));
    }

    @Test
    @Timeout(10)
    void licenceOfManySpacesIsReadAtOnce() throws IOException {
        write("README.md", "---\nlicense:" + " ".repeat(100_000) + "!\nlicense: x" + " y".repeat(50_000) + "!\n---\n");
        assertThat(ModelFolder.read(folder).licence()).isEmpty();
    }

    @Test
    void modelAtTheTopGoesBeforeTheOther() throws IOException {
        write("model.onnx", "");
        assertThat(ModelFolder.read(folder).model()).isEqualTo(folder.resolve("model.onnx"));
    }

    @Test
    void fileItselfMayBeNamed() throws IOException {
        write("onnx/model_O3.onnx", "");
        write("config.json", "{\"max_position_embeddings\": 512}");
        ModelFolder read = ModelFolder.read(folder.resolve("onnx").resolve("model_O3.onnx"));
        assertThat(read.folder()).isEqualTo(folder);
        assertThat(read.model()).isEqualTo(folder.resolve("onnx").resolve("model_O3.onnx"));
        assertThat(read.maxTokens()).isEqualTo(512);
    }

    @Test
    void otherFilesAreNamedWhereThereIsNoModel() throws IOException {
        Files.move(
                folder.resolve("onnx").resolve("model.onnx"),
                folder.resolve("onnx").resolve("model_O2.onnx"));
        refused("model_O2.onnx", "--from");
        Files.delete(folder.resolve("onnx").resolve("model_O2.onnx"));
        refused("neither model.onnx nor onnx/model.onnx", "optimum-cli");
    }

    @ParameterizedTest
    @CsvSource({"pooling_mode_cls_token, CLS", "pooling_mode_mean_tokens, MEAN", "pooling_mode_lasttoken, LAST"})
    void poolingIsReadByFlags(String flag, Pooling pooling) throws IOException {
        write("1_Pooling/config.json", "{\"" + flag + "\": true, \"pooling_mode_max_tokens\": false}");
        assertThat(ModelFolder.read(folder).pooling()).isEqualTo(pooling);
    }

    @Test
    void poolingIsReadByName() throws IOException {
        write("1_Pooling/config.json", "{\"pooling_mode\": \"cls\", \"embedding_dimension\": 384}");
        assertThat(ModelFolder.read(folder).pooling()).isEqualTo(Pooling.CLS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens"})
    void otherPoolingIsRefusedByName(String mode) throws IOException {
        write("1_Pooling/config.json", "{\"pooling_mode_" + mode + "\": true}");
        refused("pools by " + mode, "mean, cls and last");
    }

    @Test
    void twoPoolingsAreRefused() throws IOException {
        write(
                "1_Pooling/config.json",
                POOLING.replace("\"pooling_mode_cls_token\": false", "\"pooling_mode_cls_token\": true"));
        refused("cls_token and mean_tokens");
        write("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": false}");
        refused("states no pooling");
    }

    @Test
    void poolingWithoutThePromptIsRefused() throws IOException {
        write("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true, \"include_prompt\": false}");
        assertThat(ModelFolder.read(folder).pooling()).isEqualTo(Pooling.MEAN);
        write("config_sentence_transformers.json", "{\"prompts\": {\"query\": \"q: \"}}");
        refused("include_prompt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dense", "CNN", "WordEmbeddings"})
    void otherModulesAreRefusedByName(String kind) throws IOException {
        write("modules.json", MODULES.replace("models.Normalize", "models." + kind));
        refused("sentence_transformers.models." + kind, "sentence_embedding");
    }

    @Test
    void normalizeBeforePoolingIsRefused() throws IOException {
        write("modules.json", """
            [{"path": "", "type": "sentence_transformers.models.Transformer"},
             {"path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
             {"path": "2_Pooling", "type": "sentence_transformers.models.Pooling"}]
            """);
        refused("models.Pooling");
    }

    @Test
    void modulesOutsideTheFolderAreRefused() throws IOException {
        write("modules.json", MODULES.replace("\"1_Pooling\"", "\"../1_Pooling\""));
        refused("'../1_Pooling', outside its folder");
    }

    @Test
    void lengthIsOfTheFirstThatStatesIt() throws IOException {
        write(
                "config.json",
                "{\"max_position_embeddings\": 514, \"model_type\": \"xlm-roberta\", \"pad_token_id\": 1}");
        assertThat(ModelFolder.read(folder).maxTokens()).isEqualTo(512);
        write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
        assertThat(ModelFolder.read(folder).maxTokens()).isEqualTo(512);
        write("tokenizer_config.json", "{\"model_max_length\": 300}");
        assertThat(ModelFolder.read(folder).maxTokens()).isEqualTo(300);
        write("sentence_bert_config.json", "{\"max_seq_length\": 128}");
        assertThat(ModelFolder.read(folder).maxTokens()).isEqualTo(128);
        write("sentence_bert_config.json", "{\"max_seq_length\": -5}");
        refused("max_seq_length", "sentence_bert_config.json");
    }

    @Test
    void smallLettersMustBeTheTokenizersOwn() throws IOException {
        write("sentence_bert_config.json", "{\"max_seq_length\": 128, \"do_lower_case\": true}");
        refused("do_lower_case");
        write("tokenizer.json", "{\"normalizer\": {\"type\": \"BertNormalizer\", \"lowercase\": true}}");
        assertThat(ModelFolder.read(folder).maxTokens()).isEqualTo(128);
    }

    /** What is looked at is what is sealed: the tokenizer of the module that says it, not another beside. */
    @Test
    void tokenizerIsTheTransformersOwn() throws IOException {
        String small = "{\"normalizer\": {\"type\": \"Lowercase\"}}";
        write("modules.json", MODULES.replace("\"path\": \"\"", "\"path\": \"0_Transformer\""));
        write("0_Transformer/sentence_bert_config.json", "{\"max_seq_length\": 128, \"do_lower_case\": true}");
        // At the top alone.
        refused("do_lower_case");
        write("0_Transformer/tokenizer.json", small);
        ModelFolder read = ModelFolder.read(folder);
        assertThat(new String(read.tokenizer(), StandardCharsets.UTF_8)).isEqualTo(small);
        assertThat(read.tokenizerFile())
                .isEqualTo(folder.resolve("0_Transformer").resolve("tokenizer.json"));
        Files.delete(folder.resolve("tokenizer.json"));
        assertThat(ModelFolder.read(folder).hasTokenizer()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"cosine, COSINE", "dot, DOT", "euclidean, L2"})
    void similarityIsTheDistance(String name, Distance distance) throws IOException {
        write("config_sentence_transformers.json", "{\"similarity_fn_name\": \"" + name + "\"}");
        assertThat(ModelFolder.read(folder).distance()).isEqualTo(distance);
    }

    @Test
    void otherSimilaritiesAreRefusedByName() throws IOException {
        write("config_sentence_transformers.json", "{\"similarity_fn_name\": \"manhattan\"}");
        refused("manhattan");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{\"prompts\": 3}",
                "{\"prompts\": {\"query\": 3}}",
                "{\"default_prompt_name\": \"x\"}"
            })
    void damagedSettingsAreRefusedByTheirFile(String json) throws IOException {
        write("config_sentence_transformers.json", json);
        refused("config_sentence_transformers.json", "download");
    }

    @Test
    void settingsOfManyMegabytesAreRefused() throws IOException {
        write("config_sentence_transformers.json", " ".repeat((1 << 20) + 1));
        refused("larger than 1 MiB");
    }

    @Test
    void folderWithoutTokenizerSaysHowToMakeOne() throws IOException {
        Files.delete(folder.resolve("tokenizer.json"));
        assertThatThrownBy(() -> ModelFolder.read(folder).tokenizer())
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.line()).contains("tokenizer.json", "--size"));
        write("vocab.txt", "[PAD]\n");
        assertThatThrownBy(() -> ModelFolder.read(folder).tokenizer())
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.line()).contains("AutoTokenizer"));
    }

    @Test
    void tokenizerLosesItsTruncationAndPaddingAlone() {
        String given = """
            {"version": "1.0", "truncation": {"max_length": 128}, "padding": {"strategy": {"Fixed": 128}},
             "added_tokens": [{"id": 9, "content": "<x>"}],
             "model": {"type": "WordLevel", "vocab": {"a": 0, "<é>": 7}, "unk_token": "a", "rest": -0.10}}
            """;
        ForeignTokenizer tokenizer = ForeignTokenizer.of(given.getBytes(StandardCharsets.UTF_8), "tokenizer.json");
        assertThat(tokenizer.largest()).isEqualTo(9);
        assertThat(new String(tokenizer.json(), StandardCharsets.UTF_8)).isEqualTo("""
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":9,"content":"<x>"}],\
            "model":{"type":"WordLevel","vocab":{"a":0,"<é>":7},"unk_token":"a","rest":-0.10}}
            """);
    }

    @Test
    void unigramCountsItsTokensByPlace() {
        String given = "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"<s>\", 0.0], [\"a\", -3.5]]}}";
        assertThat(ForeignTokenizer.of(given.getBytes(StandardCharsets.UTF_8), "tokenizer.json")
                        .largest())
                .isEqualTo(1);
    }

    private void refused(String... words) {
        assertThatThrownBy(() -> ModelFolder.read(folder))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.line()).contains(words));
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
