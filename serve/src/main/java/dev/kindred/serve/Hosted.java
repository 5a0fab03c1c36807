package dev.kindred.serve;

import dev.kindred.index.Generation;
import dev.kindred.serve.seen.Meters;
import dev.kindred.serve.seen.Readiness;
import dev.kindred.serve.seen.Trail;

/** A collection that is served, and what answers for it. */
final class Hosted {
    private final Served served;
    private final Answers answers;
    private final Browsing browsing;
    private final Meters.OfCollection meters;

    Hosted(Served served, Compute compute, Meters meters) {
        this.served = served;
        this.meters = meters.of(
                served.collection(),
                served.bundle(),
                served.space(),
                () -> served.index().info().count());
        this.answers = new Answers(served, compute, this.meters);
        this.browsing = new Browsing(served, compute, this.meters);
    }

    Served served() {
        return served;
    }

    Answers answers() {
        return answers;
    }

    Browsing browsing() {
        return browsing;
    }

    /** Notes that this collection answers a request, for the log, the trace and the counts. */
    void answers(Trail trail) {
        trail.answeredBy(served.collection(), Meters.release(served.bundle()));
    }

    /** Reads the index before the first search does, and tells how its parts stand from now on. The probes ran when the encoders were opened: nothing is served that failed them. */
    void tell(Readiness readiness) {
        if (served.index() instanceof Generation generation) {
            generation.warm();
        }
        readiness.part(served.collection(), "probes", () -> Readiness.Part.READY);
        readiness.part(served.collection(), "index", this::index);
    }

    private Readiness.Part index() {
        if (!(served.index() instanceof Generation generation)) {
            return Readiness.Part.READY;
        }
        return switch (generation.warmth()) {
            case WARMING -> Readiness.Part.starting("what searches read is being read beforehand");
            // What could not be read beforehand, its searches find out.
            case COLD, WARM, TOO_LARGE -> Readiness.Part.READY;
        };
    }

    /** Takes its series out; what it stands on is closed by whoever opened it. */
    void forget() {
        meters.close();
    }
}
