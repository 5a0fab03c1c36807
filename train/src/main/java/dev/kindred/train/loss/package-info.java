/**
 * Losses and miners as pure arithmetic: embeddings and labels in, the loss and its gradient out, in double precision, without any
 * engine.
 */
@NullMarked
package dev.kindred.train.loss;

import org.jspecify.annotations.NullMarked;
