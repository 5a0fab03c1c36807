package dev.kindred.serve;

import dev.kindred.index.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * As much of a payload as is held in memory of every item: its first fields and the beginnings of their texts, {@value #MOST} characters
 * together. The item itself has the rest.
 *
 * @param cut the field that is not whole; null where each that is there is
 * @param isWhole whether it is all of the payload
 */
record Brief(Map<String, Value> payload, @Nullable String cut, boolean isWhole) {
    /** Of names and texts; of a value that is no text by what it takes about. */
    static final int MOST = 1024;

    private static final int PLAIN = 8;
    /** Bytes of a field beside its characters: node, name, value and their headers. */
    private static final int FIELD = 160;
    /** Bytes of one of several words beside its characters. */
    private static final int WORD = 48;

    static Brief of(Map<String, Value> payload) {
        Map<String, Value> kept = new TreeMap<>();
        int room = MOST;
        for (Map.Entry<String, Value> field : payload.entrySet()) {
            room -= field.getKey().length() + PLAIN;
            if (room < 0) {
                return new Brief(Collections.unmodifiableMap(kept), null, false);
            }
            Value beginning = beginning(field.getValue(), room);
            kept.put(field.getKey(), beginning);
            if (!beginning.equals(field.getValue())) {
                return new Brief(Collections.unmodifiableMap(kept), field.getKey(), false);
            }
            room -= characters(beginning);
        }
        return new Brief(Collections.unmodifiableMap(kept), null, true);
    }

    boolean isCut(String field) {
        return field.equals(cut);
    }

    /** In memory, about. */
    long bytes() {
        long bytes = 0;
        for (Map.Entry<String, Value> field : payload.entrySet()) {
            bytes += FIELD + bytes(field.getKey());
            switch (field.getValue()) {
                case Value.Text(String text) -> bytes += bytes(text);
                case Value.Words(List<String> several) -> {
                    for (String word : several) {
                        bytes += WORD + bytes(word);
                    }
                }
                default -> {}
            }
        }
        return bytes;
    }

    /** Of a string's characters: one each where all are of Latin-1. */
    static long bytes(String text) {
        boolean narrow = text.chars().allMatch(c -> c <= 0xFF);
        return narrow ? text.length() : 2L * text.length();
    }

    private static Value beginning(Value value, int room) {
        return switch (value) {
            case Value.Text(String text) when text.length() > room -> Value.of(beginning(text, room));
            case Value.Words(List<String> several) -> {
                List<String> first = new ArrayList<>();
                int left = room;
                for (String word : several) {
                    left -= word.length() + PLAIN;
                    if (left < 0) {
                        break;
                    }
                    first.add(word);
                }
                yield Value.of(first);
            }
            default -> value;
        };
    }

    /** Never half a pair of surrogates. */
    private static String beginning(String text, int length) {
        int end = length > 0 && Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end);
    }

    private static int characters(Value value) {
        return switch (value) {
            case Value.Text(String text) -> text.length();
            case Value.Words(List<String> several) ->
                several.stream().mapToInt(word -> word.length() + PLAIN).sum();
            default -> 0;
        };
    }
}
