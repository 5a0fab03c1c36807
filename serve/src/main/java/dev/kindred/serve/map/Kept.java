package dev.kindred.serve.map;

/** How much of what is near in a space is near on the plane. */
final class Kept {
    private static final int NEAREST = 10;
    /** Points asked; the share is known to about one hundredth then. */
    private static final int ASKED = 500;

    private Kept() {}

    static Layout.Plane measure(float[] places, Neighbours near) {
        int n = places.length / 2;
        int k = Math.min(NEAREST, near.k());
        if (k == 0) {
            return new Layout.Plane(places, 1, 1);
        }
        int step = Math.max(1, n / ASKED);
        int[] nearest = new int[k];
        double[] distances = new double[k];
        long kept = 0;
        long asked = 0;
        for (int i = 0; i < n; i += step) {
            nearestOnPlane(places, n, i, nearest, distances);
            for (int a = i * near.k(); a < i * near.k() + k; a++) {
                for (int each : nearest) {
                    kept += each == near.ids()[a] ? 1 : 0;
                }
            }
            asked += k;
        }
        return new Layout.Plane(places, (double) kept / asked, (double) k / (n - 1));
    }

    private static void nearestOnPlane(float[] places, int n, int i, int[] nearest, double[] distances) {
        int k = nearest.length;
        java.util.Arrays.fill(distances, Double.POSITIVE_INFINITY);
        for (int j = 0; j < n; j++) {
            double x = places[2 * i] - places[2 * j];
            double y = places[2 * i + 1] - places[2 * j + 1];
            double squared = x * x + y * y;
            if (j == i || squared >= distances[k - 1]) {
                continue;
            }
            int place = k - 1;
            while (place > 0 && distances[place - 1] > squared) {
                distances[place] = distances[place - 1];
                nearest[place] = nearest[place - 1];
                place--;
            }
            distances[place] = squared;
            nearest[place] = j;
        }
    }
}
