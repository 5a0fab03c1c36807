package dev.kindred.serve;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;

/** A collection that is served, and what answers for it. */
public final class Hosted {
    private final Served served;
    private final Answers answers;
    private final Browsing browsing;
    private final Encoding encoding;

    Hosted(Served served, Compute compute, Meters meters) {
        this.served = served;
        Meters.OfCollection own = meters.of(served);
        this.answers = new Answers(served, compute, own);
        this.browsing = new Browsing(served, compute, own);
        this.encoding = new Encoding(served, compute, own);
    }

    public Served served() {
        return served;
    }

    /** For protocols that bring texts, pictures or tensors and want vectors. */
    public Encoding encoding() {
        return encoding;
    }

    /**
     * Holds the collection to the space that a request expects, where it names one.
     *
     * @throws Problem 409 where it is another: nobody is answered from a space they do not mean
     */
    public Hosted requireSpace(HttpRequest request) {
        String expected = request.headers().get(Wire.SPACE);
        if (expected != null && !expected.equals(served.space().id())) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "wrong-space",
                    "this collection is of space " + served.space().shortId() + ", not the one expected",
                    "Kindred-Space",
                    "embed anew with bundle " + served.bundle());
        }
        return this;
    }

    Answers answers() {
        return answers;
    }

    Browsing browsing() {
        return browsing;
    }
}
