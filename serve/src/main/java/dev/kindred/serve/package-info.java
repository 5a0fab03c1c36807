/** REST, metrics and the console, over one opened bundle and its index. */
@NullMarked
package dev.kindred.serve;

import org.jspecify.annotations.NullMarked;
