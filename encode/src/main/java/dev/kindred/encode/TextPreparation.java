package dev.kindred.encode;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Refusal;

/**
 * From a text to the numbers of its tokens: the prompt is set before it, the sealed tokenizer cuts it, and what is over the most tokens
 * is dropped at the text's end (the tokenizer's own closing token stays).
 *
 * @param tokenizer the bundle entry that holds the tokenizer, in the form of Hugging Face's {@code tokenizer.json}
 * @param maxTokens most tokens of one text, the tokenizer's own opening and closing ones included, at least 3
 * @param prompt set before every text; often empty
 */
public record TextPreparation(String tokenizer, int maxTokens, String prompt) implements Preparation {
    /** Of a text, its prompt included, no more characters (UTF-16 units) are read, whatever an encoder's most tokens. */
    public static final int MOST_CHARACTERS = 1 << 16;

    /** No encoder at hand reads further; bounds what one text may cost. */
    static final int MOST_TOKENS = 1 << 15;

    private static final int LONGEST_PROMPT = 4096;

    public TextPreparation {
        if (maxTokens < 3 || maxTokens > MOST_TOKENS) {
            throw new IllegalArgumentException(maxTokens + " tokens at most");
        }
        if (prompt.length() > LONGEST_PROMPT) {
            throw new IllegalArgumentException("a prompt of " + prompt.length() + " characters");
        }
    }

    @Override
    public String takes() {
        return "texts";
    }

    /**
     * The words that are tokenized: the prompt and the text.
     *
     * @throws Refusal for anything but a text
     */
    public String words(Content content) {
        if (content instanceof Content.Text text) {
            return prompt + text.value();
        }
        throw Preparation.wrongKind(this, content);
    }

    @Override
    public JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("format", 1);
        json.addProperty("kind", "text");
        json.addProperty("tokenizer", tokenizer);
        json.addProperty("maxTokens", maxTokens);
        json.addProperty("prompt", prompt);
        json.addProperty("truncate", "end");
        return json;
    }

    static TextPreparation read(Fields json) {
        if (!json.text("truncate").equals("end")) {
            throw new Refusal(
                    "cuts texts by the rule " + json.text("truncate"), json.where(), "open it with a newer Kindred");
        }
        try {
            return new TextPreparation(
                    json.text("tokenizer"), json.integer("maxTokens", 3, MOST_TOKENS), json.text("prompt"));
        } catch (IllegalArgumentException e) {
            throw new Refusal("is no preparation: " + e.getMessage(), json.where(), "", e);
        }
    }
}
