package dev.kindred.cli.load;

import java.time.Duration;

/**
 * How a run goes.
 *
 * @param warmUp not counted
 * @param duration counted, above 0
 * @param connections calls under way at once, and so connections under HTTP/1.1; at least 1, at least as many as closed callers
 * @param timeout of one call, from when it was sent
 * @param seed of arrivals and of the kinds' order
 */
public record Plan(Pace pace, Duration warmUp, Duration duration, int connections, Duration timeout, long seed) {
    public Plan {
        if (duration.isZero() || duration.isNegative() || warmUp.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("a run of " + duration + " after " + warmUp);
        }
        if (connections < 1 || pace instanceof Pace.Closed(int callers) && callers > connections) {
            throw new IllegalArgumentException(connections + " connections for " + pace.words());
        }
    }

    public static Plan closed(int callers, Duration warmUp, Duration duration) {
        return new Plan(new Pace.Closed(callers), warmUp, duration, callers, Duration.ofSeconds(30), 1);
    }

    public static Plan open(double perSecond, Duration warmUp, Duration duration, int connections) {
        return new Plan(new Pace.Open(perSecond), warmUp, duration, connections, Duration.ofSeconds(30), 1);
    }

    /** The same with other arrivals. */
    public Plan seeded(long another) {
        return new Plan(pace, warmUp, duration, connections, timeout, another);
    }
}
