package dev.kindred.serve.access;

import dev.kindred.core.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Moments and spans as people write them: {@code 90d}, {@code 12h}, {@code 2026-12-31}, {@code 2026-12-31T08:00:00Z}. */
public final class Moments {
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,6})(ms|s|min|m|h|d|w)");

    private Moments() {}

    /** A span; empty where the text is none. */
    public static Optional<Duration> span(String text) {
        Matcher matcher = SPAN.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "m", "min" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    case "d" -> Duration.ofDays(number);
                    default -> Duration.ofDays(7 * number);
                });
    }

    /**
     * A moment to come: so long from now, or the end of a day of UTC.
     *
     * @throws Refusal where it is none, or is over
     */
    public static Instant until(String text, Instant now) {
        Instant moment = span(text)
                .map(now::plus)
                .or(() -> moment(text, 1))
                .orElseThrow(() -> new Refusal("is no moment", text, "write 90d, 12h or 2027-12-31"));
        if (!moment.isAfter(now)) {
            throw new Refusal("is over already", text, "write 90d, 12h or a day to come");
        }
        return moment;
    }

    /**
     * A moment that is over: so long ago, or the beginning of a day of UTC; the first of all where the text is empty.
     *
     * @throws Refusal where it is none
     */
    public static Instant since(String text, Instant now) {
        return text.isEmpty()
                ? Instant.EPOCH
                : span(text)
                        .map(now::minus)
                        .or(() -> moment(text, 0))
                        .orElseThrow(() -> new Refusal("is no moment", text, "write 7d, 12h or 2026-12-31"));
    }

    private static Optional<Instant> moment(String text, int daysOn) {
        try {
            return Optional.of(
                    text.indexOf('T') > 0
                            ? Instant.parse(text)
                            : LocalDate.parse(text)
                                    .plusDays(daysOn)
                                    .atStartOfDay(ZoneOffset.UTC)
                                    .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
