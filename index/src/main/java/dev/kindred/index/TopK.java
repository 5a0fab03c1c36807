package dev.kindred.index;

import java.util.Arrays;

/** The k best rows seen so far: a binary heap whose root is the worst of them. Equal keys are ordered by id. */
final class TopK {
    /** The order of two rows' ids. */
    @FunctionalInterface
    interface IdOrder {
        int compare(int left, int right);
    }

    private final int k;
    private final IdOrder ids;
    private float[] keys;
    private int[] rows;
    private int size;

    TopK(int k, IdOrder ids) {
        this.k = k;
        this.ids = ids;
        this.keys = new float[Math.min(k, 64)];
        this.rows = new int[keys.length];
    }

    int size() {
        return size;
    }

    /** Rows with a key below this cannot come in. */
    float floor() {
        return size < k ? Float.NEGATIVE_INFINITY : keys[0];
    }

    void offer(float key, int row) {
        if (size < k) {
            if (size == keys.length) {
                int room = (int) Math.min(k, 2L * size);
                keys = Arrays.copyOf(keys, room);
                rows = Arrays.copyOf(rows, room);
            }
            keys[size] = key;
            rows[size] = row;
            rise(size++);
        } else if (worse(keys[0], rows[0], key, row)) {
            keys[0] = key;
            rows[0] = row;
            sink();
        }
    }

    private boolean worse(float key, int row, float otherKey, int otherRow) {
        return key != otherKey ? key < otherKey : ids.compare(row, otherRow) > 0;
    }

    private boolean worse(int left, int right) {
        return worse(keys[left], rows[left], keys[right], rows[right]);
    }

    private void rise(int at) {
        while (at > 0 && worse(at, (at - 1) / 2)) {
            swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    private void sink() {
        int at = 0;
        while (true) {
            int worst = 2 * at + 1;
            if (worst >= size) {
                return;
            }
            if (worst + 1 < size && worse(worst + 1, worst)) {
                worst++;
            }
            if (!worse(worst, at)) {
                return;
            }
            swap(at, worst);
            at = worst;
        }
    }

    private void swap(int i, int j) {
        float key = keys[i];
        keys[i] = keys[j];
        keys[j] = key;
        int row = rows[i];
        rows[i] = rows[j];
        rows[j] = row;
    }

    void addAll(TopK other) {
        for (int i = 0; i < other.size; i++) {
            offer(other.keys[i], other.rows[i]);
        }
    }

    /** Takes the best first; called with each key and row. Empties the heap. */
    void drain(Taker taker) {
        float[] bestKeys = new float[size];
        int[] bestRows = new int[size];
        while (size > 0) {
            size--;
            bestKeys[size] = keys[0];
            bestRows[size] = rows[0];
            keys[0] = keys[size];
            rows[0] = rows[size];
            sink();
        }
        for (int i = 0; i < bestRows.length; i++) {
            taker.take(bestKeys[i], bestRows[i]);
        }
    }

    /** Takes one row. */
    @FunctionalInterface
    interface Taker {
        void take(float key, int row);
    }
}
