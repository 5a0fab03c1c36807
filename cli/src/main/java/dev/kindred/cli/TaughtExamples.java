package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.data.Duplicates;
import dev.kindred.data.Examples;
import dev.kindred.data.Split;
import dev.kindred.data.Splits;
import dev.kindred.train.Lesson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The examples that a course learns from: read, split, and said what a person should know of them. */
final class TaughtExamples {
    private static final double HELD_OUT = 0.2;
    /** Named one by one; of more, the number is enough. */
    private static final int TOLD = 5;

    private TaughtExamples() {}

    /** What is taught, and after it what is named to validate on. */
    static Examples read(Run run, TrainRun.Wishes wishes) {
        List<Path> all = new ArrayList<>(wishes.data());
        all.addAll(wishes.validation());
        Examples examples = Examples.read(all, wishes.reading(), run.progress());
        examples.samples().warnings().forEach(warning -> run.say("note: " + warning));
        return examples;
    }

    /** What is named to validate on stands after what is taught; else a part is held out. */
    static Split split(Run run, TrainRun.Wishes wishes, Examples examples) {
        if (wishes.validation().isEmpty()) {
            Split split = Splits.holdOut(examples, HELD_OUT, wishes.seed(), wishes.splitBy());
            tellDuplicates(run, examples, split);
            return split;
        }
        if (wishes.splitBy() != null) {
            throw new Refusal("what to validate on is named already", "--split-by", "leave it or --validation out");
        }
        if (examples instanceof Examples.Judged) {
            throw new Refusal(
                    "of judged queries a part is held out",
                    "--validation",
                    "leave it out; validation holds a fifth out");
        }
        int taught = size(Examples.read(wishes.data(), wishes.reading(), run.progress()));
        int all = size(examples);
        int[] train = rows(examples, 0, taught);
        int[] held = rows(examples, taught, all);
        if (train.length == 0 || held.length == 0) {
            throw new Refusal(
                    "there is nothing to %s".formatted(train.length == 0 ? "learn from" : "validate on"),
                    train.length == 0 ? "DATA" : "--validation",
                    "give examples with labels");
        }
        Split split = new Split(train, held, "%,d given apart".formatted(held.length));
        tellDuplicates(run, examples, split);
        return split;
    }

    private static int size(Examples examples) {
        return switch (examples) {
            case Examples.Labelled labelled -> labelled.samples().size();
            case Examples.Pairs pairs -> pairs.size();
            case Examples.Triplets triplets -> triplets.size();
            case Examples.Judged judged -> judged.queries().size();
        };
    }

    /** Of labelled samples those that have a label. */
    private static int[] rows(Examples examples, int from, int to) {
        int[] labels = examples instanceof Examples.Labelled labelled
                ? labelled.samples().labels()
                : new int[0];
        return IntStream.range(from, to)
                .filter(row -> labels.length == 0 || labels[row] >= 0)
                .toArray();
    }

    /** Names what stands on both sides of the split. */
    static void tellDuplicates(Run run, Examples examples, Split split) {
        Dataset named = examples instanceof Examples.Judged judged ? judged.queries() : examples.samples();
        Duplicates.Found found = Duplicates.across(examples, split);
        List<Duplicates.Duplicate> duplicates = new ArrayList<>(found.duplicates());
        // What is only nearly the same may be so by nature, as simple drawings are: the equal ones are named first.
        duplicates.sort(Comparator.comparing(d -> d.likeness() == Duplicates.Likeness.NEARLY));
        duplicates.stream().limit(TOLD).forEach(d -> run.say("note: " + d.line(named)));
        List<Duplicates.Duplicate> more = duplicates.subList(Math.min(TOLD, duplicates.size()), duplicates.size());
        long near = more.stream()
                .filter(d -> d.likeness() == Duplicates.Likeness.NEARLY)
                .count();
        if (near < more.size()) {
            run.say("note: " + (more.size() - near) + " more duplicates stand on both sides of the split");
        }
        if (near > 0) {
            run.say("note: " + near + " more held-out " + named.kind().plural()
                    + " are nearly the same as taught ones");
        }
        if (found.unsure() > 0) {
            run.say("note: " + found.unsure() + " held-out " + named.kind().plural()
                    + " have more taught ones in their place than were compared, and may be nearly the same as one");
        }
    }

    /** Where each sample's values stand; −1 for those that could not be read. Of judged examples the queries come after. */
    static int[] places(Examples examples, int[] rows) {
        int queries =
                examples instanceof Examples.Judged judged ? judged.queries().size() : 0;
        int[] places = new int[examples.samples().size() + queries];
        Arrays.fill(places, -1);
        for (int i = 0; i < rows.length; i++) {
            places[rows[i]] = i;
        }
        return places;
    }

    /** What a lesson's {@code size} counts, in words. */
    static String what(Lesson lesson) {
        return switch (lesson) {
            case Lesson.Classes c -> "samples of classes";
            case Lesson.Pairs p -> p.graded() ? "graded pairs" : "pairs of the same and of different";
            case Lesson.Matches m -> "matches";
            case Lesson.Compared c -> "pairs of the same and of different";
        };
    }
}
