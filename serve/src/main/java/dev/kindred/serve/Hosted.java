package dev.kindred.serve;

/** A collection that is served, and what answers for it. */
final class Hosted {
    private final Served served;
    private final Answers answers;
    private final Browsing browsing;

    Hosted(Served served, Compute compute, Meters meters) {
        this.served = served;
        Meters.OfCollection own = meters.of(served);
        this.answers = new Answers(served, compute, own);
        this.browsing = new Browsing(served, compute, own);
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
}
