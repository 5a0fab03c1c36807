package dev.kindred.core;

import java.util.List;

/**
 * Raw pixels as an embedding: a picture's levels less their own mean, compared by cosine, so that neither brightness nor contrast of a
 * whole picture decides. A blank picture is all zeros and like nothing.
 */
public final class RawPixels {
    private RawPixels() {}

    /** @param rasters at least one, all of one size: unsigned bytes */
    public static Embeddings of(List<byte[]> rasters) {
        int d = rasters.getFirst().length;
        float[] values = new float[Math.multiplyExact(rasters.size(), d)];
        for (int i = 0; i < rasters.size(); i++) {
            byte[] raster = rasters.get(i);
            long sum = 0;
            for (byte level : raster) {
                sum += level & 0xFF;
            }
            double mean = (double) sum / d;
            for (int k = 0; k < d; k++) {
                values[i * d + k] = (float) ((raster[k] & 0xFF) - mean);
            }
        }
        return new Embeddings(Space.external("pixels", d, Distance.COSINE), rasters.size(), values);
    }
}
