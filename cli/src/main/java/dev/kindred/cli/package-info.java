/** One command a file. */
@NullMarked
package dev.kindred.cli;

import org.jspecify.annotations.NullMarked;
