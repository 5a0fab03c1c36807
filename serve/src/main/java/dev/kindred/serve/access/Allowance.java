package dev.kindred.serve.access;

import dev.kindred.release.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What one key may still ask. Counted in whole numbers, so that nothing is lost or gained however long it goes on: a bucket's level is
 * kept in parts of which one token is {@code period × 10⁹}, and each nanosecond adds {@code amount} of them. All limits are asked before
 * any is taken from. Safe for many threads.
 */
final class Allowance {
    private static final long NANOS = 1_000_000_000;
    private static final long DAY_MILLIS = 86_400_000;

    private final List<Rate> rates;
    private final long[] levels;
    private final LongSupplier nanos;
    private final LongSupplier millis;
    private long at;
    private long day;
    private Usage.Count today;
    private Usage.Count unwritten = Usage.Count.NONE;

    /**
     * @param nanos of a clock that never goes back
     * @param millis since 1970
     * @param today what was used today before
     */
    Allowance(List<Rate> rates, LongSupplier nanos, LongSupplier millis, Usage.Count today) {
        this.rates = rates;
        this.levels = new long[rates.size()];
        this.nanos = nanos;
        this.millis = millis;
        this.today = today;
        this.at = nanos.getAsLong();
        this.day = millis.getAsLong() / DAY_MILLIS;
        for (int i = 0; i < levels.length; i++) {
            levels[i] = full(rates.get(i));
        }
    }

    /**
     * How it stands with one limit.
     *
     * @param remaining of its amount, 0 or more
     * @param reset seconds until it is full again
     */
    record Standing(Rate rate, long remaining, long reset) {}

    /** What came of asking. */
    sealed interface Taken {
        /** It may be done. */
        record Granted(List<Standing> standings) implements Taken {}

        /** It may not, for so many seconds at least, and nothing was taken. */
        record Refused(Rate by, long seconds, List<Standing> standings) implements Taken {}

        /** It never may: more is asked at once than the limit allows. */
        record TooMany(Rate by) implements Taken {}
    }

    /** Asks for requests and inputs, 0 or more each. */
    synchronized Taken take(long requests, long inputs) {
        refill();
        for (int i = 0; i < levels.length; i++) {
            Rate rate = rates.get(i);
            long asked = rate.of() == Rate.Of.REQUESTS ? requests : inputs;
            if (asked > rate.amount()) {
                return new Taken.TooMany(rate);
            }
            if (asked > remaining(i)) {
                return new Taken.Refused(rate, secondsUntil(i, asked), standings());
            }
        }
        for (int i = 0; i < levels.length; i++) {
            Rate rate = rates.get(i);
            levels[i] -= (rate.of() == Rate.Of.REQUESTS ? requests : inputs) * token(rate);
        }
        Usage.Count more = new Usage.Count(requests, inputs);
        today = today.plus(more);
        unwritten = unwritten.plus(more);
        return new Taken.Granted(standings());
    }

    private void refill() {
        long now = nanos.getAsLong();
        long passed = Math.max(0, now - at);
        at += passed;
        long newDay = millis.getAsLong() / DAY_MILLIS;
        if (newDay > day) {
            day = newDay;
            today = Usage.Count.NONE;
        }
        for (int i = 0; i < levels.length; i++) {
            Rate rate = rates.get(i);
            if (rate.per() != Rate.Per.DAY) {
                // Beyond a whole period it is full: no product grows past 10⁶ × 3600 × 10⁹.
                long counted = Math.min(passed, rate.per().seconds() * NANOS);
                levels[i] = Math.min(full(rate), levels[i] + counted * rate.amount());
            }
        }
    }

    private static long token(Rate rate) {
        return rate.per() == Rate.Per.DAY ? 0 : rate.per().seconds() * NANOS;
    }

    private static long full(Rate rate) {
        return rate.amount() * token(rate);
    }

    private long remaining(int i) {
        Rate rate = rates.get(i);
        if (rate.per() != Rate.Per.DAY) {
            return levels[i] / token(rate);
        }
        long used = rate.of() == Rate.Of.REQUESTS ? today.requests() : today.inputs();
        return Math.max(0, rate.amount() - used);
    }

    /** Rounded up, at least 1. */
    private long secondsUntil(int i, long tokens) {
        Rate rate = rates.get(i);
        if (rate.per() == Rate.Per.DAY) {
            return secondsToMidnight();
        }
        long missing = Math.max(0, tokens * token(rate) - levels[i]);
        return Math.max(1, Math.ceilDiv(missing, rate.amount() * NANOS));
    }

    private long secondsToMidnight() {
        return Math.max(1, Math.ceilDiv((day + 1) * DAY_MILLIS - millis.getAsLong(), 1000));
    }

    private List<Standing> standings() {
        List<Standing> standings = new ArrayList<>(rates.size());
        for (int i = 0; i < levels.length; i++) {
            Rate rate = rates.get(i);
            long remaining = remaining(i);
            long reset = rate.per() == Rate.Per.DAY
                    ? secondsToMidnight()
                    : Math.ceilDiv(full(rate) - levels[i], rate.amount() * NANOS);
            standings.add(new Standing(rate, remaining, reset));
        }
        return standings;
    }

    /** What was taken since the last call, of the day it is counted to. */
    synchronized Usage.Count unwritten() {
        Usage.Count count = unwritten;
        unwritten = Usage.Count.NONE;
        return count;
    }

    /** Gives back what could not be written. */
    synchronized void stillUnwritten(Usage.Count count) {
        unwritten = unwritten.plus(count);
    }
}
