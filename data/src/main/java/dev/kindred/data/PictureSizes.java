package dev.kindred.data;

import dev.kindred.core.Content;
import java.util.Arrays;

/**
 * What defaults are chosen from.
 *
 * @param count pictures looked at
 * @param medianWidth pixels; the lower of two middles, 0 where none was looked at
 * @param medianHeight pixels
 * @param grey whether every one of them is grey
 */
public record PictureSizes(int count, int medianWidth, int medianHeight, boolean grey) {

    /** Gathers sizes by row, from many threads at different rows. */
    static final class Sheet {
        private final int[] widths;
        private final int[] heights;
        private final byte[] channels;

        Sheet(int rows) {
            widths = new int[rows];
            heights = new int[rows];
            channels = new byte[rows];
        }

        void set(int row, Content content) {
            if (content instanceof Content.Pixels pixels) {
                widths[row] = pixels.width();
                heights[row] = pixels.height();
                channels[row] = (byte) pixels.channels();
            }
        }

        PictureSizes sizes() {
            int[] w = Arrays.stream(widths).filter(v -> v > 0).sorted().toArray();
            int[] h = Arrays.stream(heights).filter(v -> v > 0).sorted().toArray();
            boolean grey = true;
            for (byte c : channels) {
                grey &= c != 3;
            }
            int middle = (w.length - 1) / 2;
            return new PictureSizes(
                    w.length, w.length == 0 ? 0 : w[middle], w.length == 0 ? 0 : h[middle], grey && w.length > 0);
        }
    }
}
