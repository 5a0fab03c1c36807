package dev.kindred.demo;

import java.awt.geom.GeneralPath;
import java.awt.geom.PathIterator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A closed shape made of polygons; inside is where the winding number is not zero. No fonts of the system are asked, only plane
 * geometry.
 *
 * @param rings corners x, y, x, y … of each polygon, closed from the last back to the first; y grows upward, as in fonts
 */
record Outline(List<double[]> rings) {

    /**
     * A glyph's curves as polygons.
     *
     * @param tolerance the farthest that a chord may lie from its curve, in the glyph's units
     */
    static Outline of(GeneralPath path, double tolerance) {
        Flattener flattener = new Flattener(tolerance);
        double[] c = new double[6];
        for (PathIterator at = path.getPathIterator(null); !at.isDone(); at.next()) {
            switch (at.currentSegment(c)) {
                case PathIterator.SEG_MOVETO -> flattener.move(c[0], c[1]);
                case PathIterator.SEG_LINETO -> flattener.line(c[0], c[1]);
                case PathIterator.SEG_QUADTO -> flattener.quadratic(c[0], c[1], c[2], c[3]);
                case PathIterator.SEG_CUBICTO -> flattener.cubic(c[0], c[1], c[2], c[3], c[4], c[5]);
                default -> flattener.close();
            }
        }
        flattener.close();
        return new Outline(flattener.rings);
    }

    /** Least x, least y, greatest x, greatest y; NaN where there is nothing. */
    double[] bounds() {
        double[] box = {
            Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY
        };
        for (double[] ring : rings) {
            for (int i = 0; i < ring.length; i += 2) {
                box[0] = Math.min(box[0], ring[i]);
                box[1] = Math.min(box[1], ring[i + 1]);
                box[2] = Math.max(box[2], ring[i]);
                box[3] = Math.max(box[3], ring[i + 1]);
            }
        }
        return rings.isEmpty() ? new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN} : box;
    }

    /** Whether there is an area to ink. */
    boolean drawable() {
        double[] box = bounds();
        return box[2] > box[0] && box[3] > box[1];
    }

    /** Scaled evenly and centred so that it just fits a square of {@code side} pixels less {@code margin} all round; y turns downward. */
    Outline fitted(int side, double margin) {
        double[] box = bounds();
        double scale = (side - 2 * margin) / Math.max(box[2] - box[0], box[3] - box[1]);
        double centreX = (box[0] + box[2]) / 2;
        double centreY = (box[1] + box[3]) / 2;
        List<double[]> moved = new ArrayList<>(rings.size());
        for (double[] ring : rings) {
            double[] corners = new double[ring.length];
            for (int i = 0; i < ring.length; i += 2) {
                corners[i] = side / 2.0 + (ring[i] - centreX) * scale;
                corners[i + 1] = side / 2.0 - (ring[i + 1] - centreY) * scale;
            }
            moved.add(corners);
        }
        return new Outline(moved);
    }

    /** Cuts curves evenly in their parameter, as often as the bound on a polynomial's distance from its chord asks for. */
    private static final class Flattener {
        private final double tolerance;
        private final List<double[]> rings = new ArrayList<>();
        private double[] corners = new double[64];
        private int used;

        private Flattener(double tolerance) {
            this.tolerance = tolerance;
        }

        private void move(double x, double y) {
            close();
            add(x, y);
        }

        private void line(double x, double y) {
            add(x, y);
        }

        private void quadratic(double x1, double y1, double x2, double y2) {
            double x0 = corners[used - 2];
            double y0 = corners[used - 1];
            // |B''| = 2 |p0 - 2 p1 + p2|, and a chord over a step h lies within h² |B''| / 8.
            int steps = steps(2 * Math.hypot(x0 - 2 * x1 + x2, y0 - 2 * y1 + y2));
            for (int i = 1; i <= steps; i++) {
                double t = (double) i / steps;
                double u = 1 - t;
                add(u * u * x0 + 2 * u * t * x1 + t * t * x2, u * u * y0 + 2 * u * t * y1 + t * t * y2);
            }
        }

        private void cubic(double x1, double y1, double x2, double y2, double x3, double y3) {
            double x0 = corners[used - 2];
            double y0 = corners[used - 1];
            int steps = steps(6
                    * Math.max(
                            Math.hypot(x0 - 2 * x1 + x2, y0 - 2 * y1 + y2),
                            Math.hypot(x1 - 2 * x2 + x3, y1 - 2 * y2 + y3)));
            for (int i = 1; i <= steps; i++) {
                double t = (double) i / steps;
                double u = 1 - t;
                add(
                        u * u * u * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t * t * t * x3,
                        u * u * u * y0 + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t * t * t * y3);
            }
        }

        private int steps(double secondDerivative) {
            return (int) Math.clamp(Math.ceil(Math.sqrt(secondDerivative / (8 * tolerance))), 1, 64);
        }

        private void close() {
            if (used >= 6) {
                rings.add(Arrays.copyOf(corners, used));
            }
            used = 0;
        }

        private void add(double x, double y) {
            if (used == corners.length) {
                corners = Arrays.copyOf(corners, 2 * used);
            }
            corners[used++] = x;
            corners[used++] = y;
        }
    }
}
