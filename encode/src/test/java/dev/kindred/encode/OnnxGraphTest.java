package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.media.PictureShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ONNX Runtime makes of a written graph against plain double loops: 1e-5 on unit-length embeddings. */
class OnnxGraphTest {

    static Stream<Architecture> architectures() {
        return Stream.of(Architecture.conv4(1, 28, 8, 12), Architecture.conv4(3, 17, 4, 5), residual());
    }

    private static Architecture residual() {
        List<Layer> body = List.of(
                new Layer.Convolution(6, 3, 2, 1, true),
                new Layer.BatchNorm(),
                new Layer.Relu(),
                new Layer.Convolution(6, 3, 1, 1, false),
                new Layer.BatchNorm());
        return new Architecture(
                "small-residual",
                new Extent(1, 16, 16),
                List.of(
                        new Layer.Convolution(6, 5, 1, 2, true),
                        new Layer.Relu(),
                        new Layer.Residual(body, List.of(new Layer.Convolution(6, 1, 2, 0, false))),
                        new Layer.Relu(),
                        new Layer.Residual(List.of(new Layer.Convolution(6, 3, 1, 1, false)), List.of()),
                        new Layer.GlobalAveragePool(),
                        new Layer.Linear(7, false),
                        new Layer.UnitLength()));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void equalsDoubleLoops(Architecture architecture) {
        Weights weights = lively(architecture);
        PicturePreparation preparation = preparation(architecture);
        EncoderParts parts = EncoderParts.of(architecture, weights, preparation, Distance.COSINE);
        ReferenceNetwork reference = new ReferenceNetwork(weights);
        try (Encoder encoder = parts.open(2)) {
            List<Content> pictures = Probes.pictures();
            Embeddings embeddings = encoder.encode(pictures);
            for (int i = 0; i < pictures.size(); i++) {
                float[] planar = new float[preparation.size()];
                PicturePreparation.planar(
                        preparation.raster(pictures.get(i)), preparation.table(), FloatBuffer.wrap(planar), 0);
                double[] expected = reference.embed(architecture, planar);
                for (int k = 0; k < expected.length; k++) {
                    assertThat((double) embeddings.row(i)[k]).isCloseTo(expected[k], within(1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void embeddingNeverDependsOnItsCompanions(Architecture architecture) {
        EncoderParts parts =
                EncoderParts.of(architecture, lively(architecture), preparation(architecture), Distance.COSINE);
        try (Encoder encoder = parts.open(2)) {
            List<Content> many = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                many.addAll(Probes.pictures());
            }
            Embeddings together = encoder.encode(many);
            for (int i = 0; i < Probes.COUNT; i++) {
                Embeddings alone = encoder.embed(many.get(i));
                for (int copy = i; copy < many.size(); copy += Probes.COUNT) {
                    // Within the last bits of float sums: a cosine near 1 would hide differences a thousand times that.
                    assertThat(together.row(copy)).containsExactly(alone.row(0), within(2e-6f));
                }
            }
        }
    }

    @Test
    void sameValuesGiveTheSameBytes() {
        Architecture architecture = Architecture.conv4(1, 28, 8, 12);
        byte[] once = OnnxGraph.write(architecture, Weights.untrained(architecture, 3));
        assertThat(OnnxGraph.write(architecture, Weights.untrained(architecture, 3)))
                .isEqualTo(once);
        assertThat(OnnxGraph.write(architecture, Weights.untrained(architecture, 4)))
                .isNotEqualTo(once);
    }

    @Test
    void impossibleArchitecturesAreRefusedWhenMade() {
        assertThatIllegalArgumentException().isThrownBy(() -> Architecture.conv4(1, 15, 8, 12));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Architecture(
                        "uneven",
                        new Extent(1, 8, 8),
                        List.of(new Layer.Residual(List.of(new Layer.MaxPool(2, 2)), List.of()))));
    }

    /** Weights with nothing left at 0 or 1, so that a forgotten term shows. */
    static Weights lively(Architecture architecture) {
        Map<String, float[]> values = new LinkedHashMap<>();
        Weights start = Weights.untrained(architecture, 11);
        Keyed draws = Keyed.of(12);
        for (Parameter p : architecture.parameters()) {
            float[] array = start.copy(p.name());
            for (int i = 0; i < array.length && p.role() != Parameter.Role.WEIGHT; i++) {
                array[i] = (float)
                        (p.role() == Parameter.Role.VARIANCE
                                ? draws.uniform(0.5, 2)
                                : array[i] + draws.uniform(-0.4, 0.4));
            }
            values.put(p.name(), array);
        }
        return Weights.of(architecture, values);
    }

    static PicturePreparation preparation(Architecture architecture) {
        Extent in = architecture.input();
        return new PicturePreparation(
                new PictureShape(in.width(), in.height(), in.channels(), PictureShape.Fit.PAD),
                Collections.nCopies(in.channels(), 0.4f),
                Collections.nCopies(in.channels(), 0.3f));
    }
}
