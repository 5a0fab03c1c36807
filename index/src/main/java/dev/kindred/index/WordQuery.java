package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.util.Set;

/**
 * What to find by its words.
 *
 * @param text whose words are looked for, any of them; not blank
 * @param fields of texts (or lists of texts) to look into; none for the usual: {@value #USUAL_FIELD} where items have such a field of
 *     texts, as texts that were embedded do, else all fields of texts
 * @param k how many, 1 to 100,000
 */
public record WordQuery(String text, Set<String> fields, int k, Filter filter) {
    /** Where a text that was embedded stands in its payload. */
    public static final String USUAL_FIELD = "text";

    public WordQuery {
        fields = Set.copyOf(fields);
        if (text.isBlank()) {
            throw new Refusal("there are no words", "words", "give some words to look for");
        }
        Query.requireK(k);
    }

    public static WordQuery of(String text, int k) {
        return new WordQuery(text, Set.of(), k, Filter.everything());
    }
}
