/** Retrieval, verification and one-shot protocols, calibration and their reports. */
@NullMarked
package dev.kindred.evaluate;

import org.jspecify.annotations.NullMarked;
