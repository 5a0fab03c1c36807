package dev.kindred.encode;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder as people download it from a model hub, and what its files say of the encoder in it: {@code model.onnx} or
 * {@code onnx/model.onnx}, {@code tokenizer.json}, and sentence-transformers' own {@code modules.json}, {@code 1_Pooling/config.json},
 * {@code sentence_bert_config.json} and {@code config_sentence_transformers.json}. Nothing in it runs.
 *
 * @param folder what was named, or the folder of the ONNX file that was named
 * @param model the ONNX file
 * @param tokenizerFile where its tokenizer is, if it has one
 * @param pooling of the tokens' vectors; null where nothing states it
 * @param unitLength whether a module divides embeddings by their length
 * @param maxTokens of one text; null where nothing states it
 * @param prompts set before a text, by their names
 * @param defaultPrompt name of the prompt of those who name none; null for no prompt
 * @param distance that its scores are of; cosine where nothing states it
 * @param licence as its card states it
 * @see <a href="https://sbert.net/docs/sentence_transformer/usage/custom_models.html">Structure of Sentence Transformer models</a>
 */
public record ModelFolder(
        Path folder,
        Path model,
        Path tokenizerFile,
        @Nullable Pooling pooling,
        boolean unitLength,
        @Nullable Integer maxTokens,
        Map<String, String> prompts,
        @Nullable String defaultPrompt,
        Distance distance,
        Optional<String> licence) {

    public static final String MODEL = "model.onnx";
    public static final String TOKENIZER = "tokenizer.json";

    private static final String MODULES = "modules.json";
    private static final String PROMPTS = "config_sentence_transformers.json";
    private static final String TRANSFORMER = "sentence_bert_config.json";
    private static final String MEND = "download the model's folder again";
    /** Of one small file. */
    private static final int MOST_BYTES = 1 << 20;

    private static final int LARGEST_TOKENIZER = 64 << 20;
    private static final int LONGEST_PROMPT = 4096;
    private static final int LONGEST_LICENCE = 82;
    private static final Pattern LICENCE = Pattern.compile("['\"]?([\\w .+-]{1,80}?)['\"]?");

    public ModelFolder {
        prompts = Map.copyOf(prompts);
    }

    /**
     * @param from a folder, or an ONNX file in one
     * @throws Refusal where there is no model, or it does what Kindred does not
     */
    public static ModelFolder read(Path from) {
        if (!Files.exists(from)) {
            throw new Refusal("there is no such folder", from.toString(), "name a model's folder, or minilm");
        }
        Path model = Files.isDirectory(from) ? model(from) : from;
        Path folder = Files.isDirectory(from) ? from : folder(from);
        Modules modules = Modules.read(folder);
        Path transformer = modules.transformer();
        Fields said = optional(transformer.resolve(TRANSFORMER));
        Path tokenizerFile = tokenizerFile(folder, transformer);
        requireCase(said, tokenizerFile);
        Fields prompting = optional(folder.resolve(PROMPTS));
        Map<String, String> prompts = prompts(prompting);
        Fields pooling =
                modules.pooling() == null ? null : optional(modules.pooling().resolve("config.json"));
        if (pooling != null
                && pooling.has("include_prompt")
                && !pooling.flag("include_prompt")
                && prompts.values().stream().anyMatch(prompt -> !prompt.isEmpty())) {
            throw new Refusal("pools without the prompt (include_prompt false)", pooling.where(), Modules.WHOLE);
        }
        return new ModelFolder(
                folder,
                model,
                tokenizerFile,
                pooling == null ? null : pooling(pooling),
                modules.normalize(),
                maxTokens(folder, transformer, said),
                prompts,
                prompting != null && prompting.has("default_prompt_name") ? defaultPrompt(prompting, prompts) : null,
                distance(prompting),
                licence(folder));
    }

    private static Path model(Path folder) {
        for (String name : List.of(MODEL, "onnx/" + MODEL)) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        List<String> others = new ArrayList<>();
        for (Path place : List.of(folder, folder.resolve("onnx"))) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> files = Files.list(place)) {
                    files.filter(file -> file.toString().endsWith(".onnx"))
                            .map(file -> folder.relativize(file).toString())
                            .sorted()
                            .forEach(others::add);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        throw new Refusal(
                "has neither " + MODEL + " nor onnx/" + MODEL
                        + (others.isEmpty() ? "" : ", but " + String.join(", ", others)),
                folder.toString(),
                others.isEmpty()
                        ? "download the model's ONNX form, or export it: optimum-cli export onnx --model NAME DIR"
                        : "name one of these files by --from");
    }

    /** Of an ONNX file that was named itself; the hub keeps them in a folder of their own, {@code onnx}. */
    private static Path folder(Path model) {
        Path folder = model.toAbsolutePath().normalize().getParent();
        if (folder == null) {
            throw new Refusal("is no file", model.toString(), "name an ONNX file or a folder");
        }
        Path above = folder.getParent();
        if (above != null
                && folder.endsWith("onnx")
                && !Files.exists(folder.resolve(TOKENIZER))
                && Files.exists(above.resolve(TOKENIZER))) {
            return above;
        }
        return folder;
    }

    /** A JSON file that may be there. */
    static @Nullable Fields optional(Path file) {
        return Files.isRegularFile(file) ? Fields.parse(OnnxFile.small(file, MOST_BYTES), file.toString(), MEND) : null;
    }

    /**
     * The modules of sentence-transformers, one after the other.
     *
     * @param transformer the folder of its files, mostly the model's own
     * @param pooling the folder of its settings; null where none is named
     */
    private record Modules(Path transformer, @Nullable Path pooling, boolean normalize) {
        private static final String WHOLE =
                "export the whole chain as one graph with the output sentence_embedding, into a folder of its own";

        static Modules read(Path folder) {
            Path file = folder.resolve(MODULES);
            if (!Files.isRegularFile(file)) {
                Path usual = folder.resolve("1_Pooling");
                return new Modules(
                        folder,
                        Files.isDirectory(usual) ? usual : null,
                        Files.isDirectory(folder.resolve("2_Normalize")));
            }
            // A list stands at the top: read as the one field of an object.
            byte[] list = OnnxFile.small(file, MOST_BYTES);
            String object = "{\"modules\":" + new String(list, StandardCharsets.UTF_8) + "}";
            Fields all = Fields.parse(object.getBytes(StandardCharsets.UTF_8), file.toString(), MEND);
            Path transformer = null;
            Path pooling = null;
            boolean normalize = false;
            for (Fields module : all.list("modules")) {
                String type = module.text("type");
                String kind = type.substring(type.lastIndexOf('.') + 1);
                boolean inOrder = switch (kind) {
                    case "Transformer" -> transformer == null;
                    case "Pooling" -> transformer != null && pooling == null && !normalize;
                    case "Normalize" -> transformer != null;
                    default -> false;
                };
                if (!inOrder) {
                    throw new Refusal("has the module " + type + ", which is not done here", module.where(), WHOLE);
                }
                switch (kind) {
                    case "Transformer" -> transformer = within(folder, module);
                    case "Pooling" -> pooling = within(folder, module);
                    default -> normalize = true;
                }
            }
            if (transformer == null) {
                throw new Refusal("names no Transformer", file.toString(), WHOLE);
            }
            return new Modules(transformer, pooling, normalize);
        }

        private static Path within(Path folder, Fields module) {
            String path = module.text("path");
            try {
                Path named = folder.resolve(path).normalize();
                if (named.startsWith(folder.normalize())) {
                    return path.isEmpty() ? folder : named;
                }
            } catch (InvalidPathException e) {
                // Said below.
            }
            throw new Refusal("names '" + path + "', outside its folder", module.where(), MEND);
        }
    }

    private static Pooling pooling(Fields config) {
        List<String> modes = new ArrayList<>();
        if (config.has("pooling_mode")) {
            modes.addAll(Arrays.asList(config.text("pooling_mode").split("\\+")));
        }
        for (Map.Entry<String, JsonElement> field : config.object().entrySet()) {
            if (field.getKey().startsWith("pooling_mode_") && config.flag(field.getKey())) {
                modes.add(field.getKey().substring("pooling_mode_".length()));
            }
        }
        if (modes.size() == 1) {
            switch (modes.getFirst()) {
                case "mean_tokens", "mean" -> {
                    return Pooling.MEAN;
                }
                case "cls_token", "cls" -> {
                    return Pooling.CLS;
                }
                case "lasttoken", "last" -> {
                    return Pooling.LAST;
                }
                default -> {
                    // Said below.
                }
            }
        }
        throw new Refusal(
                modes.isEmpty() ? "states no pooling" : "pools by " + String.join(" and ", modes),
                config.where(),
                "mean, cls and last tokens are done here; " + Modules.WHOLE);
    }

    /** The Transformer module's own, which sentence-transformers would use; else the one at the top, as exporters write it. */
    private static Path tokenizerFile(Path folder, Path transformer) {
        Path own = transformer.resolve(TOKENIZER);
        return Files.isRegularFile(own) ? own : folder.resolve(TOKENIZER);
    }

    /** Their own tokenizing may make letters small before the tokenizer does. */
    private static void requireCase(@Nullable Fields said, Path tokenizer) {
        if (said != null && said.has("do_lower_case") && said.flag("do_lower_case")) {
            if (Files.isRegularFile(tokenizer)) {
                String json = new String(OnnxFile.small(tokenizer, LARGEST_TOKENIZER), StandardCharsets.UTF_8);
                if (!json.replaceAll("\\s", "").contains("\"lowercase\":true") && !json.contains("\"Lowercase\"")) {
                    throw new Refusal(
                            "makes letters small before tokenizing (do_lower_case), which its tokenizer does not",
                            said.where(),
                            "add a Lowercase normalizer to tokenizer.json");
                }
            }
        }
    }

    private static Map<String, String> prompts(@Nullable Fields prompting) {
        Map<String, String> prompts = new TreeMap<>();
        if (prompting != null && prompting.has("prompts")) {
            Fields all = prompting.fields("prompts");
            for (String name : all.object().keySet()) {
                if (all.has(name)) {
                    String prompt = all.text(name);
                    if (prompt.length() > LONGEST_PROMPT) {
                        throw new Refusal(
                                "has a prompt '" + name + "' of " + prompt.length() + " characters, " + LONGEST_PROMPT
                                        + " at most",
                                prompting.where(),
                                "shorten it");
                    }
                    prompts.put(name, prompt);
                }
            }
        }
        return prompts;
    }

    private static String defaultPrompt(Fields prompting, Map<String, String> prompts) {
        String name = prompting.text("default_prompt_name");
        if (!prompts.containsKey(name)) {
            throw new Refusal(
                    "names the default prompt '" + name + "', which it does not have", prompting.where(), MEND);
        }
        return name;
    }

    private static Distance distance(@Nullable Fields prompting) {
        if (prompting == null || !prompting.has("similarity_fn_name")) {
            return Distance.COSINE;
        }
        String name = prompting.text("similarity_fn_name");
        return switch (name) {
            case "cosine" -> Distance.COSINE;
            case "dot", "dot_score" -> Distance.DOT;
            case "euclidean" -> Distance.L2;
            default ->
                throw new Refusal(
                        "compares by " + name + ", which is not done here",
                        prompting.where(),
                        "cosine, dot and euclidean are; the model was taught for another");
        };
    }

    /** The first that says it: the module's own setting, the tokenizer's, the network's. */
    private static @Nullable Integer maxTokens(Path folder, Path transformer, @Nullable Fields said) {
        Integer tokens = whole(said, "max_seq_length");
        if (tokens == null) {
            Fields tokenizer = optional(folder.resolve("tokenizer_config.json"));
            // Where none was set it is 10^30.
            tokens = tokenizer != null && isWhole(tokenizer, "model_max_length")
                    ? whole(tokenizer, "model_max_length")
                    : null;
        }
        if (tokens == null) {
            Fields network = optional(transformer.resolve("config.json"));
            tokens = whole(network, "max_position_embeddings");
            if (tokens != null && network != null && network.has("pad_token_id") && isOffset(network)) {
                // These count positions from after the padding's.
                tokens -= 2;
            }
        }
        return tokens;
    }

    private static boolean isOffset(Fields network) {
        return network.has("model_type")
                && List.of("roberta", "xlm-roberta", "camembert", "mpnet").contains(network.text("model_type"));
    }

    private static boolean isWhole(Fields fields, String name) {
        return fields.object().get(name) instanceof JsonPrimitive value
                && value.isNumber()
                && value.getAsDouble() >= 3
                && value.getAsDouble() <= TextPreparation.MOST_TOKENS;
    }

    private static @Nullable Integer whole(@Nullable Fields fields, String name) {
        return fields == null || !fields.has(name) ? null : fields.integer(name, 3, TextPreparation.MOST_TOKENS);
    }

    private static Optional<String> licence(Path folder) {
        Path card = folder.resolve("README.md");
        if (!Files.isRegularFile(card)) {
            return Optional.empty();
        }
        String text = new String(OnnxFile.small(card, MOST_BYTES), StandardCharsets.UTF_8);
        int end = text.startsWith("---") ? text.indexOf("\n---", 3) : -1;
        return text.substring(0, Math.max(0, end))
                .lines()
                .filter(line -> line.startsWith("license:") || line.startsWith("licence:"))
                .map(line -> line.substring("license:".length()).strip())
                // Before a pattern looks at it: one that may go back and forth takes hours over a long line.
                .filter(stated -> stated.length() <= LONGEST_LICENCE)
                .map(LICENCE::matcher)
                .filter(Matcher::matches)
                .map(stated -> stated.group(1))
                .findFirst();
    }

    /** The prompt of the first of these names that it has, else the default one, else none. */
    public String prompt(List<String> names) {
        for (String name : names) {
            String prompt = prompts.get(name);
            if (prompt != null) {
                return prompt;
            }
        }
        return defaultPrompt == null ? "" : prompts.getOrDefault(defaultPrompt, "");
    }

    /** Whether it is an encoder of texts. */
    public boolean hasTokenizer() {
        return Files.isRegularFile(tokenizerFile);
    }

    /** The tokenizer's JSON, as it stands there. */
    byte[] tokenizer() {
        if (!hasTokenizer()) {
            boolean slow = Files.exists(folder.resolve("vocab.txt")) || Files.exists(folder.resolve("vocab.json"));
            throw new Refusal(
                    "has no " + TOKENIZER,
                    folder.toString(),
                    slow
                            ? "make one: AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)"
                            : "download it too; for an encoder of pictures state --size");
        }
        return OnnxFile.small(tokenizerFile, LARGEST_TOKENIZER);
    }
}
