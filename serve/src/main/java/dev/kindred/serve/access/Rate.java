package dev.kindred.serve.access;

import dev.kindred.core.Refusal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much a key may ask: {@code requests=10/s}, {@code inputs=600/min}, {@code requests=100000/day}. A day is of UTC and a quota: it
 * is full again at midnight. Anything shorter is a bucket: at most {@code amount} at once, refilled evenly.
 *
 * @param amount 1 to 1,000,000,000 a day, else 1 to 1,000,000
 */
public record Rate(Of of, long amount, Per per) {
    private static final Pattern FORM = Pattern.compile("(requests|inputs)=([0-9]{1,10})/([a-z]+)");
    private static final Map<String, Per> UNITS = Map.of(
            "s", Per.SECOND,
            "second", Per.SECOND,
            "min", Per.MINUTE,
            "minute", Per.MINUTE,
            "h", Per.HOUR,
            "hour", Per.HOUR,
            "d", Per.DAY,
            "day", Per.DAY);
    private static final int MOST = 8;

    /** What is counted. */
    public enum Of {
        REQUESTS,
        /** Pictures, texts, rows or vectors in requests. */
        INPUTS;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** In which time. */
    public enum Per {
        SECOND("s", 1, 1_000_000),
        MINUTE("min", 60, 1_000_000),
        HOUR("h", 3600, 1_000_000),
        DAY("day", 86_400, 1_000_000_000);

        private final String word;
        private final int seconds;
        private final long most;

        Per(String word, int seconds, long most) {
            this.word = word;
            this.seconds = seconds;
            this.most = most;
        }

        int seconds() {
            return seconds;
        }
    }

    /** @throws Refusal where it is none */
    public static Rate parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches() || !UNITS.containsKey(matcher.group(3))) {
            throw wrong("is no limit", text);
        }
        Per per = UNITS.getOrDefault(matcher.group(3), Per.DAY);
        long amount = Long.parseLong(matcher.group(2));
        if (amount < 1 || amount > per.most) {
            throw wrong(String.format(Locale.ROOT, "is not between 1 and %,d", per.most), text);
        }
        return new Rate(Of.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)), amount, per);
    }

    /** Several, each of something else. */
    public static List<Rate> parse(List<String> texts) {
        List<Rate> rates = texts.stream().map(Rate::parse).toList();
        if (rates.size() > MOST || rates.stream().map(Rate::name).distinct().count() < rates.size()) {
            throw new Refusal("the same is limited twice", String.join(", ", texts), "say each once");
        }
        return rates;
    }

    private static Refusal wrong(String what, String text) {
        return new Refusal(what, text, "write requests=10/s, inputs=600/min or requests=100000/day");
    }

    /** In headers: {@code requests-s}. */
    String name() {
        return of.word() + "-" + per.word;
    }

    @Override
    public String toString() {
        return of.word() + "=" + amount + "/" + per.word;
    }
}
