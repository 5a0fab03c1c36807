package dev.kindred.serve;

import dev.kindred.serve.batch.Encoding;

/** A collection that is served, and what answers for it. */
final class Hosted {
    private final Served served;
    private final Encoding encoding;
    private final Answers answers;
    private final Browsing browsing;

    Hosted(Served served, Compute compute, Meters meters) {
        this.served = served;
        Meters.OfCollection own = meters.of(served);
        this.encoding = new Encoding(
                compute.pool(),
                served.collection(),
                served.queries(),
                served.documents(),
                true,
                own.embed(),
                own::preprocessingFailure);
        this.answers = new Answers(served, compute, own, encoding);
        this.browsing = new Browsing(served, compute, own);
    }

    Served served() {
        return served;
    }

    Encoding encoding() {
        return encoding;
    }

    Answers answers() {
        return answers;
    }

    Browsing browsing() {
        return browsing;
    }
}
