package dev.kindred.serve;

import dev.kindred.core.Content;
import dev.kindred.encode.TextPreparation;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A text with one word after another left out; of a long text, one run of words after another. Each copy is as long as the text, so they
 * are made as they are needed.
 *
 * @param text as far as an encoder can read of it, whatever is left out
 * @param groups of words, in order, none of them empty
 */
record LeftOut(String text, List<Group> groups) {
    /** A longer text's words are left out several at once. */
    static final int MOST_GROUPS = 64;

    /** Of a longer text only so many characters are looked at, which is more than encoders read. */
    private static final int MOST_CHARACTERS = 20_000;
    /** What is left out gives room to as many characters further down. */
    private static final int MOST_READ = TextPreparation.MOST_CHARACTERS + MOST_CHARACTERS;

    /** Characters {@code [from, to)} of the text, in UTF-16 units. */
    record Group(int from, int to) {}

    static LeftOut of(String whole) {
        String text = whole.length() <= MOST_READ ? whole : whole.substring(0, MOST_READ);
        List<Group> words = words(text);
        int each = Math.ceilDiv(Math.max(1, words.size()), MOST_GROUPS);
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < words.size(); i += each) {
            Group last = words.get(Math.min(words.size(), i + each) - 1);
            groups.add(new Group(words.get(i).from(), last.to()));
        }
        return new LeftOut(text, groups);
    }

    private static List<Group> words(String text) {
        BreakIterator breaks = BreakIterator.getWordInstance(Locale.ROOT);
        breaks.setText(text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS));
        List<Group> words = new ArrayList<>();
        int from = breaks.first();
        for (int to = breaks.next(); to != BreakIterator.DONE; from = to, to = breaks.next()) {
            if (isSpoken(text, from, to)) {
                words.add(new Group(from, to));
            }
        }
        return words;
    }

    String words(Group group) {
        return text.substring(group.from(), group.to());
    }

    String without(Group group) {
        return text.substring(0, group.from()) + text.substring(group.to());
    }

    /** The text as it is, then without each group that leaves something ({@link #leaves} says which do): each is made when it is asked for. */
    List<Supplier<Content>> texts() {
        List<Supplier<Content>> texts = new ArrayList<>();
        texts.add(() -> new Content.Text(text));
        for (Group group : groups) {
            if (leaves(group)) {
                texts.add(() -> new Content.Text(without(group)));
            }
        }
        return texts;
    }

    /** Whether any word is left without it. */
    boolean leaves(Group group) {
        return isSpoken(text, 0, group.from()) || isSpoken(text, group.to(), text.length());
    }

    private static boolean isSpoken(String text, int from, int to) {
        for (int at = from; at < to; at += Character.charCount(text.codePointAt(at))) {
            if (Character.isLetterOrDigit(text.codePointAt(at))) {
                return true;
            }
        }
        return false;
    }
}
