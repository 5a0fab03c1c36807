package dev.kindred.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How latency, memory and building grow with the number of vectors, from ten thousand to a million, beside hnswlib. */
public final class GrowthBench {
    private static final String ABOUT = """
        Builds graphs of 10,000, 100,000 and a million clustered vectors, and of 10,000 and 60,000 pictures, by floats,
        by int8 codes and by hnswlib, and compares their latency at equal recall, their memory and their building. Needs
        g++ and libhnswlib-dev. Takes about an hour and a half; only the searches need a quiet machine.\
        """;

    private final SetCells cells;

    private GrowthBench(BenchRun run) {
        this.cells = new SetCells(run, "growth", GraphTimes.PARTS);
    }

    public static void main(String[] arguments) {
        BenchRun.main("growth", ABOUT, arguments, run -> new GrowthBench(run).rows());
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>(grown(IndexSets.CLUSTERED, GrowthPlot.CLUSTERED, 0.35));
        int most = GrowthPlot.CLUSTERED.sizes().getLast();
        SetCells.Set largest = cells.set(IndexSets.CLUSTERED, most);
        IndexRows opening = new IndexRows();
        for (String engine : List.of("graph", "graph-int8")) {
            opening.opening(
                    engine,
                    cells.ofBuilt(
                            "opening " + engine,
                            largest,
                            () -> cells.opened(String.valueOf(most), largest.ours(engine), engine)));
        }
        rows.addAll(opening.all());
        rows.addAll(grown(IndexSets.FASHION, GrowthPlot.PICTURES, null));
        return rows;
    }

    private List<Row> grown(String name, GrowthPlot.Of of, @Nullable Double floor) {
        GrowthRows growth = new GrowthRows(of);
        for (int n : of.sizes()) {
            SetCells.Set set = cells.set(name, n);
            growth.add(
                    n,
                    cells.built(set),
                    cells.searched(set),
                    cells.memory(set, "graph"),
                    cells.memory(set, "graph-int8"));
        }
        return growth.all(floor);
    }
}
