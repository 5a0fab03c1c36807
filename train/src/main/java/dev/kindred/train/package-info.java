/** The DJL graph of an architecture, losses, miners, augmentation, optimiser and trainer. */
@NullMarked
package dev.kindred.train;

import org.jspecify.annotations.NullMarked;
