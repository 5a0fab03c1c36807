/** A collection drawn on a plane, so that what is alike lies close together: computing alone, without a server. */
@NullMarked
package dev.kindred.serve.map;

import org.jspecify.annotations.NullMarked;
