package dev.kindred.serve;

import dev.kindred.serve.access.Principal;
import java.util.HashMap;
import java.util.Map;

/** Places for what goes on for long: so many in all, of which one key takes so many at most. Safe for many threads. */
final class Places {
    private final int all;
    private final int ofOneKey;
    private final Map<String, Integer> taken = new HashMap<>();
    private int inAll;

    /** @param ofOneKey bounds keys alone: without keys whoever asks is this machine, and has all */
    Places(int all, int ofOneKey) {
        this.all = all;
        this.ofOneKey = ofOneKey;
    }

    /**
     * Takes one, to be given back once.
     *
     * @throws Problem 429 where there is none
     */
    synchronized void take(String key) {
        int most = key.equals(Principal.LOCAL.key()) ? all : ofOneKey;
        if (inAll >= all || taken.getOrDefault(key, 0) >= most) {
            throw Problem.busy(0);
        }
        inAll++;
        taken.merge(key, 1, Integer::sum);
    }

    synchronized void giveBack(String key) {
        inAll--;
        taken.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }
}
