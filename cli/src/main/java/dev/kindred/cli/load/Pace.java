package dev.kindred.cli.load;

import com.google.gson.JsonObject;
import java.util.Locale;

/** When calls begin. */
public sealed interface Pace {
    /**
     * As independent users come: by a Poisson process, whatever became of the calls before. A call's time runs from when it was due, so
     * that one which had to wait behind a stall tells of the stall.
     *
     * @param perSecond on average, above 0
     */
    record Open(double perSecond) implements Pace {
        public Open {
            if (!(perSecond > 0 && Double.isFinite(perSecond))) {
                throw new IllegalArgumentException(perSecond + " calls a second");
            }
        }
    }

    /** So many callers, at least 1, each of which calls again as soon as it was answered: a server that stalls is asked less. */
    record Closed(int callers) implements Pace {
        public Closed {
            if (callers < 1) {
                throw new IllegalArgumentException(callers + " callers");
            }
        }
    }

    default String words() {
        return switch (this) {
            case Open(double perSecond) ->
                String.format(Locale.ROOT, "%,.0f calls a second, whatever is answered (open loop)", perSecond);
            case Closed(int callers) -> callers + (callers == 1 ? " caller" : " callers") + " at once (closed loop)";
        };
    }

    default JsonObject json() {
        JsonObject json = new JsonObject();
        switch (this) {
            case Open(double perSecond) -> {
                json.addProperty("loop", "open");
                json.addProperty("perSecond", perSecond);
            }
            case Closed(int callers) -> {
                json.addProperty("loop", "closed");
                json.addProperty("callers", callers);
            }
        }
        return json;
    }
}
