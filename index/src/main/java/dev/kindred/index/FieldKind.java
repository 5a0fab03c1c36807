package dev.kindred.index;

import java.util.EnumSet;
import java.util.Set;

/** The kinds of a payload's values that can be compared with one another: whole and real numbers are one. */
enum FieldKind {
    TEXT("a text", "texts", "\"cat\""),
    NUMBER("a number", "numbers", "1990"),
    FLAG("true or false", "true or false", "true"),
    MOMENT("an instant", "instants", "{\"instant\":\"2026-01-31T12:00:00Z\"}"),
    WORDS("a list of strings", "lists of strings", "[\"cat\",\"black\"]");

    static final Set<FieldKind> ALL = Set.of(values());

    private final String one;
    private final String many;
    private final String example;

    FieldKind(String one, String many, String example) {
        this.one = one;
        this.many = many;
        this.example = example;
    }

    static FieldKind of(Value value) {
        return switch (value) {
            case Value.Text t -> TEXT;
            case Value.Whole w -> NUMBER;
            case Value.Real r -> NUMBER;
            case Value.Flag f -> FLAG;
            case Value.Moment m -> MOMENT;
            case Value.Words w -> WORDS;
        };
    }

    /** Of the values that can equal this one: a text is found in a list too. */
    static Set<FieldKind> equalTo(Value wanted) {
        FieldKind kind = of(wanted);
        return kind == TEXT ? EnumSet.of(TEXT, WORDS) : EnumSet.of(kind);
    }

    boolean hasOrder() {
        return this != FLAG && this != WORDS;
    }

    String one() {
        return one;
    }

    String many() {
        return many;
    }

    /** In JSON. */
    String example() {
        return example;
    }
}
