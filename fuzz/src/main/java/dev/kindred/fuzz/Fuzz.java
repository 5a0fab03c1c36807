package dev.kindred.fuzz;

import dev.kindred.core.Progress;
import dev.kindred.fuzz.Case.Ending;
import dev.kindred.fuzz.Case.Piece;
import dev.kindred.fuzz.Finding.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends spoiled requests to a server, many at once, in rounds. Before and after, each request is sent as it should be: what is answered
 * well at first is what is spoiled, and must be answered well in the end; a route of which nothing is, is said. After each round a sound request must be answered as it was at the start,
 * the server must have counted no error of its own, and what its heap still holds is noted.
 */
public final class Fuzz {
    private static final int ROUNDS = 12;
    /** Of one kind: many of another do not hide it. */
    private static final int MOST_FINDINGS = 20;

    private static final long LEAST_GROWTH = 3L << 20;

    /**
     * @param port on this machine
     * @param metricsPort where its metrics are; the same where no keys are asked for
     * @param mutations how many cases are sent, at least {@code 1}
     * @param seed of the cases
     * @param callers at once
     * @param patience that a reply may take
     * @param heap bytes that the server's heap still holds after a collection; null where nobody can tell
     * @param folder where cases that found something are kept; null for nowhere
     * @param until what ends it once it is found; empty where it goes on to its end
     * @param exceptions routes of which no request is answered well here, {@code DELETE /v1/collections/{collection}}
     * @param begin done once it is known what is answered well, before anything spoiled is sent
     */
    public record Plan(
            int port,
            int metricsPort,
            long mutations,
            long seed,
            int callers,
            Duration patience,
            @Nullable LongSupplier heap,
            @Nullable Path folder,
            Set<Kind> until,
            Set<String> exceptions,
            Runnable begin) {
        public Plan {
            until = Set.copyOf(until);
            exceptions = Set.copyOf(exceptions);
        }
    }

    /**
     * What was seen.
     *
     * @param sent cases
     * @param families how many of each sort
     * @param unanswered cases that should be answered and whose connection the server ended instead, e.g. at a head that is none
     * @param deadlines replies that the time was over which the request had set itself
     * @param slowestMillis of a case that was answered
     * @param heap bytes after each round
     * @param table of routes and codes, as the server counts them
     * @param reached how far spoiled requests got, by route
     * @param never routes of which no request was answered well, exceptions too
     * @param spoiled what cases are made of
     */
    public record Verdict(
            long sent,
            List<Finding> findings,
            Map<String, Long> families,
            long unanswered,
            long deadlines,
            long slowestMillis,
            List<Long> heap,
            Table table,
            Reached reached,
            List<String> never,
            List<Exchange> spoiled) {
        public Verdict {
            findings = List.copyOf(findings);
            heap = List.copyOf(heap);
            never = List.copyOf(never);
            spoiled = List.copyOf(spoiled);
        }

        /** Whether something of this kind was found. */
        public boolean has(Kind kind) {
            return findings.stream().anyMatch(finding -> finding.kind() == kind);
        }
    }

    private final Plan plan;
    private final String host;
    private final Survey before;
    private final Cases cases;
    private final Case sound;
    private final Watch watch;
    private final ConcurrentLinkedQueue<Finding> findings = new ConcurrentLinkedQueue<>();
    private final Map<Kind, AtomicInteger> found = new ConcurrentHashMap<>();
    private final LongAdder unanswered = new LongAdder();
    private final Map<String, LongAdder> families = new ConcurrentSkipListMap<>();
    private final LongAdder deadlines = new LongAdder();
    private final LongAdder allowed = new LongAdder();
    private final Reached reached = new Reached();
    private final LongAdder sent = new LongAdder();
    private final AtomicLong slowest = new AtomicLong();
    private final List<Long> heap = new ArrayList<>();
    private long counted;
    private long countedLate;

    private Fuzz(Plan plan, List<Exchange> valid, Exchange sound) {
        this.plan = plan;
        this.host = "127.0.0.1:" + plan.port();
        this.before = Survey.of(plan.port(), valid);
        this.cases = new Cases(plan.seed(), before.worthy(), host);
        this.sound = new Case(-1, "sound", sound.route(), List.of(Piece.of(sound.bytes(host))), Ending.LAST_REPLY);
        this.watch = new Watch(plan.patience());
    }

    /**
     * @param valid of every route; what is answered well is spoiled
     * @param sound asked again after each round: its answer, but for the request's id, must stay what it was
     */
    public static Verdict run(Plan plan, List<Exchange> valid, Exchange sound, Progress progress) {
        Fuzz fuzz = new Fuzz(plan, valid, sound);
        try (Watch watch = fuzz.watch) {
            return fuzz.all(progress);
        }
    }

    /**
     * The case of a number, as the plan's seed makes it.
     *
     * @param spoiled as the verdict has it
     */
    public static Case again(long seed, long number, List<Exchange> spoiled, int port) {
        return new Cases(seed, spoiled, "127.0.0.1:" + port).of(number);
    }

    /** Sends one case alone, e.g. one that was kept. */
    public static List<Finding> replay(Case kept, int port, Duration patience) {
        try (Watch watch = new Watch(patience);
                Conversation conversation = new Conversation("127.0.0.1", port, patience, watch)) {
            return Judge.of(kept, conversation.hold(kept));
        }
    }

    private Verdict all(Progress progress) {
        String expected = answer();
        counted = table().atLeast(500, 503);
        countedLate = table().of(503);
        plan.begin().run();
        for (int round = 0; round < ROUNDS && !isOver(); round++) {
            long from = plan.mutations() * round / ROUNDS;
            long to = plan.mutations() * (round + 1) / ROUNDS;
            round(from, to, progress);
            check(expected);
        }
        grown();
        blind();
        Map<String, Long> told = new TreeMap<>();
        families.forEach((name, count) -> told.put(name, count.sum()));
        return new Verdict(
                sent.sum(),
                List.copyOf(findings),
                told,
                unanswered.sum(),
                deadlines.sum(),
                slowest.get() / 1_000_000,
                heap,
                table(),
                reached,
                List.copyOf(before.never()),
                before.worthy());
    }

    private boolean isOver() {
        return findings.stream().anyMatch(finding -> plan.until().contains(finding.kind()));
    }

    private void round(long from, long to, Progress progress) {
        AtomicLong next = new AtomicLong(from);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < plan.callers(); i++) {
                all.add(callers.submit(() -> work(next, to, progress)));
            }
            for (Future<?> each : all) {
                join(each);
            }
        }
    }

    private static void join(Future<?> work) {
        try {
            work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("a caller failed", e.getCause());
        }
    }

    private void work(AtomicLong next, long to, Progress progress) {
        try (Conversation conversation = new Conversation("127.0.0.1", plan.port(), plan.patience(), watch)) {
            for (long number = next.getAndIncrement(); number < to && !isOver(); number = next.getAndIncrement()) {
                Case asked = cases.of(number);
                long begun = System.nanoTime();
                Conversation.Outcome outcome = conversation.hold(asked);
                if (!outcome.replies().isEmpty()) {
                    slowest.accumulateAndGet(System.nanoTime() - begun, Math::max);
                }
                sent.increment();
                families.computeIfAbsent(asked.family(), name -> new LongAdder())
                        .increment();
                deadlines.add(outcome.replies().stream().filter(Judge::isLate).count());
                allowed.add(asked.deadlines());
                if (outcome.replies().isEmpty()
                        && asked.ending().isAnswered()
                        && outcome.hang().isEmpty()) {
                    unanswered.increment();
                }
                outcome.replies().forEach(reply -> reached.add(asked, reply));
                Judge.of(asked, outcome).forEach(this::keep);
                if (number % 256 == 0) {
                    progress.at("fuzzing", number, plan.mutations(), findings.size() + " found");
                }
            }
        }
    }

    private void keep(Finding finding) {
        if (found.computeIfAbsent(finding.kind(), kind -> new AtomicInteger()).incrementAndGet() > MOST_FINDINGS) {
            return;
        }
        findings.add(finding);
        Path folder = plan.folder();
        if (folder != null) {
            String name =
                    finding.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            finding.by().write(folder.resolve(name + "-" + finding.by().number() + ".json"), finding.toString());
        }
    }

    private void check(String expected) {
        String now = answer();
        if (!now.equals(expected)) {
            keep(new Finding(Kind.WOUND, now + " where it was " + expected, sound));
        }
        Table table = table();
        long errors = table.atLeast(500, 503);
        if (errors > counted && !has(Kind.SERVER_ERROR)) {
            keep(new Finding(Kind.SERVER_ERROR, "the server counted " + (errors - counted) + " of its own", sound));
        }
        counted = errors;
        // Nobody sees the answer to a request that hung up: what was counted of 503 beyond those that may be is none of
        // a deadline's.
        if (table.of(503) - countedLate > allowed.sum() && !has(Kind.SERVER_ERROR) && !has(Kind.HANG)) {
            keep(new Finding(
                    Kind.SERVER_ERROR,
                    "the server counted " + (table.of(503) - countedLate) + " of 503 where " + allowed.sum()
                            + " requests set a deadline",
                    sound));
        }
        LongSupplier told = plan.heap();
        if (told != null) {
            heap.add(told.getAsLong());
        }
    }

    /** What would let it find nothing because nothing was looked at. */
    private void blind() {
        if (!plan.until().isEmpty()) {
            return;
        }
        before.refused().stream()
                .filter(answered -> before.never().contains(answered.exchange().line())
                        && !plan.exceptions().contains(answered.exchange().line()))
                .forEach(answered -> keep(new Finding(Kind.BLIND, "never answered well: " + answered.line(), sound)));
        Survey.of(plan.port(), before.well())
                .refused()
                .forEach(answered ->
                        keep(new Finding(Kind.WOUND, "no longer answered well: " + answered.line(), sound)));
        reached.unread().stream()
                .filter(line -> plan.exceptions().stream().noneMatch(route -> line.startsWith(route + ":")))
                .forEach(line -> keep(new Finding(Kind.BLIND, line, sound)));
    }

    private boolean has(Kind kind) {
        return findings.stream().anyMatch(finding -> finding.kind() == kind);
    }

    /** The sound request's answer: its code, and the body without what is its own each time. */
    private String answer() {
        Conversation.Outcome outcome = asked(sound);
        if (outcome.replies().isEmpty()) {
            return "no answer";
        }
        Reply reply = outcome.replies().getFirst();
        return reply.code() + " " + reply.text().replaceAll("\"request\":\"[^\"]*\"", "");
    }

    private Table table() {
        return Survey.reply(plan.metricsPort(), Exchange.bare("/metrics", "GET", "/metrics"))
                .filter(Reply::isWell)
                .map(reply -> Table.of(reply.text()))
                .orElseThrow(() -> new IllegalStateException("the server gives no metrics"));
    }

    private Conversation.Outcome asked(Case one) {
        try (Conversation conversation = new Conversation("127.0.0.1", plan.port(), plan.patience(), watch)) {
            return conversation.hold(one);
        }
    }

    /**
     * The first third of the rounds fills caches and pools. Of the rest, all of the later half must not lie above all of the earlier,
     * with megabytes between their middles.
     */
    private void grown() {
        if (heap.size() < 6) {
            return;
        }
        long[] later = heap.subList(heap.size() / 3, heap.size()).stream()
                .mapToLong(Long::longValue)
                .toArray();
        long[] earlierHalf = sorted(later, 0, later.length / 2);
        long[] laterHalf = sorted(later, later.length / 2, later.length);
        long growth = laterHalf[laterHalf.length / 2] - earlierHalf[earlierHalf.length / 2];
        if (growth > LEAST_GROWTH && laterHalf[0] > earlierHalf[earlierHalf.length - 1]) {
            keep(new Finding(Kind.GROWTH, "the heap held " + heap + " bytes after the rounds", sound));
        }
    }

    private static long[] sorted(long[] values, int from, int to) {
        long[] part = Arrays.copyOfRange(values, from, to);
        Arrays.sort(part);
        return part;
    }
}
