package dev.kindred.cli;

import dev.kindred.data.Examples;
import dev.kindred.data.Split;
import dev.kindred.encode.Bundle;
import dev.kindred.train.HeadPlan;
import dev.kindred.train.Lesson;
import dev.kindred.train.Recipe;
import dev.kindred.train.Teaching;

/** A head and how it was taught. */
record TaughtHead(HeadCourse course, Teaching.Taught taught) {
    Bundle base() {
        return course.below().base();
    }

    Examples examples() {
        return course.below().examples();
    }

    Split split() {
        return course.below().split();
    }

    Lesson lesson() {
        return course.lesson();
    }

    HeadPlan plan() {
        return course.plan();
    }

    Recipe recipe() {
        return course.recipe();
    }
}
