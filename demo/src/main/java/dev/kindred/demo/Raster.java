package dev.kindred.demo;

import dev.kindred.core.Content;

/**
 * Inks an outline: each pixel row is cut by 8 lines, on which the covered lengths are exact; a pixel's ink is their mean. All plain
 * double arithmetic, so the same outline gives the same bytes everywhere.
 */
final class Raster {
    /** Lines a pixel row. */
    static final int LINES = 8;

    private Raster() {}

    /** Black on white, {@code side}×{@code side} grey; the outline is in pixels, y down. */
    static Content.Pixels draw(Outline outline, int side) {
        Crossings crossings = Crossings.of(outline, side * LINES);
        byte[] values = new byte[side * side];
        double[] ink = new double[side];
        for (int row = 0; row < side; row++) {
            java.util.Arrays.fill(ink, 0);
            for (int line = row * LINES; line < (row + 1) * LINES; line++) {
                cover(crossings, line, ink);
            }
            for (int x = 0; x < side; x++) {
                values[row * side + x] = (byte) (255 - (int) Math.rint(255 * Math.min(1, ink[x] / LINES)));
            }
        }
        return new Content.Pixels(side, side, 1, values);
    }

    /** Adds to each pixel the length of one line that lies inside, from 0 to 1. */
    private static void cover(Crossings crossings, int line, double[] ink) {
        crossings.sort(line);
        int winding = 0;
        double from = 0;
        for (int i = crossings.start[line]; i < crossings.start[line + 1]; i++) {
            int before = winding;
            winding += crossings.turn[i];
            if (before == 0) {
                from = crossings.x[i];
            } else if (winding == 0) {
                span(Math.clamp(from, 0, ink.length), Math.clamp(crossings.x[i], 0, ink.length), ink);
            }
        }
    }

    private static void span(double from, double to, double[] ink) {
        for (int x = (int) from; x < to; x++) {
            ink[x] += Math.min(to, x + 1) - Math.max(from, x);
        }
    }

    /**
     * Where the edges cross the lines.
     *
     * @param start of each line's crossings in the other two; one more at the end
     * @param x places
     * @param turn +1 where the edge goes down, −1 where it goes up
     */
    private record Crossings(int[] start, double[] x, byte[] turn) {

        static Crossings of(Outline outline, int lines) {
            int[] start = new int[lines + 1];
            eachEdge(outline, lines, (first, last, x0, y0, slope, turn) -> {
                for (int line = first; line < last; line++) {
                    start[line + 1]++;
                }
            });
            for (int line = 0; line < lines; line++) {
                start[line + 1] += start[line];
            }
            int[] next = start.clone();
            double[] x = new double[start[lines]];
            byte[] turns = new byte[start[lines]];
            eachEdge(outline, lines, (first, last, x0, y0, slope, turn) -> {
                for (int line = first; line < last; line++) {
                    int at = next[line]++;
                    x[at] = x0 + ((line + 0.5) / LINES - y0) * slope;
                    turns[at] = turn;
                }
            });
            return new Crossings(start, x, turns);
        }

        /** By x; a line has few crossings, so by insertion. */
        void sort(int line) {
            for (int i = start[line] + 1; i < start[line + 1]; i++) {
                double place = x[i];
                byte way = turn[i];
                int j = i;
                for (; j > start[line] && x[j - 1] > place; j--) {
                    x[j] = x[j - 1];
                    turn[j] = turn[j - 1];
                }
                x[j] = place;
                turn[j] = way;
            }
        }

        private static void eachEdge(Outline outline, int lines, Edge edge) {
            for (double[] ring : outline.rings()) {
                double x0 = ring[ring.length - 2];
                double y0 = ring[ring.length - 1];
                for (int i = 0; i < ring.length; i += 2) {
                    double x1 = ring[i];
                    double y1 = ring[i + 1];
                    boolean down = y1 > y0;
                    // A line belongs to an edge that begins above or on it and ends below it: corners count once.
                    int first = Math.max(0, (int) Math.ceil(Math.min(y0, y1) * LINES - 0.5));
                    int last = Math.min(lines, (int) Math.ceil(Math.max(y0, y1) * LINES - 0.5));
                    if (first < last) {
                        edge.at(first, last, x0, y0, (x1 - x0) / (y1 - y0), (byte) (down ? 1 : -1));
                    }
                    x0 = x1;
                    y0 = y1;
                }
            }
        }

        private interface Edge {
            void at(int first, int last, double x0, double y0, double slope, byte turn);
        }
    }
}
