package dev.kindred.train;

import dev.kindred.encode.PicturePreparation;
import dev.kindred.media.PictureShape;
import java.util.List;

/**
 * What is taught from, in memory: every picture as a raster of the encoder's shape or a whole multiple of it, so that augmentation
 * resamples something finer than the encoder sees.
 *
 * @param rasters one a sample, {@code oversampling² ·} the preparation's size in levels
 * @param oversampling how many raster pixels make one of the encoder's along a side, at least 1
 * @param labels class of each sample
 * @param train samples to learn from
 * @param validation samples of classes that are not learned from; the best weights are chosen on them
 */
public record TrainingSet(
        List<byte[]> rasters,
        int oversampling,
        PicturePreparation preparation,
        int[] labels,
        int[] train,
        int[] validation) {

    /** Shape of the rasters. */
    public static PictureShape fine(PictureShape shape, int oversampling) {
        return new PictureShape(
                shape.width() * oversampling, shape.height() * oversampling, shape.channels(), shape.fit());
    }

    /** A fine raster as the encoder's: the mean of each {@code oversampling²} block, rounded half up. */
    static byte[] reduce(byte[] fine, PictureShape shape, int oversampling) {
        if (oversampling == 1) {
            return fine;
        }
        int channels = shape.channels();
        int stride = shape.width() * oversampling * channels;
        int count = oversampling * oversampling;
        byte[] reduced = new byte[shape.size()];
        int to = 0;
        for (int y = 0; y < shape.height(); y++) {
            for (int x = 0; x < shape.width(); x++) {
                for (int c = 0; c < channels; c++) {
                    int at = y * oversampling * stride + x * oversampling * channels + c;
                    int sum = count / 2;
                    for (int dy = 0; dy < oversampling; dy++) {
                        for (int dx = 0; dx < oversampling; dx++) {
                            sum += fine[at + dy * stride + dx * channels] & 0xff;
                        }
                    }
                    reduced[to++] = (byte) (sum / count);
                }
            }
        }
        return reduced;
    }
}
