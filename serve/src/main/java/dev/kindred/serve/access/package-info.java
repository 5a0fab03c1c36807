/** Who may do what: keys, roles, limits, and the record of what was done. */
@NullMarked
package dev.kindred.serve.access;

import org.jspecify.annotations.NullMarked;
