package dev.kindred.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.kindred.core.Calibration;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Threshold;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.ReadOptions;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.media.PictureShape;
import dev.kindred.media.Pictures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files to figures: a bundle that was never taught, and patches of grey that differ by class. */
class EvaluationTest {
    private static final int CLASSES = 6;
    private static final int EACH = 7;
    private static final int SIDE = 16;

    @TempDir
    private Path folder;

    private Bundle bundle;
    private Path data;

    @BeforeEach
    void bundleAndData() throws Exception {
        bundle = seal(folder.resolve("m.kindred"), new JsonObject());
        data = folder.resolve("data");
        for (int c = 0; c < CLASSES; c++) {
            Path drawer =
                    Files.createDirectories(data.resolve("alphabet" + c % 2).resolve("c" + c));
            for (int i = 0; i < EACH; i++) {
                Files.write(drawer.resolve(i + ".png"), Pictures.png(patch(c, i)));
            }
        }
    }

    private static Content.Pixels patch(int c, int i) {
        Keyed of = Keyed.of(1, c);
        Keyed noise = Keyed.of(2, c, i);
        byte[] values = new byte[SIDE * SIDE];
        for (int k = 0; k < values.length; k++) {
            values[k] = (byte) Math.clamp(of.nextInt(200) + noise.nextInt(56), 0, 255);
        }
        return new Content.Pixels(SIDE, SIDE, 1, values);
    }

    /** @param learned what the provenance says of the teaching data */
    private static Bundle seal(Path path, JsonObject learned) {
        Architecture architecture = Architecture.conv4(1, SIDE, 4, 8);
        PictureShape shape = new PictureShape(SIDE, SIDE, 1, PictureShape.Fit.PAD);
        PicturePreparation preparation = new PicturePreparation(shape, List.of(0.5f), List.of(0.25f));
        EncoderParts parts =
                EncoderParts.of(architecture, Weights.untrained(architecture, 5), preparation, Distance.COSINE);
        Decision decision = new Decision(
                new Calibration(List.of(0.0, 1.0), List.of(-4.0, 4.0)),
                List.of(new Threshold(0.01, 0.9, 0.009, 0.2, null)));
        JsonObject provenance = new JsonObject();
        provenance.addProperty("seed", 6);
        provenance.add("data", learned);
        try (Encoder encoder = parts.open(1)) {
            return new Sealing(
                            parts,
                            Sealing.probe(
                                    preparation,
                                    rasters -> Encoded.encode(encoder, shape, rasters, "probing", Progress.SILENT)
                                            .values()),
                            decision,
                            null,
                            provenance,
                            "# Never taught\n")
                    .write(path);
        }
    }

    private Evaluation run(EvaluationOptions options, Workers workers) {
        return Evaluation.run(bundle, List.of(data), ReadOptions.defaults(), options, workers, Progress.SILENT);
    }

    @Test
    void retrievalFromFiles() throws Exception {
        try (Workers workers = Workers.of(2)) {
            Evaluation evaluation =
                    run(EvaluationOptions.of(EvaluationOptions.Task.RETRIEVAL).withBy(Samples.PARENT), workers);
            JsonObject json = evaluation.json();
            assertThat(json.get("queries").getAsInt()).isEqualTo(CLASSES * EACH);
            assertThat(json.getAsJsonObject("baselines").keySet()).containsExactly("pixels", "untrained");
            // Noise of ±28 on patches of 0 to 200: raw pixels find every one.
            assertThat(json.getAsJsonObject("baselines")
                            .getAsJsonObject("pixels")
                            .getAsJsonObject("recall")
                            .get("1")
                            .getAsDouble())
                    .isCloseTo(1, within(1e-12));
            assertThat(json.getAsJsonObject("by").getAsJsonObject("values").keySet())
                    .containsExactly("alphabet0", "alphabet1");
            assertThat(json.get("bundle").getAsString()).isEqualTo(bundle.id());
            evaluation.writeReport(folder.resolve("report.html"));
            assertThat(Files.readString(folder.resolve("report.html")))
                    .contains("Evaluation of m.kindred", "data:image/png", "Reliability", "DET", bundle.id());
            assertThat(evaluation.lines().getFirst()).contains("42 queries of 6 classes");
        }
    }

    @Test
    void theVeryDataItWasTaughtOnIsNamed() throws Exception {
        EvaluationOptions options =
                EvaluationOptions.of(EvaluationOptions.Task.RETRIEVAL).withBaselines(false);
        try (Workers workers = Workers.of(2)) {
            Evaluation elsewhere = run(options, workers);
            assertThat(elsewhere.warnings()).isEmpty();
            assertThat(elsewhere.json().has("taughtOnThisData")).isFalse();

            Dataset taught = Dataset.read(List.of(data), ReadOptions.defaults(), Progress.SILENT);
            JsonObject learned = new JsonObject();
            learned.addProperty("fingerprint", taught.fingerprint());
            learned.addProperty("samples", taught.size());
            bundle = seal(folder.resolve("taught.kindred"), learned);
            Evaluation same = run(options, workers);
            assertThat(same.warnings()).singleElement().asString().contains("taught on this very data");
            assertThat(same.json().get("taughtOnThisData").getAsBoolean()).isTrue();
            EvaluationOptions drawn =
                    EvaluationOptions.of(EvaluationOptions.Task.ONESHOT).withTrials(3, 5, false);
            assertThat(run(drawn, workers).warnings()).hasSize(1);

            Files.write(data.resolve("alphabet0/c0/0.png"), Pictures.png(patch(0, 99)));
            assertThat(run(options, workers).warnings())
                    .as("one picture changed")
                    .isEmpty();
        }
    }

    @Test
    void verificationMeetsTheSealedThreshold() {
        try (Workers workers = Workers.of(2)) {
            JsonObject json = run(
                            EvaluationOptions.of(EvaluationOptions.Task.VERIFY).withBaselines(false), workers)
                    .json();
            assertThat(json.get("threshold").getAsDouble()).isEqualTo(0.9);
            assertThat(json.getAsJsonObject("atThreshold").get("fmr").getAsDouble())
                    .isBetween(0.0, 1.0);
            assertThat(json.getAsJsonObject("fnmrAtFmr").keySet()).isEmpty();
            assertThat(json.getAsJsonObject("baselines").keySet()).isEmpty();
        }
    }

    @Test
    void oneShotDrawnAndGiven() throws Exception {
        EvaluationOptions options =
                EvaluationOptions.of(EvaluationOptions.Task.ONESHOT).withTrials(3, 50, false);
        Path csv = folder.resolve("e.csv");
        Files.writeString(csv, """
            episode,query,candidate,match
            first,alphabet0/c0/0.png,alphabet0/c0/1.png,1
            first,alphabet0/c0/0.png,alphabet0/c2/1.png,0
            """);
        try (Workers workers = Workers.of(2)) {
            JsonObject drawn = run(options, workers).json();
            assertThat(drawn.get("way").getAsInt()).isEqualTo(3);
            assertThat(drawn.get("trials").getAsInt()).isEqualTo(50);
            assertThat(run(options, workers).json()).isEqualTo(drawn);
            Evaluation given = run(options.withEpisodes(csv).withBy("episode"), workers);
            assertThat(given.json().get("way").getAsInt()).isEqualTo(2);
            assertThat(given.json()
                            .getAsJsonObject("baselines")
                            .getAsJsonObject("pixels")
                            .get("accuracy")
                            .getAsDouble())
                    .isEqualTo(1);
            given.writeReport(folder.resolve("oneshot.html"));
            assertThat(Files.readString(folder.resolve("oneshot.html"))).contains("first: alphabet0/c0/0.png");
            assertThatThrownBy(() -> run(options.withTrials(20, 50, false), workers))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.hint()).contains("--way 3"));
        }
    }

    /** Rasters are halved until all of them fit, and keep telling classes apart. */
    @Test
    void pixelsOfManyPicturesAreHalved() {
        PictureShape shape = new PictureShape(SIDE, SIDE, 1, PictureShape.Fit.PAD);
        List<byte[]> two = List.of(patch(0, 0).values(), patch(0, 1).values());
        assertThat(Encoded.pixels(shape, two).dimension()).isEqualTo(SIDE * SIDE);
        assertThat(Encoded.pixels(shape, two, SIDE * SIDE).dimension()).isEqualTo(SIDE * SIDE / 4);
    }
}
