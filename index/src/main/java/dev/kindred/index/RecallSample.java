package dev.kindred.index;

import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Measures the recall of walks through one moment of the view: items are drawn as queries, and what a walk finds is held against their true
 * ten nearest, themselves left out. A neighbour as near as the tenth counts, whichever of those equally near it is.
 */
final class RecallSample {
    private static final int NEIGHBOURS = 10;
    /** From little to much, each some 1.4 times the one before. */
    static final int[] EFFORTS = {11, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640, 896, 1280, 1792, 2560};
    /** More effort than for this is not tried. */
    static final double ENOUGH = 0.999;

    private record Asked(Query query, String id, Set<String> nearest, double tenth) {}

    private final ViewReader view;
    private final List<Asked> asked;

    private RecallSample(ViewReader view, List<Asked> asked) {
        this.view = view;
        this.asked = asked;
    }

    /** @param queries how many items to draw, fewer where there are not as many */
    static RecallSample draw(ViewReader view, Space space, int queries, long seed) throws IOException {
        Keyed random = Keyed.of(seed);
        List<Asked> asked = new ArrayList<>();
        Set<Integer> drawn = new HashSet<>();
        int rows = view.segments().stream().mapToInt(ViewSegment::count).sum();
        ViewColumn ids = new ViewColumn(view.segments(), ViewFields.ID);
        for (int tries = 0; tries < 4 * queries && asked.size() < queries && rows > 0; tries++) {
            int row = random.nextInt(rows);
            ViewSegment segment = ViewSegment.holding(view.segments(), row);
            if (!segment.isLive(row - segment.base()) || !drawn.add(row)) {
                continue;
            }
            float[] vector = segment.vector(row - segment.base());
            String id = ids.at(row).utf8ToString();
            Query query = Query.of(space, vector, NEIGHBOURS + 1);
            List<Neighbor> nearest = others(view.search(query, 0), id);
            if (!nearest.isEmpty()) {
                Set<String> names = new HashSet<>();
                nearest.forEach(neighbor -> names.add(neighbor.id()));
                asked.add(new Asked(query, id, names, nearest.getLast().score()));
            }
        }
        return new RecallSample(view, asked);
    }

    private static List<Neighbor> others(Found found, String id) {
        return found.neighbors().stream()
                .filter(neighbor -> !neighbor.id().equals(id))
                .limit(NEIGHBOURS)
                .toList();
    }

    int size() {
        return asked.size();
    }

    /** Recall@10 at one effort; 0 for the exact search. */
    RecallCurve.Point at(int ef) throws IOException {
        double[] found = new double[asked.size()];
        for (int i = 0; i < found.length; i++) {
            Asked each = asked.get(i);
            long right = others(view.search(each.query(), ef), each.id()).stream()
                    .filter(neighbor ->
                            neighbor.score() >= each.tenth() || each.nearest().contains(neighbor.id()))
                    .count();
            found[i] = Math.min(1, (double) right / each.nearest().size());
        }
        return RecallCurve.Point.of(ef, found);
    }

    /** Efforts from little to much, until nearly all are found. */
    RecallCurve curve() throws IOException {
        List<RecallCurve.Point> points = new ArrayList<>();
        for (int ef : EFFORTS) {
            RecallCurve.Point point = at(ef);
            points.add(point);
            if (point.low() >= ENOUGH) {
                break;
            }
        }
        return new RecallCurve(view.count(), view.sequence(), view.graphs(), points);
    }
}
