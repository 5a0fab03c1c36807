package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.google.gson.stream.JsonWriter;
import dev.kindred.core.Refusal;
import dev.kindred.index.Failure;
import dev.kindred.index.Found;
import dev.kindred.index.Generation;
import dev.kindred.serve.batch.Encoding;
import dev.kindred.serve.seen.Meters;
import dev.kindred.serve.seen.Trail;
import java.io.IOException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What of a collection fails, and what stands in for it: graph, then the items one by one, then the last snapshot, then words. Every
 * answer that is less than whole says so itself.
 */
final class Degradation {
    /** Of a {@link Problem} that says that nothing can be encoded. */
    static final String ENCODER_FAILING = "encoder-failing";

    private static final String DEGRADED = "degraded";
    private static final String AS_OF = "asOf";

    /** How an answer is less than whole, from the least to the worst. */
    enum How {
        /** All items are read, since the view fails: right, and slow. */
        EXACT,
        /** What was written last is not in. */
        BEHIND,
        /** Items cannot be written, or read one by one; what was written before is found. */
        ITEMS,
        /** From the last snapshot, since the items cannot be opened. */
        SNAPSHOT,
        /** By the words of a text alone, since the encoder fails. */
        WORDS,
        /** Nothing can be encoded; what has a vector is answered. */
        ENCODER;

        /** Of the collection, as readiness names it. */
        String part() {
            return switch (this) {
                case EXACT, BEHIND -> "index";
                case ITEMS, SNAPSHOT -> "items";
                case WORDS, ENCODER -> "encoder";
            };
        }

        /** As replies and metrics name it. */
        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Opened opened;
    private final Meters.OfCollection meters;
    private final Consumer<Throwable> faults;
    private final Set<Encoding.Role> failing = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stoodIn = new AtomicBoolean();
    private final AtomicBoolean itemsFail = new AtomicBoolean();

    /** @param faults told when what fails is not told to whoever asked */
    Degradation(Opened opened, Meters.OfCollection meters, Consumer<Throwable> faults) {
        this.opened = opened;
        this.meters = meters;
        this.faults = faults;
        for (How how : How.values()) {
            meters.degraded(how.wire(), () -> now().contains(how));
        }
    }

    /** All that fails at the moment. */
    Set<How> now() {
        Set<How> now = EnumSet.noneOf(How.class);
        reading().ifPresent(now::add);
        if (itemsFail.get()) {
            now.add(How.ITEMS);
        }
        if (opened.asOf().isPresent()) {
            now.add(How.SNAPSHOT);
        }
        if (!failing.isEmpty() || opened.encoderFault().isPresent()) {
            now.add(hasWords() ? How.WORDS : How.ENCODER);
        }
        return now;
    }

    private Optional<How> reading() {
        if (!(opened.served().index() instanceof Generation generation)) {
            return Optional.empty();
        }
        return switch (generation.reading()) {
            case VIEW -> Optional.empty();
            case ITEMS -> Optional.of(How.EXACT);
            case OLDER_VIEW -> Optional.of(How.BEHIND);
        };
    }

    /** Whether items can be found by words where no encoder helps. */
    boolean hasWords() {
        return opened.served().index() instanceof Generation;
    }

    /** Whether it is the encoder that failed, and not what was asked of it. */
    static boolean isOfEncoder(RuntimeException e) {
        return switch (e) {
            case Problem problem -> problem.isOf(ENCODER_FAILING);
            case Refusal refusal -> false;
            case CancellationException cancelled -> false;
            default -> true;
        };
    }

    /**
     * Whether the index goes on failing, so that the last snapshot is better. A view that is being made anew is none: what it alone has is
     * there again soon. Nor is what the next try may come through.
     */
    static boolean isForGood(RuntimeException e) {
        return Failure.LASTING.is(e);
    }

    /** Whether the last write came through, or failed by no fault of its own. */
    void wrote(boolean through, @Nullable Throwable cause) {
        if (itemsFail.getAndSet(!through) == through && cause != null) {
            faults.accept(cause);
        }
    }

    /** What came of the last time that something was encoded; what was asked wrongly says nothing of the encoder. */
    void encoded(Encoding.Role role, @Nullable RuntimeException failure) {
        if (failure == null) {
            failing.remove(role);
            stoodIn.set(false);
        } else if (isOfEncoder(failure)) {
            failing.add(role);
        }
    }

    /** Words answer what would have been a fault of the request's own: it is told once, until the encoder works again. */
    void wordsStandIn(RuntimeException failure) {
        if (!stoodIn.getAndSet(true)) {
            faults.accept(failure);
        }
    }

    /**
     * What a reply says of itself.
     *
     * @param degraded how it is less than whole; empty where it is whole
     * @param asOf the moment that it tells of, where that is not now
     */
    record Mark(Optional<String> degraded, Optional<String> asOf) {
        void on(JsonObject reply) {
            degraded.ifPresent(how -> reply.addProperty(DEGRADED, how));
            asOf.ifPresent(moment -> reply.addProperty(AS_OF, moment));
        }

        void on(JsonWriter reply) throws IOException {
            if (degraded.isPresent()) {
                reply.name(DEGRADED).value(degraded.get());
            }
            if (asOf.isPresent()) {
                reply.name(AS_OF).value(asOf.get());
            }
        }
    }

    /**
     * The mark of a reply, which is counted where it is less than whole.
     *
     * @param found null where nothing was found by the index
     * @param byWords whether words stood in for an encoder that fails
     */
    Mark mark(@Nullable Found found, boolean byWords) {
        How worst = byWords ? How.WORDS : opened.asOf().isPresent() ? How.SNAPSHOT : null;
        if (worst == null && found != null && found.degraded()) {
            // By now it may be mended; then it was slow, and right.
            worst = reading().orElse(How.EXACT);
        }
        if (worst != null) {
            meters.degradedAnswer(worst.wire());
            Trail.current().degraded();
        }
        return new Mark(Optional.ofNullable(worst).map(How::wire), opened.asOf().map(Instant::toString));
    }
}
