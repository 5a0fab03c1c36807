package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.serve.access.Moments;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a setting is written, whether in a file, a variable or a flag.
 *
 * @param hint what to write instead of something wrong
 * @param reading from what was written
 */
record Kind<T>(String what, String hint, Reading<T> reading) {
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,12})\\s*([KMG]iB|B)?");

    static final Kind<String> TEXT = new Kind<>("text", "write some text", text -> {
        if (text.isBlank()) {
            throw new IllegalArgumentException("empty");
        }
        return text.strip();
    });

    static final Kind<Path> PATH = new Kind<>("path", "name a file or folder", text -> {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new Wrong("is no path", e);
        }
    });

    static final Kind<Duration> SPAN = new Kind<>(
            "time",
            "write 30s, 10min, 12h or 90d",
            text -> Moments.span(text).orElseThrow(IllegalArgumentException::new));

    /** Longer than none. */
    static final Kind<Duration> TIME = new Kind<>("time", SPAN.hint(), text -> {
        Duration time = SPAN.reading().of(text);
        if (time.isZero()) {
            throw new Wrong(text + " is no time at all", null);
        }
        return time;
    });

    static final Kind<Long> BYTES_OF = new Kind<>("size", "write 16MiB, 512KiB or 2GiB", Kind::bytes);

    /** More than none. */
    static final Kind<Long> SOME_BYTES = new Kind<>("size", BYTES_OF.hint(), text -> {
        long bytes = bytes(text);
        if (bytes == 0) {
            throw new Wrong(text + " is too little", null);
        }
        return bytes;
    });

    static final Kind<Double> SHARE = new Kind<>("share", "write a number from 0 to 1", text -> {
        double share = Double.parseDouble(text);
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("out of range");
        }
        return share;
    });

    static final Kind<Double> PRICE = new Kind<>("price", "write a number of 0 or more", text -> {
        double price = Double.parseDouble(text);
        if (!(price >= 0 && price < 1e9)) {
            throw new IllegalArgumentException("out of range");
        }
        return price;
    });

    static final Kind<URI> ADDRESS = new Kind<>("address", "write http://… or https://…", text -> {
        // It may hold a password: what is wrong is not repeated.
        try {
            URI address = URI.create(text);
            if (List.of("http", "https").contains(String.valueOf(address.getScheme())) && address.getHost() != null) {
                return address;
            }
            throw new Wrong("is no address", null);
        } catch (IllegalArgumentException e) {
            throw new Wrong("is no address", null);
        }
    });

    /** In a file a list, elsewhere with commas between. */
    static final Kind<List<String>> TEXTS = new Kind<>(
            "list",
            "write [one, another]",
            text -> Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(each -> !each.isEmpty())
                    .toList());

    /** What is wrong, in words of its own. */
    private static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String what, @Nullable Throwable cause) {
            super(what, cause, false, false);
        }
    }

    /** An {@link IllegalArgumentException} says that it is wrong. */
    @FunctionalInterface
    interface Reading<T> {
        T of(String text);
    }

    static Kind<Integer> whole(int least, int most) {
        return new Kind<>("whole number", "write a number from " + least + " to " + most, text -> {
            int value = Integer.parseInt(text.strip());
            if (value < least || value > most) {
                throw new Wrong(value + " is out of range", null);
            }
            return value;
        });
    }

    static Kind<String> oneOf(String... words) {
        return new Kind<>("word", "write " + String.join(" or ", words), text -> {
            if (!List.of(words).contains(text.strip())) {
                throw new IllegalArgumentException("another word");
            }
            return text.strip();
        });
    }

    private static long bytes(String text) {
        Matcher matcher = BYTES.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no size");
        }
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        int shift = switch (unit.toUpperCase(Locale.ROOT).charAt(0)) {
            case 'K' -> 10;
            case 'M' -> 20;
            case 'G' -> 30;
            default -> 0;
        };
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    }

    /** @throws Refusal where it is written wrongly, at {@code where} */
    T read(String text, String where) {
        try {
            return reading.of(text);
        } catch (Wrong e) {
            throw new Refusal(String.valueOf(e.getMessage()), where, hint, e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new Refusal("'" + text + "' is not a " + what, where, hint, e);
        }
    }
}
