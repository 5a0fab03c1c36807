package dev.kindred.core.metric;

import dev.kindred.core.Interval;
import org.jspecify.annotations.Nullable;

/**
 * A figure and how sure it is.
 *
 * @param interval 95%, by bootstrap over classes; null where there are fewer than {@link ClassBootstrap#FEWEST_CLASSES}
 */
public record Measure(double value, @Nullable Interval interval) {}
