/** Readers, attributes, splits, duplicate checks and samplers. */
@NullMarked
package dev.kindred.data;

import org.jspecify.annotations.NullMarked;
