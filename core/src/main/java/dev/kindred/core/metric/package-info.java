/**
 * How good a similarity is, as pure functions over embeddings and labels: retrieval, verification over all pairs, calibration, one-shot
 * proportions, statistics of embeddings. Blocked: no matrix of all against all is ever held. The same input gives the same figures
 * whatever the number of threads.
 */
@NullMarked
package dev.kindred.core.metric;

import org.jspecify.annotations.NullMarked;
