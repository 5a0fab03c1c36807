/** One self-contained HTML page and its SVG plots. */
@NullMarked
package dev.kindred.report;

import org.jspecify.annotations.NullMarked;
