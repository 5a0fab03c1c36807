package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Npy;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What another program makes of some texts: the proof that an imported encoder is the same.
 *
 * @param texts one a line of their file
 * @param vectors one a text
 */
record ExpectedVectors(Path file, Path textFile, List<String> texts, Npy.Matrix vectors) {
    /** Least cosine of the same model on another runtime. */
    static final double LEAST = 0.9999;

    private static final long LARGEST = 256L << 20;

    /**
     * How near an encoder comes.
     *
     * @param least cosine of all texts, at line {@code worst} of the file, from 1
     * @param mean cosine
     * @param difference the largest of any two values, after both are made of unit length where cosine compares them
     */
    record Nearness(int texts, double least, int worst, double mean, double difference) {
        boolean same() {
            return least >= LEAST;
        }

        JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("texts", texts);
            json.addProperty("leastCosine", least);
            json.addProperty("meanCosine", mean);
            json.addProperty("largestDifference", difference);
            json.addProperty("worstLine", worst);
            json.addProperty("same", same());
            return json;
        }

        String told() {
            return String.format(
                    Locale.ROOT,
                    "%,d texts, least cosine %.6f (line %d), mean %.6f, largest difference %.2g",
                    texts,
                    least,
                    worst,
                    mean,
                    difference);
        }
    }

    static ExpectedVectors read(Path vectors, Path texts) {
        Npy.Matrix matrix = Npy.read(vectors);
        for (float value : matrix.values()) {
            if (!Float.isFinite(value)) {
                throw new Refusal("holds a value that is no number", vectors.toString(), "write it anew");
            }
        }
        List<String> lines = lines(texts);
        if (lines.size() != matrix.rows()) {
            throw new Refusal(
                    String.format(
                            Locale.ROOT,
                            "holds %,d vectors for %,d lines of %s",
                            matrix.rows(),
                            lines.size(),
                            texts.getFileName()),
                    vectors.toString(),
                    "give one text a line, in the order of the vectors");
        }
        if (lines.isEmpty()) {
            throw new Refusal("holds no texts", texts.toString(), "give one text a line");
        }
        return new ExpectedVectors(vectors, texts, lines, matrix);
    }

    private static List<String> lines(Path texts) {
        try {
            if (Files.size(texts) > LARGEST) {
                throw new Refusal("is larger than 256 MiB", texts.toString(), "some thousand texts prove as much");
            }
            // A line feed ends a text, and nothing else does: other programs keep what else is in it.
            List<String> lines = new ArrayList<>(List.of(Files.readString(texts).split("\n", -1)));
            if (lines.getLast().isEmpty()) {
                lines.removeLast();
            }
            lines.replaceAll(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
            return lines;
        } catch (CharacterCodingException e) {
            throw new Refusal("is not UTF-8 text", texts.toString(), "write it as UTF-8", e);
        } catch (IOException e) {
            throw new Refusal("cannot be read", texts.toString(), "name an existing file", e);
        }
    }

    List<Content> contents() {
        return texts.stream().<Content>map(Content.Text::new).toList();
    }

    void requireDimension(int dimension) {
        if (vectors.columns() != dimension) {
            throw new Refusal(
                    "holds vectors of " + vectors.columns() + " values, the model gives " + dimension,
                    file.toString(),
                    "embed with the same model, and the same --output");
        }
    }

    Nearness nearness(Embeddings embeddings) {
        requireDimension(embeddings.dimension());
        int d = embeddings.dimension();
        boolean byAngle = embeddings.space().distance() == Distance.COSINE;
        double least = 2;
        double sum = 0;
        double difference = 0;
        int worst = 1;
        for (int row = 0; row < texts.size(); row++) {
            double cosine = Distance.COSINE.score(embeddings.values(), row * d, vectors.values(), row * d, d);
            sum += cosine;
            if (!(cosine >= least)) {
                least = cosine;
                worst = row + 1;
            }
            double own = byAngle ? length(embeddings.values(), row * d, d) : 1;
            double theirs = byAngle ? length(vectors.values(), row * d, d) : 1;
            for (int k = row * d; k < (row + 1) * d; k++) {
                difference =
                        Math.max(difference, Math.abs(embeddings.values()[k] / own - vectors.values()[k] / theirs));
            }
        }
        return new Nearness(texts.size(), least, worst, sum / texts.size(), difference);
    }

    private static double length(float[] values, int from, int count) {
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            squares += (double) values[i] * values[i];
        }
        return squares == 0 ? 1 : Math.sqrt(squares);
    }
}
