package dev.kindred.train;

import dev.kindred.encode.CharacterPreparation;
import dev.kindred.encode.PairFeatures;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.media.PictureShape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.util.List;

/** What a network is taught from, in memory or mapped from a file; lessons name samples by their place here. */
public sealed interface Samples {

    int count();

    /** Values of one sample as the network takes it. */
    int size();

    /**
     * Every picture as a raster of the encoder's shape or a whole multiple of it, so that augmentation resamples something finer than the
     * encoder sees.
     *
     * @param rasters one a sample, {@code oversampling² ·} the preparation's size in levels
     * @param oversampling how many raster pixels make one of the encoder's along a side, at least 1
     */
    record Pictures(List<byte[]> rasters, int oversampling, PicturePreparation preparation) implements Samples {
        @Override
        public int count() {
            return rasters.size();
        }

        @Override
        public int size() {
            return preparation.size();
        }

        /** Shape of the rasters. */
        public static PictureShape fine(PictureShape shape, int oversampling) {
            return new PictureShape(
                    shape.width() * oversampling, shape.height() * oversampling, shape.channels(), shape.fit());
        }

        /** A raster as the encoder's: the mean of each {@code oversampling²} block, rounded half up. */
        byte[] reduced(byte[] fine) {
            if (oversampling == 1) {
                return fine;
            }
            PictureShape shape = preparation.shape();
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

    /**
     * Texts by their characters.
     *
     * @param texts the bytes that the preparation reads of each
     */
    record Characters(List<byte[]> texts, CharacterPreparation preparation) implements Samples {
        @Override
        public int count() {
            return texts.size();
        }

        @Override
        public int size() {
            return preparation.size();
        }
    }

    /**
     * What a frozen encoder gave, {@code [count, dimension]} float32 in the machine's order: an array, or a mapped file.
     *
     * @param values {@code count · dimension} floats; not to be changed
     */
    record Features(int count, int dimension, MemorySegment values) implements Samples {
        public Features {
            if (values.byteSize() != (long) count * dimension * Float.BYTES) {
                throw new IllegalArgumentException(
                        values.byteSize() + " bytes for " + count + " rows of " + dimension + " floats");
            }
        }

        /** @param values {@code [n, dimension]}, row after row */
        public static Features of(int dimension, float[] values) {
            return new Features(values.length / dimension, dimension, MemorySegment.ofArray(values));
        }

        @Override
        public int size() {
            return dimension;
        }

        /** A copy of one row. */
        public float[] row(int sample) {
            float[] row = new float[dimension];
            MemorySegment.copy(
                    values, ValueLayout.JAVA_FLOAT, (long) sample * dimension * Float.BYTES, row, 0, dimension);
            return row;
        }

        /**
         * Puts one row down.
         *
         * @param at where its first value goes
         */
        void put(int sample, FloatBuffer to, int at) {
            to.put(at, row(sample));
        }
    }

    /**
     * Pairs of what a frozen encoder gave, each as a comparator sees it.
     *
     * @param left samples of the features, one a pair; {@code right} likewise
     */
    record Compared(Features features, PairFeatures form, int[] left, int[] right) implements Samples {
        @Override
        public int count() {
            return left.length;
        }

        @Override
        public int size() {
            return form.size();
        }

        /** One pair's values. */
        float[] row(int pair) {
            float[] seen = new float[form.size()];
            form.put(features.row(left[pair]), 0, features.row(right[pair]), 0, seen, 0);
            return seen;
        }
    }
}
