package dev.kindred.cli;

import dev.kindred.core.Distance;
import dev.kindred.data.Dataset;
import dev.kindred.evaluate.Subject;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The space of vectors that another program made, where they stand in a bundle's place. */
final class VectorOptions {
    private static final Pattern FILES = Pattern.compile(".*\\.(npy|fvecs|csv|tsv|jsonl|parquet)(\\.gz)?");

    @Option(
            names = "--distance",
            paramLabel = "D",
            description = "How vectors are compared: cosine, l2 or dot. Default: ${DEFAULT-VALUE}.")
    String distance = "cosine";

    @Option(
            names = "--space",
            paramLabel = "NAME",
            description = "The name of the space of vectors. Default: their file's.")
    @Nullable
    String space;

    /** Whether the first thing named is vectors: a table alone can only hold them, a bundle's name says otherwise. */
    boolean stand(Path first, DataOptions data) {
        return data.areVectors()
                || FILES.matcher(fileName(first).toLowerCase(Locale.ROOT)).matches();
    }

    /** @throws dev.kindred.core.Refusal where DATA holds anything but vectors */
    Subject.OfVectors of(Path first, Dataset data) {
        return Subject.OfVectors.of(name(first), data, distance());
    }

    String name(Path first) {
        String name = fileName(first);
        int dot = name.indexOf('.');
        return space == null ? dot > 0 ? name.substring(0, dot) : name : space;
    }

    Distance distance() {
        return Distance.ofWireName(distance);
    }

    private static String fileName(Path file) {
        return String.valueOf(file.getFileName());
    }
}
