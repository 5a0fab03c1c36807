package dev.kindred.serve.access;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.release.Usage;
import dev.kindred.serve.Problem;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * What keys may ask, and what they have asked. What does not fit is turned away before any work is done for it, and every reply to a
 * key with limits says how it stands ({@code RateLimit} and {@code RateLimit-Policy}, draft-ietf-httpapi-ratelimit-headers-10).
 */
final class Limits implements AutoCloseable {
    private static final long DAY_MILLIS = 86_400_000;
    private static final long WRITTEN_EVERY_MILLIS = 1000;

    private final Usage usage;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Function<Principal, List<Rate>> rates;
    private final Map<String, Allowance> byKey = new ConcurrentHashMap<>();
    /** Of keys that no longer hold, until what they used is written. */
    private final Map<String, Allowance> leaving = new ConcurrentHashMap<>();

    private final long firstDay;
    private final Map<String, Usage.Count> before;
    private final Thread writer;
    private volatile boolean closed;

    /**
     * @param rates those of a key
     * @param nanos of a clock that never goes back
     * @param faults told once where what was used cannot be written; it is counted on
     */
    Limits(
            Usage usage,
            InstantSource clock,
            LongSupplier nanos,
            Function<Principal, List<Rate>> rates,
            Consumer<Throwable> faults) {
        this.usage = usage;
        this.clock = clock;
        this.nanos = nanos;
        this.rates = rates;
        this.firstDay = clock.millis() / DAY_MILLIS;
        this.before = usage.of(firstDay);
        this.writer = Thread.ofPlatform().daemon().name("kindred-usage").start(() -> goOn(faults));
    }

    /**
     * Takes what is asked from what the key may still ask.
     *
     * @throws Problem 429 where it must wait, 413 where it asks more at once than it ever may
     */
    void take(ServiceRequestContext context, Principal principal, long requests, long inputs) {
        if (principal == Principal.LOCAL) {
            return;
        }
        Allowance allowance = byKey.computeIfAbsent(principal.key(), key -> fresh(principal));
        switch (allowance.take(requests, inputs)) {
            case Allowance.Taken.Granted(var standings) -> tell(context, standings);
            case Allowance.Taken.Refused(var by, var seconds, var standings) -> {
                tell(context, standings);
                context.mutateAdditionalResponseHeaders(
                        headers -> headers.setLong(HttpHeaderNames.RETRY_AFTER, seconds));
                boolean quota = by.per() == Rate.Per.DAY;
                throw new Problem(
                        HttpStatus.TOO_MANY_REQUESTS,
                        quota ? "quota" : "rate-limit",
                        "this key may ask no more than " + by,
                        "",
                        "try again in " + seconds + (seconds == 1 ? " second" : " seconds"));
            }
            case Allowance.Taken.TooMany(var by) ->
                throw new Problem(
                        HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                        "too-many-inputs",
                        "this key may ask no more than " + by,
                        "body",
                        "send at most " + by.amount() + " at once");
        }
    }

    private Allowance fresh(Principal principal) {
        boolean today = clock.millis() / DAY_MILLIS == firstDay;
        Usage.Count used = today ? before.getOrDefault(principal.key(), Usage.Count.NONE) : Usage.Count.NONE;
        return new Allowance(rates.apply(principal), nanos, clock::millis, used);
    }

    private static void tell(ServiceRequestContext context, List<Allowance.Standing> standings) {
        if (standings.isEmpty()) {
            return;
        }
        String policy = standings.stream()
                .map(each -> "\"" + each.rate().name() + "\";q=" + each.rate().amount() + ";w="
                        + each.rate().per().seconds())
                .collect(Collectors.joining(", "));
        String left = standings.stream()
                .map(each -> "\"" + each.rate().name() + "\";r=" + each.remaining() + ";t=" + each.reset())
                .collect(Collectors.joining(", "));
        context.mutateAdditionalResponseHeaders(
                headers -> headers.set("ratelimit-policy", policy).set("ratelimit", left));
    }

    /** Forgets a key that no longer holds. */
    void forget(String key) {
        Allowance allowance = byKey.remove(key);
        if (allowance != null) {
            leaving.put(key, allowance);
        }
    }

    private void goOn(Consumer<Throwable> faults) {
        boolean failing = false;
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(WRITTEN_EVERY_MILLIS);
                write();
                failing = false;
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (!failing) {
                    faults.accept(e);
                }
                failing = true;
            }
        }
    }

    private void write() {
        write(byKey);
        Map<String, Allowance> left = Map.copyOf(leaving);
        write(left);
        leaving.keySet().removeAll(left.keySet());
    }

    private void write(Map<String, Allowance> some) {
        Map<String, Usage.Count> more = new HashMap<>();
        some.forEach((key, allowance) -> {
            Usage.Count count = allowance.unwritten();
            if (!count.equals(Usage.Count.NONE)) {
                more.put(key, count);
            }
        });
        boolean written = false;
        try {
            usage.add(clock.millis() / DAY_MILLIS, more);
            written = true;
        } finally {
            if (!written) {
                more.forEach((key, count) -> {
                    Allowance allowance = some.get(key);
                    if (allowance != null) {
                        allowance.stillUnwritten(count);
                    }
                });
            }
        }
    }

    /** Writes what is not written yet, and ends. */
    @Override
    public void close() {
        closed = true;
        writer.interrupt();
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        write();
    }
}
