package dev.kindred.train;

/** What is taught: the samples, and what is known of them. */
public record TrainingSet(Samples samples, Lesson lesson) {}
