package dev.kindred.encode;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kindred.core.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/**
 * A tokenizer in the form of Hugging Face's {@code tokenizer.json}, on their own library. Safe for many threads.
 *
 * <p>What a text is made into is fixed: half a pair of surrogates becomes U+FFFD, all beyond {@link #MOST_CHARACTERS} characters is
 * dropped, then all beyond the most tokens at the end (the closing token stays). Whatever the file says of truncation and padding is
 * not done.
 */
final class Tokenizer implements AutoCloseable {
    /** Bounds what one text may cost; no encoder at hand reads as far. */
    static final int MOST_CHARACTERS = TextPreparation.MOST_CHARACTERS;

    private static final int LARGEST = 64 << 20;

    /**
     * What became of one text.
     *
     * @param ids at least one, its special tokens included
     * @param cut whether anything was dropped
     */
    record Tokens(int[] ids, boolean cut) {}

    private final HuggingFaceTokenizer tokenizer;
    private final long largest;

    private Tokenizer(HuggingFaceTokenizer tokenizer, long largest) {
        this.tokenizer = tokenizer;
        this.largest = largest;
    }

    /**
     * @param json of a stranger
     * @param maxTokens of one text
     * @param where the file or entry, for errors
     * @throws Refusal where it is no tokenizer
     */
    static Tokenizer open(byte[] json, int maxTokens, String where) {
        if (json.length > LARGEST) {
            throw new Refusal(
                    "is larger than a tokenizer may be (" + LARGEST + " bytes)", where, "give the model's own");
        }
        // Said in Kindred's words where it is not even JSON.
        Fields fields = Fields.parse(json, where);
        Map<String, String> options = Map.of(
                "addSpecialTokens", "true",
                "truncation", "true",
                "padding", "false",
                "modelMaxLength", Integer.toString(maxTokens),
                "maxLength", Integer.toString(maxTokens));
        try {
            long largest = ForeignTokenizer.largest(fields);
            return new Tokenizer(HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options), largest);
        } catch (IOException | RuntimeException e) {
            throw new Refusal(
                    "is no tokenizer this Kindred can run: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    where,
                    "give the tokenizer.json that belongs to the model",
                    e);
        }
    }

    /** The largest number of a token that it knows. */
    long largest() {
        return largest;
    }

    Tokens tokens(String words) {
        String bounded = words.length() > MOST_CHARACTERS ? words.substring(0, MOST_CHARACTERS) : words;
        Encoding encoding = tokenizer.encode(whole(bounded), true, false);
        int[] ids = Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
        // A text of nothing, by a tokenizer that frames texts with nothing: graphs are asked for one token at least.
        return new Tokens(
                ids.length == 0 ? new int[1] : ids, encoding.exceedMaxLength() || bounded.length() < words.length());
    }

    /** UTF-8 has no half pairs; the library would be handed bytes that no text gives. */
    static String whole(String words) {
        StringBuilder mended = null;
        for (int i = 0; i < words.length(); i++) {
            char c = words.charAt(i);
            boolean paired = Character.isHighSurrogate(c)
                    && i + 1 < words.length()
                    && Character.isLowSurrogate(words.charAt(i + 1));
            if (paired) {
                i++;
            } else if (Character.isSurrogate(c)) {
                mended = mended == null ? new StringBuilder(words) : mended;
                mended.setCharAt(i, '\uFFFD');
            }
        }
        return mended == null ? words : mended.toString();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
