package dev.kindred.serve;

import dev.kindred.core.Content;
import dev.kindred.media.PictureShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * A picture with one cell after another of a grid covered: how much each costs of a score says what carried it (Zeiler, Fergus 2014,
 * "Visualizing and Understanding Convolutional Networks"). A great picture is made smaller first, so that all covered ones together stay
 * within {@link #MOST_PIXELS}; each is made as it is needed.
 *
 * @param width of the picture as it came, in pixels
 * @param height of the same
 * @param picture as it is compared with the covered ones
 * @param x where the cells' columns begin, and the last one ends: {@code columns + 1} pixels of {@code picture}
 * @param y the same of its rows
 * @param covered the picture with all of it covered
 */
record Occlusion(int width, int height, Content.Pixels picture, int[] x, int[] y, Cover cover, byte[] covered) {
    /** Cells on a side. */
    static final int MOST_CELLS = 12;

    /** Of all covered pictures together. */
    static final long MOST_PIXELS = 1 << 24;

    /** What a cell is covered with. */
    enum Cover {
        /** What is around each pixel, evened out as far as a cell is wide: where nothing is drawn, nothing changes. */
        BLUR,
        /** The mean of the whole picture. */
        MEAN
    }

    /** @param cells on the longer side, at most {@link #MOST_CELLS}; never more than there are pixels */
    static Occlusion of(Content.Pixels picture, int cells, Cover cover) {
        int longer = Math.max(picture.width(), picture.height());
        int columns = Math.clamp(Math.round((float) cells * picture.width() / longer), 1, picture.width());
        int rows = Math.clamp(Math.round((float) cells * picture.height() / longer), 1, picture.height());
        Content.Pixels small = smaller(picture, (long) rows * columns + 1);
        int[] x = edges(small.width(), Math.min(columns, small.width()));
        int[] y = edges(small.height(), Math.min(rows, small.height()));
        byte[] covered = cover == Cover.MEAN ? mean(small) : blurred(small, Math.max(1, x[1]), Math.max(1, y[1]));
        return new Occlusion(picture.width(), picture.height(), small, x, y, cover, covered);
    }

    private static Content.Pixels smaller(Content.Pixels picture, long copies) {
        double room = (double) MOST_PIXELS / copies;
        double there = (double) picture.width() * picture.height();
        if (there <= room) {
            return picture;
        }
        double scale = Math.sqrt(room / there);
        int width = Math.clamp((int) (picture.width() * scale), 1, 4096);
        int height = Math.clamp((int) (picture.height() * scale), 1, 4096);
        PictureShape shape = new PictureShape(width, height, picture.channels(), PictureShape.Fit.STRETCH);
        return new Content.Pixels(width, height, picture.channels(), shape.raster(picture));
    }

    private static int[] edges(int length, int cells) {
        int[] edges = new int[cells + 1];
        Arrays.setAll(edges, i -> (int) ((long) length * i / cells));
        return edges;
    }

    int columns() {
        return x.length - 1;
    }

    int rows() {
        return y.length - 1;
    }

    /** The picture as it is, then with each cell covered, row after row: each is made when it is asked for. */
    List<Supplier<Content>> pictures() {
        List<Supplier<Content>> pictures = new ArrayList<>();
        pictures.add(() -> picture);
        for (int row = 0; row < rows(); row++) {
            for (int column = 0; column < columns(); column++) {
                int cellRow = row;
                int cellColumn = column;
                pictures.add(() -> covered(cellRow, cellColumn));
            }
        }
        return pictures;
    }

    private Content.Pixels covered(int row, int column) {
        byte[] values = picture.values().clone();
        int bytes = (x[column + 1] - x[column]) * picture.channels();
        for (int line = y[row]; line < y[row + 1]; line++) {
            int at = (line * picture.width() + x[column]) * picture.channels();
            System.arraycopy(covered, at, values, at, bytes);
        }
        return new Content.Pixels(picture.width(), picture.height(), picture.channels(), values);
    }

    private static byte[] mean(Content.Pixels picture) {
        int channels = picture.channels();
        long[] sums = new long[channels];
        byte[] values = picture.values();
        for (int i = 0; i < values.length; i++) {
            sums[i % channels] += values[i] & 0xff;
        }
        byte[] mean = new byte[values.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (byte) Math.round((double) sums[i % channels] * channels / values.length);
        }
        return mean;
    }

    /** The mean of what is no further than a cell's side from each pixel, by sums over rectangles. */
    private static byte[] blurred(Content.Pixels picture, int across, int down) {
        int width = picture.width();
        int height = picture.height();
        int channels = picture.channels();
        byte[] blurred = new byte[picture.values().length];
        long[] sums = new long[(width + 1) * (height + 1)];
        for (int channel = 0; channel < channels; channel++) {
            for (int line = 0; line < height; line++) {
                long run = 0;
                for (int column = 0; column < width; column++) {
                    run += picture.values()[(line * width + column) * channels + channel] & 0xff;
                    sums[(line + 1) * (width + 1) + column + 1] = sums[line * (width + 1) + column + 1] + run;
                }
            }
            for (int line = 0; line < height; line++) {
                int top = Math.max(0, line - down);
                int bottom = Math.min(height, line + down + 1);
                for (int column = 0; column < width; column++) {
                    int left = Math.max(0, column - across);
                    int right = Math.min(width, column + across + 1);
                    long sum = sums[bottom * (width + 1) + right]
                            - sums[top * (width + 1) + right]
                            - sums[bottom * (width + 1) + left]
                            + sums[top * (width + 1) + left];
                    blurred[(line * width + column) * channels + channel] =
                            (byte) Math.round((double) sum / ((long) (bottom - top) * (right - left)));
                }
            }
        }
        return blurred;
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
