package dev.kindred.index;

import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import dev.kindred.index.TrialResult.Memory;
import dev.kindred.index.TrialResult.Point;
import dev.kindred.index.TrialResult.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The searches of a trial, on indexes that are all open. First each effort of each engine is asked all queries, which gives its recall
 * and warms it up; then all efforts of all engines are timed by turns, one query at a time on one thread, round after round.
 */
final class TrialSearches implements AutoCloseable {
    private static final int ROUNDS = 5;
    private static final int FEWEST_ROUNDS = 3;
    private static final int FEWEST_TIMED = 30;
    /** Answers that are held at once while the true neighbours are found. */
    private static final int NEIGHBOURS_AT_ONCE = 1_000_000;

    private final TrialSet set;
    private final EngineTrial.Plan plan;
    private final long until;
    private final Progress progress;
    private final List<Query> queries;
    private final List<Opened> opened = new ArrayList<>();
    /** Of each query, the least score of its true neighbours. */
    private final double[] least;

    private int themselves;
    private int timedQueries;
    private int rounds;

    private record Opened(Path folder, EmbeddedIndex index, long heapBytes) {}

    /** What an engine's searches gave. */
    record Curve(Memory memory, List<Point> points) {}

    /** One effort of one engine, and the figures of each round. */
    private record Effortful(Opened opened, Effort effort, RecallCurve.Point recall, List<Figures> rounds) {
        Rounds over(ToDoubleFunction<Figures> figure) {
            return Rounds.of(rounds.stream().mapToDouble(figure).toArray());
        }
    }

    private record Figures(double medianMicros, double p95Micros, double perCpuSecond) {}

    private TrialSearches(TrialSet set, EngineTrial.Plan plan, long until, Progress progress) {
        this.set = set;
        this.plan = plan;
        this.until = until;
        this.progress = progress;
        this.queries = IntStream.range(0, set.queries().count())
                .mapToObj(i -> Query.of(set.space(), set.queries().row(i), plan.k()))
                .toList();
        this.least = new double[queries.size()];
    }

    /**
     * @param folders of the indexes, the first of a rows file
     * @param until {@link System#nanoTime} after which nothing more is begun that can be left out. At least three rounds are timed
     */
    static TrialSearches open(TrialSet set, List<Path> folders, EngineTrial.Plan plan, long until, Progress progress) {
        TrialSearches searches = new TrialSearches(set, plan, until, progress);
        boolean ready = false;
        try {
            for (Path folder : folders) {
                long before = Footprint.heap();
                EmbeddedIndex index = TrialEngine.open(folder);
                searches.opened.add(new Opened(folder, index, 0));
                index.search(searches.queries.getFirst());
                long more = Math.max(0, Footprint.heap() - before);
                searches.opened.set(searches.opened.size() - 1, new Opened(folder, index, more));
            }
            searches.findTruth();
            ready = true;
            return searches;
        } finally {
            if (!ready) {
                searches.close();
            }
        }
    }

    private void findTruth() {
        if (!(opened.getFirst().index() instanceof ExactIndex rows)) {
            throw new IllegalStateException("the first index is no rows file");
        }
        int step = Math.clamp(NEIGHBOURS_AT_ONCE / plan.k(), 1, 256);
        try (Workers workers = Workers.of(plan.threads())) {
            for (int from = 0; from < least.length; from += step) {
                int to = Math.min(least.length, from + step);
                List<Found> found = rows.search(queries.subList(from, to), workers);
                for (int i = from; i < to; i++) {
                    int query = i;
                    int[] nearest = found.get(i - from).neighbors().stream()
                            .mapToInt(TrialSearches::row)
                            .toArray();
                    least[i] = Arrays.stream(nearest)
                            .mapToDouble(row -> set.score(query, row))
                            .min()
                            .orElseThrow();
                    themselves += Arrays.stream(nearest).anyMatch(row -> set.isSame(query, row)) ? 1 : 0;
                }
                progress.at("finding the true neighbours", to, least.length, "");
            }
        }
    }

    private static int row(Neighbor neighbor) {
        return Integer.parseInt(neighbor.id());
    }

    /** The curve of each index, in their order. */
    List<Curve> measure() throws IOException {
        List<List<Effortful>> all = new ArrayList<>();
        double seconds = 0;
        for (Opened each : opened) {
            List<Effortful> efforts = new ArrayList<>();
            seconds += sweep(each, efforts);
            all.add(efforts);
        }
        time(all, seconds);
        List<Curve> curves = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            List<Point> points = all.get(i).stream()
                    .map(effort -> new Point(
                            effort.recall(),
                            effort.over(Figures::medianMicros),
                            effort.over(Figures::p95Micros),
                            effort.over(Figures::perCpuSecond)))
                    .toList();
            curves.add(new Curve(memory(opened.get(i)), points));
        }
        return curves;
    }

    /**
     * Efforts from little to much, until nearly all are found or all rows are read; once the time is over, until the wanted recall is
     * reached, without which there is nothing to choose.
     *
     * @return the seconds that all queries take at all these efforts
     */
    private double sweep(Opened each, List<Effortful> efforts) {
        double seconds = 0;
        for (int ef : efforts(plan.k())) {
            Effort effort = new Effort.Ef(ef);
            double[] shares = new double[queries.size()];
            boolean exact = true;
            for (int i = 0; i < shares.length; i++) {
                Query query = queries.get(i).effort(effort);
                long from = System.nanoTime();
                Found found = each.index().search(query);
                seconds += (System.nanoTime() - from) / 1e9;
                exact &= found.exact();
                shares[i] = share(i, found);
            }
            RecallCurve.Point point = RecallCurve.Point.of(ef, shares);
            if (exact) {
                // What surely found all has found all of the next ones too.
                point = new RecallCurve.Point(0, point.recall(), point.recall() == 1 ? 0 : point.error());
            }
            efforts.add(new Effortful(each, effort, point, new ArrayList<>()));
            progress.at("measuring recall", efforts.size(), 0, "");
            if (exact || point.low() >= (System.nanoTime() < until ? RecallSample.ENOUGH : plan.target())) {
                break;
            }
        }
        return seconds;
    }

    /** The usual ones that keep more than k; of a k beyond those, some more than it. */
    static int[] efforts(int k) {
        int first = k + 1;
        int[] above = Arrays.stream(RecallSample.EFFORTS)
                .filter(ef -> ef > 1.1 * first)
                .toArray();
        return IntStream.concat(
                        IntStream.of(first),
                        above.length > 1 ? Arrays.stream(above) : IntStream.of(2 * first, 4 * first))
                .toArray();
    }

    /** What counts is how near a neighbour is in double precision: one as near as the last of the true ones is as good. */
    private double share(int query, Found found) {
        long right = found.neighbors().stream()
                .filter(neighbor -> set.score(query, row(neighbor)) >= least[query])
                .count();
        return Math.min(1, (double) right / plan.k());
    }

    private void time(List<List<Effortful>> all, double secondsOfARound) {
        double left = Math.max(0, (until - System.nanoTime()) / 1e9);
        double affordable = queries.size() * left / Math.max(1e-9, ROUNDS * secondsOfARound);
        timedQueries = (int) Math.min(queries.size(), Math.max(FEWEST_TIMED, affordable));
        int longest = all.stream().mapToInt(List::size).max().orElse(0);
        int passes = ROUNDS * all.stream().mapToInt(List::size).sum();
        int done = 0;
        for (int round = 0; round < ROUNDS && (round < FEWEST_ROUNDS || System.nanoTime() < until); round++) {
            for (int at = 0; at < longest; at++) {
                for (int turn = 0; turn < all.size(); turn++) {
                    // Every other round the other way about, so that none always comes after the same one.
                    List<Effortful> efforts = all.get(round % 2 == 0 ? turn : all.size() - 1 - turn);
                    if (at < efforts.size()) {
                        Effortful effort = efforts.get(at);
                        effort.rounds().add(pass(effort));
                        progress.at("timing", ++done, passes, "");
                    }
                }
            }
            rounds++;
        }
    }

    private Figures pass(Effortful effort) {
        EmbeddedIndex index = effort.opened().index();
        List<Query> asked = queries.subList(0, timedQueries).stream()
                .map(query -> query.effort(effort.effort()))
                .toList();
        double[] micros = new double[asked.size()];
        double cpu = Footprint.threadCpuSeconds();
        for (int i = 0; i < micros.length; i++) {
            long from = System.nanoTime();
            index.search(asked.get(i));
            micros[i] = (System.nanoTime() - from) / 1e3;
        }
        cpu = Footprint.threadCpuSeconds() - cpu;
        Arrays.sort(micros);
        return new Figures(
                Rounds.of(micros).median(),
                micros[(int) Math.ceil(0.95 * micros.length) - 1],
                micros.length / Math.max(1e-9, cpu));
    }

    private static Memory memory(Opened each) throws IOException {
        OptionalLong resident = Footprint.resident(each.folder());
        if (resident.isPresent()) {
            return new Memory(each.heapBytes(), resident.getAsLong(), true);
        }
        Path view = each.folder().resolve(Generation.VIEW);
        return new Memory(each.heapBytes(), Footprint.bytes(Files.isDirectory(view) ? view : each.folder()), false);
    }

    /** Queries that are items too. */
    int themselves() {
        return themselves;
    }

    int timedQueries() {
        return timedQueries;
    }

    int rounds() {
        return rounds;
    }

    @Override
    public void close() {
        opened.forEach(each -> each.index().close());
    }
}
