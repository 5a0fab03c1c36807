/** What is seen of a running server from outside: metrics, traces, the log, and whether it is ready. */
@NullMarked
package dev.kindred.serve.seen;

import org.jspecify.annotations.NullMarked;
