package dev.kindred.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * The words of a text as the view keeps them and searches ask for them, and as evaluation cuts them: English stems without stop words;
 * other languages are cut at their words and lower-cased.
 */
final class TextWords {
    private TextWords() {}

    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        try (Analyzer analyzer = new EnglishAnalyzer();
                TokenStream tokens = analyzer.tokenStream("", text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                words.add(term.toString());
            }
            tokens.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return words;
    }

    /** Of a text, or of all texts of a list; none of what is no text. */
    static List<String> of(Value value) {
        return switch (value) {
            case Value.Text text -> of(text.value());
            case Value.Words words -> of(String.join("\n", words.value()));
            case Value.Whole w -> List.of();
            case Value.Real r -> List.of();
            case Value.Flag f -> List.of();
            case Value.Moment m -> List.of();
        };
    }

    /** Words as the view takes them in. */
    static final class Listed extends TokenStream {
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private final List<String> words;
        private Iterator<String> left;

        Listed(List<String> words) {
            this.words = words;
            this.left = words.iterator();
        }

        @Override
        public boolean incrementToken() {
            if (!left.hasNext()) {
                return false;
            }
            clearAttributes();
            term.append(left.next());
            return true;
        }

        @Override
        public void reset() throws IOException {
            super.reset();
            left = words.iterator();
        }
    }
}
