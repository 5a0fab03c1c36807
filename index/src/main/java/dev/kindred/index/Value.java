package dev.kindred.index;

import java.time.Instant;
import java.util.List;

/** The value of a payload's field. */
public sealed interface Value {
    record Text(String value) implements Value {}

    record Whole(long value) implements Value {}

    record Real(double value) implements Value {}

    record Flag(boolean value) implements Value {}

    record Moment(Instant value) implements Value {}

    /** Several words, e.g. tags; a filter for one of them matches. */
    record Words(List<String> value) implements Value {
        public Words {
            value = List.copyOf(value);
        }
    }

    static Value of(String value) {
        return new Text(value);
    }

    static Value of(long value) {
        return new Whole(value);
    }

    static Value of(double value) {
        return new Real(value);
    }

    static Value of(boolean value) {
        return new Flag(value);
    }

    static Value of(Instant value) {
        return new Moment(value);
    }

    static Value of(List<String> value) {
        return new Words(value);
    }
}
