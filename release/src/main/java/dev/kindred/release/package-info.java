/** What is live: the registry of a home, its collections, and what was released of them. */
@NullMarked
package dev.kindred.release;

import org.jspecify.annotations.NullMarked;
