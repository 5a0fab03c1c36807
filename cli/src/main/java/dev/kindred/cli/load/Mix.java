package dev.kindred.cli.load;

import dev.kindred.core.Keyed;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/** What is asked, of which kinds and how often each: a kind is drawn by its weight, its requests come in turn. */
public final class Mix {

    /**
     * @param name as the figures have it
     * @param weight against the other kinds', above 0
     * @param shots its requests by their number from 0 on, without end; asked for one after another, by one thread
     */
    public record Kind(String name, double weight, LongFunction<Shot> shots) {
        public Kind {
            if (!(weight > 0 && Double.isFinite(weight))) {
                throw new IllegalArgumentException("a kind of call without weight");
            }
        }

        /** @param shots at least one; the first comes again after the last */
        public Kind(String name, double weight, List<Shot> shots) {
            this(name, weight, over(List.copyOf(shots)));
        }

        private static LongFunction<Shot> over(List<Shot> shots) {
            if (shots.isEmpty()) {
                throw new IllegalArgumentException("a kind of call without requests");
            }
            return n -> shots.get((int) (n % shots.size()));
        }
    }

    private final List<Kind> kinds;
    private final double[] upTo;
    private final long[] next;

    private Mix(List<Kind> kinds) {
        this.kinds = List.copyOf(kinds);
        this.upTo = new double[kinds.size()];
        this.next = new long[kinds.size()];
        double sum = 0;
        for (int i = 0; i < upTo.length; i++) {
            sum += kinds.get(i).weight();
            upTo[i] = sum;
        }
    }

    /** @param kinds at least one */
    public static Mix of(Kind... kinds) {
        return of(Arrays.asList(kinds));
    }

    /** @param kinds at least one */
    public static Mix of(List<Kind> kinds) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("nothing is asked");
        }
        return new Mix(kinds);
    }

    List<Kind> kinds() {
        return kinds;
    }

    /** Which kind comes next. */
    int draw(Keyed random) {
        double at = random.nextDouble() * upTo[upTo.length - 1];
        int kind = 0;
        while (kind < upTo.length - 1 && at >= upTo[kind]) {
            kind++;
        }
        return kind;
    }

    /** That kind's next request. */
    Shot shot(int kind) {
        return kinds.get(kind).shots().apply(next[kind]++);
    }

    /** The same from its beginning, for a run of its own. */
    Mix anew() {
        return new Mix(kinds);
    }
}
