package dev.kindred.encode;

/** A picture's levels in the encoder's shape, channels interleaved. */
record LevelRaster(byte[] levels, int cost) implements Prepared {}
