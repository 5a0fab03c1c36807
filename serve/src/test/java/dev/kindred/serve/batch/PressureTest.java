package dev.kindred.serve.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When more is asked than can be done, and when it only looks so. */
class PressureTest {
    private static final long MS = 1_000_000;
    private static final long BACKLOG = 5_000 * MS;

    /** A millisecond of work, so many times a millisecond; one thread does what it can. */
    private static long load(Pressure pressure, long from, int millis, double rate) {
        return load(pressure, from, millis, rate, 1);
    }

    private static long load(Pressure pressure, long from, int millis, double rate, int threads) {
        double due = 0;
        for (long now = from; now < from + millis * MS; now += MS) {
            for (due += rate; due >= 1; due--) {
                pressure.offer(MS, now);
            }
            pressure.done(Math.round(Math.min(rate, threads) * MS), now);
        }
        return from + millis * MS;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void fiveTimesTooMuchIsSeenWithinAQuarterOfASecondAndOverWithinOne(int threads) {
        Pressure pressure = new Pressure(threads, BACKLOG, 0);
        long now = load(pressure, 0, 250, 5 * threads, threads);
        assertThat(pressure.isHigh(now)).isTrue();
        assertThat(pressure.limit(2 * MS, now)).isEqualTo(8 * MS);
        assertThat(pressure.limit(MS / 10, now)).isEqualTo(3 * MS);
        now = load(pressure, now, 1_000, 0.8 * threads, threads);
        assertThat(pressure.isHigh(now)).isFalse();
        assertThat(pressure.limit(2 * MS, now)).isEqualTo(BACKLOG);
    }

    @Test
    void whatTheThreadsCanDoIsNoPressureHoweverLong() {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        long now = 0;
        for (int second = 0; second < 20; second++) {
            now = load(pressure, now, 1_000, 1.0);
            assertThat(pressure.isHigh(now)).isFalse();
        }
    }

    /** However much comes at once: the queue's own bounds are for that. */
    @Test
    void aBurstIsNoPressure() {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        long now = load(pressure, 0, 80, 60);
        for (; now < 2_000 * MS; now += MS) {
            assertThat(pressure.isHigh(now)).isFalse();
        }
    }

    /** All that came while the machine stood still comes at once. */
    @Test
    void aPauseIsNoPressure() {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        long now = load(pressure, 0, 2_000, 0.8) + 500 * MS;
        for (int i = 0; i < 400; i++) {
            pressure.offer(MS, now);
        }
        assertThat(pressure.isHigh(now)).isFalse();
        now = load(pressure, now, 500, 0.8);
        assertThat(pressure.isHigh(now)).isFalse();
    }

    /**
     * Other work takes more than half of the core: a task takes two and a half times as long, and is guessed to. Afterwards what waits is done
     * beside what comes.
     */
    @ParameterizedTest
    @ValueSource(ints = {300, 600, 900})
    void aSecondInWhichTheMachineIsSlowIsNoPressure(int slow) {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        long now = load(pressure, 0, 5_000, 0.8);
        double waiting = 0;
        double due = 0;
        for (int tick = 0; tick < 5_000; tick++, now += MS) {
            double guess = tick < slow ? 2.5 : 1;
            for (due += 0.8; due >= 1; due--) {
                pressure.offer(Math.round(guess * MS), now);
                waiting++;
            }
            double done = Math.min(waiting, 1 / guess);
            waiting -= done;
            pressure.done(Math.round(guess * done * MS), now);
            assertThat(pressure.isHigh(now)).as("after %d ms", tick).isFalse();
        }
        assertThat(waiting).isLessThan(2);
    }

    @Test
    void twiceTooMuchIsSeenWithinTwoSeconds() {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        assertThat(pressure.isHigh(load(pressure, 0, 2_000, 2))).isTrue();
    }

    /** Who waits for a reply before asking again asks for no more than is done, however long it takes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 20, 40, 100, 700})
    void callersWhoWaitForTheirRepliesAreNoPressure(int cost) {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        for (int caller = 0; caller < 64; caller++) {
            pressure.offer(cost * MS, 0);
        }
        for (int reply = 1; reply <= 200; reply++) {
            long now = reply * cost * MS;
            pressure.done(cost * MS, now);
            assertThat(pressure.isHigh(now)).as("after %d replies", reply).isFalse();
            pressure.offer(cost * MS, now);
            assertThat(pressure.isHigh(now)).as("after %d replies", reply).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 100, 700})
    void tooMuchOfWhatTakesLongIsSeenToo(int cost) {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        long now = 0;
        for (int request = 0; request < 80; request++) {
            now = request * cost * MS / 5;
            pressure.offer(cost * MS, now);
            if (request % 5 == 4) {
                pressure.done(cost * MS, now);
            }
        }
        assertThat(pressure.isHigh(now)).isTrue();
    }

    /**
     * After too much, callers remain who ask again as soon as they are turned away. Turning them away takes from the core that the work is
     * done on, so that it is guessed to be longer than it is.
     */
    @ParameterizedTest
    @CsvSource({"8, 1", "64, 1", "8, 4", "64, 4"})
    void whoAsksAgainAtOnceIsLetInAgain(int callers, int guessed) {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        long now = load(pressure, 0, 3_000, 5);
        assertThat(pressure.isHigh(now)).isTrue();
        int waiting = 0;
        double cost = guessed * MS;
        long lastTurnedAway = 0;
        long end = now + 20_000 * MS;
        for (; now < end; now += MS) {
            // A millisecond of work a tick: one is answered, and asks again with all the others.
            if (waiting > 0) {
                waiting--;
                pressure.done(Math.round(cost), now);
            }
            boolean turnedAway = false;
            for (int out = callers - waiting; out > 0; out--) {
                pressure.offer(Math.round(cost), now);
                if (waiting * cost > pressure.limit(Math.round(cost), now)) {
                    turnedAway = true;
                } else {
                    waiting++;
                }
            }
            lastTurnedAway = turnedAway ? now : lastTurnedAway;
            // What is measured is learned from: the mean of some ten.
            cost += (turnedAway ? guessed * MS - cost : MS - cost) / 100;
        }
        assertThat(waiting).isGreaterThanOrEqualTo(callers - 1);
        // It was tried two seconds after it began, again eight later at the latest, and nobody is turned away from then
        // on.
        assertThat(lastTurnedAway).isLessThan(end - 10_000 * MS);
    }

    /**
     * They are computed together, so they ask again together: more at once than can be done in the time that is looked at. And a batch's time
     * is learned from a batch at a time: while many are turned away it is guessed too long, and for some seconds afterwards.
     */
    @ParameterizedTest
    @CsvSource({"16, 1", "64, 1", "128, 1", "8, 3", "16, 2", "16, 4", "32, 3", "64, 3", "64, 6"})
    void whoIsAnsweredTogetherIsLetInAgain(int callers, int guessed) {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        long now = load(pressure, 0, 3_000, 5);
        long real = 4 * MS;
        long cost = guessed * real;
        int waiting = 0;
        int taken = 0;
        long takenCost = 0;
        long ends = 0;
        boolean turnedAway = false;
        long lastTurnedAway = 0;
        long end = now + 40_000 * MS;
        for (; now < end; now += MS) {
            if (taken > 0 && now >= ends) {
                pressure.done(takenCost, now);
                cost += ((turnedAway ? guessed * real : real) - cost) / 10;
                taken = 0;
            }
            turnedAway = false;
            for (int out = callers - waiting - taken; out > 0; out--) {
                pressure.offer(cost, now);
                if (waiting * cost > pressure.limit(cost, now)) {
                    turnedAway = true;
                    lastTurnedAway = now;
                } else {
                    waiting++;
                }
            }
            if (taken == 0 && waiting > 0) {
                taken = waiting;
                waiting = 0;
                takenCost = taken * cost;
                ends = now + taken * (turnedAway ? guessed * real : real);
            }
        }
        assertThat(lastTurnedAway).isLessThan(end - 20_000 * MS);
    }

    /** A trial costs those who are let in little: it ends once it is seen that too much still comes. */
    @ParameterizedTest
    @ValueSource(doubles = {2, 5})
    void whereTooMuchGoesOnTrialsAreShort(double rate) {
        Pressure pressure = new Pressure(1, BACKLOG, 0);
        long now = load(pressure, 0, 2_000, rate);
        assertThat(pressure.isHigh(now)).isTrue();
        int open = 0;
        for (int tick = 0; tick < 30_000; tick++) {
            now = load(pressure, now, 1, rate);
            open += pressure.isHigh(now) ? 0 : 1;
        }
        assertThat(open).as("milliseconds of thirty seconds").isBetween(100, 900);
    }
}
