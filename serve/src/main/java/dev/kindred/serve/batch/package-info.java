/**
 * The one pool on which requests are computed: what waits is put together into batches, shared fairly among keys, bounded, shed before it
 * is worked on, and remembered by content.
 */
@NullMarked
package dev.kindred.serve.batch;

import org.jspecify.annotations.NullMarked;
