package dev.kindred.index;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a payload's value is compared with a filter's. */
final class Values {
    private Values() {}

    /** Asked of a value that is there. */
    @FunctionalInterface
    interface Test {
        boolean passes(Value value);
    }

    static boolean equal(Value value, Value wanted) {
        return switch (value) {
            case Value.Words words
            when wanted instanceof Value.Text text -> words.value().contains(text.value());
            case Value.Words words -> words.equals(wanted);
            case Value.Flag flag -> flag.equals(wanted);
            default -> {
                OptionalInt order = order(value, wanted);
                yield order.isPresent() && order.getAsInt() == 0;
            }
        };
    }

    /** Whether it equals one of these, by one look however many they are. */
    static Test anyOf(List<Value> wanted) {
        Set<Value> keys = new HashSet<>();
        for (Value value : wanted) {
            if (!(value instanceof Value.Real real && Double.isNaN(real.value()))) {
                keys.add(key(value));
            }
        }
        return value -> keys.contains(key(value))
                || value instanceof Value.Words words
                        && words.value().stream().anyMatch(word -> keys.contains(new Value.Text(word)));
    }

    /** The same for all that are equal: a real that is a whole number becomes one. */
    static Value key(Value value) {
        if (value instanceof Value.Real(double real)
                && real == Math.rint(real)
                && real >= Long.MIN_VALUE
                && real < 0x1p63) {
            return new Value.Whole((long) real);
        }
        return value;
    }

    static boolean within(Value value, Filter.Range.@Nullable Bound low, Filter.Range.@Nullable Bound high) {
        return keeps(value, low, 1) && keeps(value, high, -1);
    }

    private static boolean keeps(Value value, Filter.Range.@Nullable Bound bound, int side) {
        if (bound == null) {
            return true;
        }
        OptionalInt order = order(value, bound.value());
        return order.isPresent()
                && (Integer.signum(order.getAsInt()) == side || (order.getAsInt() == 0 && bound.inclusive()));
    }

    /** Empty where the two cannot be compared. */
    private static OptionalInt order(Value left, Value right) {
        return switch (left) {
            case Value.Text a when right instanceof Value.Text b -> OptionalInt.of(order(a.value(), b.value()));
            case Value.Moment a
            when right instanceof Value.Moment b -> OptionalInt.of(a.value().compareTo(b.value()));
            case Value.Whole a
            when right instanceof Value.Whole b -> OptionalInt.of(Long.compare(a.value(), b.value()));
            case Value.Whole a when right instanceof Value.Real b -> order(a.value(), b.value());
            case Value.Real a
            when right instanceof Value.Whole b -> {
                OptionalInt order = order(b.value(), a.value());
                yield order.isPresent() ? OptionalInt.of(-order.getAsInt()) : order;
            }
            case Value.Real a when right instanceof Value.Real b -> order(a.value(), b.value());
            default -> OptionalInt.empty();
        };
    }

    /** By code point, which is the order of their UTF-8 bytes and not of Java's UTF-16. */
    private static int order(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    private static OptionalInt order(double a, double b) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(a < b ? -1 : a > b ? 1 : 0);
    }

    /** Exact, also where a double cannot hold the long. */
    private static OptionalInt order(long a, double b) {
        if (!Double.isFinite(b)) {
            return order((double) a, b);
        }
        return OptionalInt.of(BigDecimal.valueOf(a).compareTo(new BigDecimal(b)));
    }
}
