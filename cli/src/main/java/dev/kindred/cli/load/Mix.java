package dev.kindred.cli.load;

import dev.kindred.core.Keyed;
import java.util.Arrays;
import java.util.List;

/** What is asked, of which kinds and how often each: a kind is drawn by its weight, its requests come in turn. */
public final class Mix {

    /**
     * @param name as the figures have it
     * @param weight against the other kinds', above 0
     * @param shots at least one
     */
    public record Kind(String name, double weight, List<Shot> shots) {
        public Kind {
            shots = List.copyOf(shots);
            if (!(weight > 0 && Double.isFinite(weight)) || shots.isEmpty()) {
                throw new IllegalArgumentException("a kind of call without weight or requests");
            }
        }
    }

    private final List<Kind> kinds;
    private final double[] upTo;
    private final int[] next;

    private Mix(List<Kind> kinds) {
        this.kinds = List.copyOf(kinds);
        this.upTo = new double[kinds.size()];
        this.next = new int[kinds.size()];
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
        List<Shot> shots = kinds.get(kind).shots();
        int at = next[kind];
        next[kind] = at + 1 == shots.size() ? 0 : at + 1;
        return shots.get(at);
    }

    /** The same from its beginning, for a run of its own. */
    Mix anew() {
        return new Mix(kinds);
    }
}
