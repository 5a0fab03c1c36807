package dev.kindred.cli.load;

import com.linecorp.armeria.client.RequestOptions;
import com.linecorp.armeria.client.ResponseTimeoutException;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.common.util.Exceptions;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server by a plan. All of it happens on the target's one thread, from drawing when a call is due to counting its reply: nothing is
 * shared, so that asking costs little beside being answered, and what that thread was late by is known.
 */
public final class Generator {
    /** Calls that leave one after another before replies are looked at. */
    private static final int BURST = 32;
    /** How long calls that were due in time may still leave and be answered. */
    private static final long MOST_DRAIN_NANOS = 10_000_000_000L;
    /** Who could not even connect asks again after this, or a dead server would be asked as fast as that can be said. */
    private static final long PAUSE_NANOS = 10_000_000L;

    private static final long LOOK_NANOS = 100_000_000L;

    private final Target target;
    private final Mix mix;
    private final Plan plan;
    private final BooleanSupplier stop;
    private final EventLoop loop;
    private final WebClient client;
    private final RequestOptions options;
    private final Keyed random;
    private final CompletableFuture<Figures> done = new CompletableFuture<>();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final double meanGapNanos;
    private final long begun;
    private final long from;
    private final long to;
    private final long drained;
    private final Recording recording;
    private long due;
    private int underWay;
    /** Calls are due and no connection is free: the next reply goes on with them. */
    private boolean blocked;
    /** The calls that are due have waited for a connection. */
    private boolean behind;

    private boolean over;
    private boolean stopped;
    private long cpu;
    private long cpuFrom;
    private double busy;

    private Generator(Target target, Mix mix, Plan plan, BooleanSupplier stop) {
        this.target = target;
        this.mix = mix.anew();
        this.plan = plan;
        this.stop = stop;
        this.loop = target.loop();
        this.client = target.client();
        this.options = RequestOptions.builder()
                .responseTimeoutMillis(plan.timeout().toMillis())
                .build();
        this.random = Keyed.of(plan.seed());
        this.meanGapNanos = plan.pace() instanceof Pace.Open(double perSecond) ? 1e9 / perSecond : 0;
        this.begun = System.nanoTime();
        this.from = begun + plan.warmUp().toNanos();
        this.to = from + plan.duration().toNanos();
        this.drained = to + Math.min(MOST_DRAIN_NANOS, 2 * plan.timeout().toNanos());
        this.due = begun;
        this.recording =
                new Recording(this.mix.kinds().stream().map(Mix.Kind::name).toList(), from, to);
    }

    /**
     * Runs to the plan's end, or until it is asked to stop: then of what was until then.
     *
     * @param stop looked at ten times a second
     */
    public static Figures run(Target target, Mix mix, Plan plan, Progress progress, BooleanSupplier stop) {
        Generator generator = new Generator(target, mix, plan, stop);
        generator.loop.execute(generator::begin);
        long total = Math.max(1, (generator.to - generator.begun) / 1_000_000_000L);
        while (true) {
            try {
                return generator.done.get(1, TimeUnit.SECONDS);
            } catch (java.util.concurrent.TimeoutException e) {
                long seconds = (System.nanoTime() - generator.begun) / 1_000_000_000L;
                progress.at("asking", Math.min(seconds, total - 1), total, "seconds");
            } catch (java.util.concurrent.ExecutionException e) {
                throw new IllegalStateException("asking failed", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                generator.loop.execute(generator::halt);
                return generator.done.join();
            }
        }
    }

    private void begin() {
        guarded(() -> {
            look();
            switch (plan.pace()) {
                case Pace.Open open -> {
                    due += gap();
                    arrivals();
                }
                case Pace.Closed(int callers) -> {
                    for (int i = 0; i < callers; i++) {
                        send(System.nanoTime(), false);
                    }
                }
            }
        });
    }

    /** A fault here must end the run, not hang it. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            over = true;
            done.completeExceptionally(e);
        }
    }

    /** Ten times a second: whether to stop, how busy this thread is, and whether it is over. */
    private void look() {
        if (over) {
            return;
        }
        long now = System.nanoTime();
        if (!stopped && stop.getAsBoolean()) {
            stopped = true;
        }
        long used = threads.getCurrentThreadCpuTime();
        if (now >= from && now < to) {
            if (cpuFrom == 0) {
                cpuFrom = now;
                cpu = used;
            } else {
                busy = (used - cpu) / (double) (now - cpuFrom);
            }
        }
        boolean allLeft = plan.pace() instanceof Pace.Closed || due >= to;
        if (stopped || now >= drained || (now >= to && underWay == 0 && allLeft)) {
            end(now);
            return;
        }
        loop.schedule(() -> guarded(this::look), LOOK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void halt() {
        stopped = true;
    }

    private void end(long now) {
        over = true;
        if (plan.pace() instanceof Pace.Open) {
            long last = stopped ? Math.min(now, to) : to;
            for (; due < last; due += gap()) {
                recording.unsent(due);
            }
        }
        done.complete(recording.figures(now, Math.min(1, busy), stopped));
    }

    /** Between two arrivals of a Poisson process. */
    private long gap() {
        return Math.max(1, Math.round(-Math.log(1 - random.nextDouble()) * meanGapNanos));
    }

    /** Sends what is due, as far as connections are free. */
    private void arrivals() {
        blocked = false;
        for (int i = 0; i < BURST; i++) {
            if (over || due >= to) {
                return;
            }
            long now = System.nanoTime();
            if (due > now) {
                behind = false;
                loop.schedule(() -> guarded(this::arrivals), due - now, TimeUnit.NANOSECONDS);
                return;
            }
            if (underWay >= plan.connections()) {
                blocked = true;
                behind = true;
                return;
            }
            send(due, behind);
            due += gap();
        }
        loop.execute(() -> guarded(this::arrivals));
    }

    private void send(long dueAt, boolean waited) {
        underWay++;
        int kind = mix.draw(random);
        Shot shot = mix.shot(kind);
        recording.left(kind, dueAt, System.nanoTime(), waited);
        client.execute(shot.request(target.headers()), options).aggregate().whenComplete((reply, failure) -> {
            if (loop.inEventLoop()) {
                guarded(() -> ended(shot, kind, dueAt, reply, failure));
            } else {
                loop.execute(() -> guarded(() -> ended(shot, kind, dueAt, reply, failure)));
            }
        });
    }

    private void ended(
            Shot shot, int kind, long dueAt, @Nullable AggregatedHttpResponse reply, @Nullable Throwable failure) {
        underWay--;
        if (over) {
            return;
        }
        long now = System.nanoTime();
        if (reply != null) {
            boolean saysWhen = shot.grpc() || reply.headers().contains(HttpHeaderNames.RETRY_AFTER);
            recording.answered(kind, dueAt, now, shot.code(reply), saysWhen);
        } else {
            recording.failed(kind, dueAt, now, why(failure));
        }
        switch (plan.pace()) {
            case Pace.Open open -> {
                if (blocked) {
                    arrivals();
                }
            }
            case Pace.Closed closed -> again(now, reply == null);
        }
    }

    /** The caller's next call; never from within the one before, which would nest them ever deeper. */
    private void again(long now, boolean failed) {
        if (now >= to) {
            return;
        }
        Runnable next = () -> guarded(() -> {
            long here = System.nanoTime();
            if (!over && here < to) {
                send(here, false);
            }
        });
        if (failed) {
            loop.schedule(next, PAUSE_NANOS, TimeUnit.NANOSECONDS);
        } else {
            loop.execute(next);
        }
    }

    private static String why(@Nullable Throwable failure) {
        Throwable cause = failure == null ? new IllegalStateException() : Exceptions.peel(failure);
        if (cause instanceof UnprocessedRequestException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        // In a word or two, as few as possible: a series of its own for every connection would never end.
        return switch (cause) {
            case ResponseTimeoutException late -> "timeout";
            case ConnectTimeoutException none -> "no connection in time";
            case ConnectException refused -> "no connection";
            case ClosedSessionException closed -> "connection closed";
            case ClosedStreamException closed -> "cut off";
            case SocketException reset -> "connection reset";
            case SSLException untrusted -> "no TLS";
            default -> cause.getClass().getSimpleName().replace("Exception", "").toLowerCase(Locale.ROOT);
        };
    }
}
