package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.encode.Bundle;
import dev.kindred.evaluate.Subject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * DATA for a new index, and what gives its vectors.
 *
 * @param giver a bundle; or nobody, where DATA are vectors made elsewhere
 */
record Gathered(Subject giver, Dataset found) {

    /** @param first the bundle, or vectors */
    static Gathered of(Path first, List<Path> rest, VectorOptions vectors, DataToEmbed data, Run run) {
        if (vectors.stand(first, data.data)) {
            return vectors(Stream.concat(Stream.of(first), rest.stream()).toList(), vectors, data, run);
        }
        if (rest.isEmpty()) {
            throw new Refusal("no DATA is named", "DATA", "name a bundle and DATA, or a file of vectors");
        }
        Subject giver = new Subject.OfBundle(Bundle.open(first));
        return new Gathered(giver, data.read(giver, rest, run));
    }

    static Gathered vectors(List<Path> paths, VectorOptions vectors, DataToEmbed data, Run run) {
        Dataset found = data.data.read(paths, data.data.readOptions(), run);
        return new Gathered(vectors.of(paths.getFirst(), found), found);
    }
}
