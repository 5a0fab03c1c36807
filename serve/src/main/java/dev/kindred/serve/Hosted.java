package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

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
    private volatile Opened opened;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition free = lock.newCondition();
    private int holders;
    private boolean gone;

    /** @param faults told when the encoder begins to fail */
    Hosted(Opened opened, Compute compute, Meters meters, Writes writes, Consumer<Throwable> faults) {
        this.opened = opened;
        this.served = opened.served();
        Meters.OfCollection own = meters.of(
                served.collection(),
                served.bundle(),
                served.space(),
                () -> served.index().info().count());
        this.encoding = new Encoding(
                compute.pool(),
                served.queries(),
                served.documents(),
                !opened.settings().sensitive(),
                own);
        this.embedding = new Embedding(served, encoding, compute.pool(), own.embed());
        Inputs inputs = new Inputs(served, encoding);
        this.degradation = new Degradation(opened, own, faults);
        this.answers = new Answers(this, compute, own, inputs);
        this.browsing = new Browsing(served, compute, own);
        this.explaining = new Explaining(this, compute, own, inputs);
        this.putting = new Putting(this, inputs, writes);
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
        opened = opened.with(changed);
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
        lock.lock();
        try {
            if (gone) {
                return false;
            }
            holders++;
        } finally {
            lock.unlock();
        }
        request.log().whenComplete().thenRun(this::letGo);
        return true;
    }

    private void letGo() {
        lock.lock();
        try {
            holders--;
            free.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it was dropped while this request goes on. */
    boolean isGone() {
        lock.lock();
        try {
            return gone;
        } finally {
            lock.unlock();
        }
    }

    /** Lets no further request in and waits for those that are in, so long at most. */
    void end(Duration most) {
        lock.lock();
        try {
            gone = true;
            long left = most.toNanos();
            while (holders > 0 && left > 0) {
                left = free.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
