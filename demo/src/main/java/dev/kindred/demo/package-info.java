/** What the demos run on: icon fonts drawn by many hands. */
@NullMarked
package dev.kindred.demo;

import org.jspecify.annotations.NullMarked;
