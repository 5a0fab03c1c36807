package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.core.InUse;
import dev.kindred.index.Generation;
import dev.kindred.index.Warmth;
import dev.kindred.release.CollectionSettings;
import dev.kindred.serve.batch.Encoding;
import dev.kindred.serve.seen.Meters;
import dev.kindred.serve.seen.Readiness;
import dev.kindred.serve.seen.Trail;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** A collection that is served, and what answers for it. */
public final class Hosted {
    private final Served served;
    private final Encoding encoding;
    private final Embedding embedding;
    private final Answers answers;
    private final Browsing browsing;
    private final Degradation degradation;
    private final Explaining explaining;
    private final Putting putting;
    private final Predicate<String> sensitive;
    private volatile Opened opened;

    private final InUse use;

    /**
     * @param use by whom it is asked: of what stands in for one that failed, the same
     * @param sensitive whether a collection is so, beside its own settings
     * @param room bytes that the names of a collection's items may take in memory
     * @param faults told when what fails is not told to whoever asked
     */
    Hosted(
            Opened opened,
            InUse use,
            Compute compute,
            Meters meters,
            Writes writes,
            Predicate<String> sensitive,
            LongSupplier room,
            Consumer<Throwable> faults) {
        this.opened = opened;
        this.use = use;
        this.sensitive = sensitive;
        this.served = opened.served();
        Meters.OfCollection own = meters.of(
                served.collection(),
                served.bundle(),
                served.space(),
                () -> served.index().info().count());
        this.degradation = new Degradation(opened, own, faults);
        this.encoding = new Encoding(
                compute.pool(), served.queries(), served.documents(), () -> !isSensitive(), own, degradation::encoded);
        this.embedding = new Embedding(served, encoding, compute.pool(), own.embed());
        Inputs inputs = new Inputs(served, encoding);
        this.answers = new Answers(this, compute, own, inputs);
        this.browsing = new Browsing(served, compute, own, room);
        this.explaining = new Explaining(this, compute, own, inputs);
        this.putting = new Putting(this, inputs, writes);
    }

    /** Nobody asks yet. */
    static InUse unused() {
        return new InUse(
                closing -> Thread.ofPlatform().daemon().name("kindred-closing").start(closing));
    }

    InUse use() {
        return use;
    }

    public Served served() {
        return served;
    }

    Encoding encoding() {
        return encoding;
    }

    /** For protocols that bring texts, pictures or tensors and want vectors. */
    public Embedding embedding() {
        return embedding;
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
                    served.bundle().isEmpty()
                            ? "send vectors of that space"
                            : "embed anew with bundle " + served.bundle());
        }
        return this;
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

    /** How its parts stand. The probes ran when the encoders were opened: nothing is encoded by what failed them. */
    Map<String, Readiness.Part> parts() {
        Map<String, Readiness.Part> parts =
                new TreeMap<>(Map.of("encoder", Readiness.Part.READY, "index", index(), "items", Readiness.Part.READY));
        for (Degradation.How how : degradation.now()) {
            parts.put(how.part(), Readiness.Part.degraded(how.wire()));
        }
        return parts;
    }

    private Readiness.Part index() {
        return served.index() instanceof Generation generation && generation.warmth() == Warmth.WARMING
                ? Readiness.Part.starting("what searches read is being read beforehand")
                : Readiness.Part.READY;
    }

    Degradation degradation() {
        return degradation;
    }

    Explaining explaining() {
        return explaining;
    }

    Putting putting() {
        return putting;
    }

    Opened opened() {
        return opened;
    }

    CollectionSettings settings() {
        return opened.settings();
    }

    void settle(CollectionSettings changed) {
        boolean before = isSensitive();
        opened = opened.with(changed);
        if (isSensitive() && !before) {
            encoding.forget();
        }
    }

    /** Whether nothing of its contents may be kept, and who asks is written down. */
    private boolean isSensitive() {
        return opened.settings().sensitive() || sensitive.test(served.collection());
    }

    /** What there is to know of it before the first request: as {@link Browsing#collection} has it, and how it is kept. */
    JsonObject about() {
        JsonObject json = browsing.collection();
        json.add("settings", settings().json());
        json.addProperty("writable", opened.unwritable().isEmpty());
        JsonArray degraded = new JsonArray();
        degradation.now().forEach(how -> degraded.add(how.wire()));
        json.add("degraded", degraded);
        opened.asOf().ifPresent(moment -> json.addProperty("asOf", moment.toString()));
        opened.encoderFault().ifPresent(fault -> json.addProperty("encoderFault", "its bundle cannot be opened"));
        opened.snapshots().ifPresent(snapshots -> {
            JsonArray taken = new JsonArray();
            snapshots.moments().forEach(moment -> taken.add(moment.toString()));
            json.add("snapshots", taken);
        });
        return json;
    }

    /**
     * Keeps it open until a request is over.
     *
     * @return false where it is being dropped
     */
    boolean hold(ServiceRequestContext request) {
        boolean held = use.enter();
        if (held) {
            request.log().whenComplete().thenRun(use::leave);
        }
        return held;
    }

    /**
     * Keeps it open for work of the server's own, which asks now and then whether it {@link #isGone}.
     *
     * @return false where it is being dropped: then nothing is done
     */
    boolean whileHeld(Runnable work) {
        boolean held = use.enter();
        if (held) {
            try {
                work.run();
            } finally {
                use.leave();
            }
        }
        return held;
    }

    /** Whether it was dropped while this request goes on. */
    boolean isGone() {
        return use.isEnded();
    }

    /** Lets no further request in and waits for those that are in, so long at most; it is closed after the last of them. */
    void end(Duration most, Runnable closing) {
        use.end(most, closing);
    }
}
