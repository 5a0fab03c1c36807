package dev.kindred.cli;

import dev.kindred.core.Workers;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Weights;
import dev.kindred.train.Recipe;
import dev.kindred.train.Teaching;
import dev.kindred.train.Trainer;
import dev.kindred.train.TrainingSet;
import java.util.Optional;

/** What is to be taught from one DATA: all that a trainer needs, and how what came of it is sealed. */
interface Course {
    TrainingSet set();

    Architecture architecture();

    /** The weights before the first step. */
    Weights start();

    Recipe recipe();

    /** What tells the data, its split and what stands below from any other, as text. */
    String fingerprint();

    /**
     * What is taught on top of this before it is sealed, where anything is.
     *
     * @param trainer with the best weights
     */
    default Optional<Course> next(Teaching.Taught taught, Trainer trainer, Workers workers) {
        return Optional.empty();
    }

    /** Of the time that is left, the share that this may take, in (0, 1]. */
    default double share() {
        return 1;
    }

    /** Writes the bundle, and the report where one was asked for. */
    Answer seal(Teaching.Taught taught, Trainer trainer, Workers workers);
}
