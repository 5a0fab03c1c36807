package dev.kindred.bench.crash;

import com.google.gson.JsonObject;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Counts rounds and the promises that were not kept in them. */
final class Tally {
    /** Told of each kind; more say the same. */
    private static final int TOLD = 3;

    private final boolean tells;
    private final Map<Fault.Kind, Integer> rounds = new EnumMap<>(Fault.Kind.class);
    private int all;
    private int faulty;
    private int anew;
    private long begun;
    private long acknowledged;

    /** @param tells whether faults are told: those of a control are wanted */
    Tally(boolean tells) {
        this.tells = tells;
    }

    void add(Told told, List<Fault> faults, Held held) {
        anew += held.anew() ? 1 : 0;
        add(told, faults);
    }

    void add(Told told, List<Fault> faults) {
        all++;
        faulty += faults.isEmpty() ? 0 : 1;
        begun += told.writes().size();
        acknowledged += told.acknowledged();
        for (Fault.Kind kind : Fault.Kind.values()) {
            List<Fault> these =
                    faults.stream().filter(fault -> fault.kind() == kind).toList();
            if (!these.isEmpty() && rounds.merge(kind, 1, Integer::sum) <= TOLD && tells) {
                System.err.printf(
                        "bench: round %d: %s: %s (%d such)%n",
                        all, kind, these.getFirst().what().lines().findFirst().orElse(""), these.size());
            }
        }
    }

    /** Rounds, those in which anything was wrong, and those of each kind of it. */
    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("rounds", all);
        json.addProperty("begun", begun);
        json.addProperty("acknowledged", acknowledged);
        json.addProperty("faulty", faulty);
        json.addProperty("anew", anew);
        for (Fault.Kind kind : Fault.Kind.values()) {
            json.addProperty(kind.name().toLowerCase(Locale.ROOT), rounds.getOrDefault(kind, 0));
        }
        return json;
    }
}
