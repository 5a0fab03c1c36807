package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Calibration;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.Sealing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Bundles of a text encoder of sixty words: each word is a row of a table drawn by chance, a text the sum of its words' rows at unit
 * length. A word it does not know is {@code [UNK]}'s row.
 */
final class TinyWords {
    private static final int DIMENSION = 32;
    private static final int MAX_TOKENS = 24;

    private TinyWords() {}

    /** One encoder. */
    static Bundle seal(Path path) {
        return seal(
                path,
                List.of(EncoderParts.text(
                        resource("tiny-words.onnx"),
                        resource("tiny-words.json"),
                        MAX_TOKENS,
                        "",
                        DIMENSION,
                        Distance.COSINE)));
    }

    /** One encoder of what is looked for and one of what is found, which differ by the words set before each text. */
    static Bundle sealRoles(Path path) {
        return seal(
                path,
                EncoderParts.textRoles(
                        resource("tiny-words.onnx"),
                        resource("tiny-words.json"),
                        MAX_TOKENS,
                        "help ",
                        "",
                        DIMENSION,
                        Distance.COSINE));
    }

    private static Bundle seal(Path path, List<EncoderParts> parts) {
        Decision decision = new Decision(
                new Calibration(List.of(0.0, 1.0), List.of(-4.0, 4.0)),
                List.of(new Threshold(0.01, 0.6, 0.009, 0.2, null)));
        return new Sealing(Sealing.proven(parts), decision, null, new JsonObject(), "# Sixty words\n").write(path);
    }

    static byte[] resource(String name) {
        try (InputStream in = TinyWords.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
