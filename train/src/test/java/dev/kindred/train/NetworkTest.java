package dev.kindred.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.Extent;
import dev.kindred.encode.Layer;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Probes;
import dev.kindred.encode.Weights;
import dev.kindred.media.PictureShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The training graph against the sealed graph, and its gradients against differences. */
class NetworkTest {
    private static Device device = Device.cpu();

    @BeforeAll
    static void start() {
        device = Torch.start(1, "cpu");
    }

    static Stream<Architecture> architectures() {
        return Stream.of(Architecture.conv4(1, 16, 6, 8), Architecture.conv4(3, 16, 4, 5), residual());
    }

    private static Architecture residual() {
        List<Layer> body = List.of(
                new Layer.Convolution(5, 3, 2, 1, true),
                new Layer.BatchNorm(),
                new Layer.Relu(),
                new Layer.Convolution(5, 3, 1, 1, false));
        return new Architecture(
                "small-residual",
                new Extent(3, 12, 12),
                List.of(
                        new Layer.Convolution(5, 3, 1, 1, true),
                        new Layer.Residual(body, List.of(new Layer.Convolution(5, 1, 2, 0, false))),
                        new Layer.Relu(),
                        new Layer.GlobalAveragePool(),
                        new Layer.Linear(6, true),
                        new Layer.UnitLength()));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void sealedGraphGivesWhatTheTrainerGave(Architecture architecture) {
        try (Network network = new Network(architecture, Weights.untrained(architecture, 5), device)) {
            // Steps move the weights and the moving statistics away from where they started.
            Map<String, float[]> gradients = gradients(network);
            AdamW adam = new AdamW(network.learned(), 0.01, 5);
            for (int step = 0; step < 5; step++) {
                int seed = step;
                network.step(batch(architecture, 12, seed), 12, e -> sumOf(e, seed), gradients);
                adam.step(network.learned(), gradients, 0.01, java.util.Set.of());
            }
            PicturePreparation preparation = preparation(architecture);
            EncoderParts parts = EncoderParts.of(architecture, network.weights(), preparation, Distance.COSINE);
            List<Content> pictures = Probes.pictures();
            try (Encoder encoder = parts.open(1)) {
                float[] sealed = encoder.encode(pictures).values();
                float[] trained = embed(network, preparation, pictures);
                for (int i = 0; i < sealed.length; i++) {
                    assertThat(sealed[i]).isCloseTo(trained[i], within(1e-5f));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void gradientsAreDerivatives(Architecture architecture) {
        Weights start = Weights.untrained(architecture, 7);
        try (Network network = new Network(architecture, start, device)) {
            Map<String, float[]> gradients = gradients(network);
            network.step(batch(architecture, 6, 1), 6, e -> sumOf(e, 3), gradients);
            Map<String, float[]> scrap = gradients(network);
            Keyed draws = Keyed.of(9);
            int checked = 0;
            for (Map.Entry<String, float[]> parameter : network.learned().entrySet()) {
                float[] values = parameter.getValue();
                for (int k = 0; k < 6; k++) {
                    int at = draws.nextInt(values.length);
                    float kept = values[at];
                    float h = 2e-3f;
                    values[at] = kept + h;
                    double up = network.step(batch(architecture, 6, 1), 6, e -> sumOf(e, 3), scrap);
                    values[at] = kept - h;
                    double down = network.step(batch(architecture, 6, 1), 6, e -> sumOf(e, 3), scrap);
                    values[at] = kept;
                    double difference = (up - down) / (2.0 * h);
                    double gradient = gradients.get(parameter.getKey())[at];
                    // Float forward passes and ReLU corners: most agree to a few percent, none may disagree in kind.
                    if (Math.abs(difference - gradient) <= 0.05 * Math.max(0.2, Math.abs(gradient))) {
                        checked++;
                    } else {
                        assertThat(gradient)
                                .as(parameter.getKey())
                                .isCloseTo(difference, within(0.3 * Math.max(0.5, Math.abs(difference))));
                    }
                }
            }
            assertThat(checked).isGreaterThan(6 * network.learned().size() * 8 / 10);
        }
    }

    /** A loss whose gradient is known: the embeddings weighed by fixed numbers. */
    private static Network.Slope sumOf(float[] embeddings, long seed) {
        Keyed draws = Keyed.of(seed, 77);
        float[] direction = new float[embeddings.length];
        double loss = 0;
        for (int i = 0; i < embeddings.length; i++) {
            direction[i] = (float) draws.nextGaussian();
            loss += (double) direction[i] * embeddings[i];
        }
        return new Network.Slope(loss, direction);
    }

    private static Map<String, float[]> gradients(Network network) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        network.learned().forEach((name, values) -> gradients.put(name, new float[values.length]));
        return gradients;
    }

    private static FloatBuffer batch(Architecture architecture, int n, long seed) {
        Keyed draws = Keyed.of(seed);
        FloatBuffer values = buffer(n * architecture.input().size());
        for (int i = 0; i < values.capacity(); i++) {
            values.put(i, (float) draws.nextGaussian());
        }
        return values;
    }

    private static float[] embed(Network network, PicturePreparation preparation, List<Content> pictures) {
        FloatBuffer values = buffer(pictures.size() * preparation.size());
        for (int i = 0; i < pictures.size(); i++) {
            PicturePreparation.interleaved(
                    preparation.raster(pictures.get(i)),
                    0,
                    preparation.size(),
                    preparation.table(),
                    values,
                    i * preparation.size());
        }
        return network.embed(values, pictures.size());
    }

    private static PicturePreparation preparation(Architecture architecture) {
        Extent in = architecture.input();
        return new PicturePreparation(
                new PictureShape(in.width(), in.height(), in.channels(), PictureShape.Fit.PAD),
                Collections.nCopies(in.channels(), 0.5f),
                Collections.nCopies(in.channels(), 0.25f));
    }

    private static FloatBuffer buffer(int floats) {
        return ByteBuffer.allocateDirect(Float.BYTES * floats)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
