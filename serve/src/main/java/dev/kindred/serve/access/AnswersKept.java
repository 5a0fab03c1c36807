package dev.kindred.serve.access;

import dev.kindred.release.Answered;
import dev.kindred.release.Answered.Answer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Keeps what was answered, so that feedback finds the score that it is of. No request waits for it: where more is answered than can be
 * written, some answers are not kept, and counted.
 */
public final class AnswersKept implements AutoCloseable {
    private static final int QUEUED = 4096;
    private static final int GROUP = 1024;
    private static final Duration LINGER = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long LONGEST_WRITE_SECONDS = 20;
    /** As many again are let in before the oldest are taken away, so that this is seldom done. */
    private static final int SLACK = 20;

    private static final long FORGETTING_EVERY_MILLIS = 600_000;

    private final Answered answered;
    private final InstantSource clock;
    private final int most;
    private final Duration age;
    private final GroupWriter<Answer> writer;
    private final LongAdder dropped = new LongAdder();
    private long kept;
    private long forgotAt;

    AnswersKept(Answered answered, InstantSource clock, int most, Duration age, Consumer<Throwable> faults) {
        this.answered = answered;
        this.clock = clock;
        this.most = most;
        this.age = age;
        this.writer = new GroupWriter<>("kindred-answers", QUEUED, GROUP, LINGER, false, this::write, faults);
    }

    /**
     * Keeps a reply's scores.
     *
     * @param kind {@code search} or {@code verify}
     */
    public void keep(String request, Principal principal, String collection, String bundle, String kind, Said said) {
        if (most == 0) {
            return;
        }
        Answer answer = new Answer(request, clock.millis(), principal.key(), collection, bundle, kind, said.json());
        try {
            if (!writer.offer(answer, Duration.ZERO)) {
                dropped.increment();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Takes away the oldest; so does the first answer that is written.
     *
     * @param faults told where that fails
     */
    void settle(Consumer<Throwable> faults) {
        try {
            forget();
        } catch (RuntimeException e) {
            faults.accept(e);
        }
    }

    private synchronized void write(List<Answer> answers) {
        answered.keep(answers);
        kept += answers.size();
        if (kept > most + most / SLACK + 1 || clock.millis() - forgotAt > FORGETTING_EVERY_MILLIS) {
            forget();
        }
    }

    private synchronized void forget() {
        forgotAt = clock.millis();
        kept = answered.forget(forgotAt - age.toMillis(), most);
    }

    /** What was answered to a request; one that waits to be written is written first. */
    public Optional<Answer> find(String request) {
        Optional<Answer> known = answered.find(request);
        if (known.isPresent()) {
            return known;
        }
        return flush() ? answered.find(request) : Optional.empty();
    }

    /** Forgets those of a collection that was dropped, those too that wait to be written. */
    public void drop(String collection) {
        flush();
        answered.drop(collection);
    }

    private boolean flush() {
        try {
            CompletableFuture<Void> written = writer.flush(PATIENCE);
            if (written != null) {
                written.get(LONGEST_WRITE_SECONDS, TimeUnit.SECONDS);
            }
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** How long and how many are kept, for people. */
    public String bounds() {
        return "the last " + most + " answers are kept, for " + age.toDays() + " days at most";
    }

    /** Answers that were not kept, since more came than could be written. */
    public long dropped() {
        return dropped.sum();
    }

    @Override
    public void close() {
        writer.close();
    }
}
