/**
 * What kill -9 and the loss of power do to a store: {@link dev.kindred.bench.crash.CrashWriter} writes and tells what it does,
 * {@link dev.kindred.bench.crash.Killing} and {@link dev.kindred.bench.crash.PowerLoss} let it die, and
 * {@link dev.kindred.bench.crash.Judge} holds what the store has then against what was told. None of them knows which store it is.
 */
@NullMarked
package dev.kindred.bench.crash;

import org.jspecify.annotations.NullMarked;
