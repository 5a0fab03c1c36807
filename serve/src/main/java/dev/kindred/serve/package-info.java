/** REST, metrics and the console. */
@NullMarked
package dev.kindred.serve;

import org.jspecify.annotations.NullMarked;
