/** Bytes from strangers made into pixels, within bounds; bit-exact resize and affine. */
@NullMarked
package dev.kindred.media;

import org.jspecify.annotations.NullMarked;
