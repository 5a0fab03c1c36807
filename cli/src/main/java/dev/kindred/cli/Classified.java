package dev.kindred.cli;

import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.Classes;
import java.nio.file.Path;
import java.util.List;

/**
 * Labelled samples beside the class each is most like.
 *
 * @param scores of the nearest class
 * @param right whether it is the sample's own
 */
record Classified(double[] scores, boolean[] right) {

    /** @throws Refusal for a sample without a label, or of a class that is not there */
    static Classified labelled(Classes classes, Subject giver, List<Path> paths, DataToEmbed data, Run run) {
        Dataset found = data.read(giver, paths, run);
        for (int row = 0; row < found.size(); row++) {
            String label = found.entry(row).label();
            if (label == null) {
                throw new Refusal("has no label", found.where(row), "name its class: --label, or a column label");
            }
            if (!classes.names().contains(label)) {
                throw new Refusal(
                        "is of class '" + label + "', which is not among the classes",
                        found.where(row),
                        Nearest.advice(label, classes.names(), "add examples of it first"));
            }
        }
        Encoded encoded = data.encode(giver, found, run);
        List<Classes.Nearest> nearest = classes.nearest(encoded.views().encoder());
        double[] scores = new double[nearest.size()];
        boolean[] right = new boolean[nearest.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = nearest.get(i).score();
            right[i] =
                    nearest.get(i).name().equals(found.entry(encoded.rows()[i]).label());
        }
        return new Classified(scores, right);
    }

    /** The nearest class's score of samples that need no label. */
    static double[] scores(Classes classes, Subject giver, List<Path> paths, DataToEmbed data, Run run) {
        Encoded encoded = data.encode(giver, data.read(giver, paths, run), run);
        return classes.nearest(encoded.views().encoder()).stream()
                .mapToDouble(Classes.Nearest::score)
                .toArray();
    }

    /** The share answered with their own class where a score below the threshold is no answer. */
    double accuracy(double threshold) {
        int count = 0;
        for (int i = 0; i < scores.length; i++) {
            count += right[i] && scores[i] >= threshold ? 1 : 0;
        }
        return (double) count / scores.length;
    }
}
