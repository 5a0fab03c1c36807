package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl;
import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Hashes;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The learned distance: its graph against plain double arithmetic, and its bundle entries against whoever changes them. */
class ComparatorTest {
    private static final int D = TinyText.D;
    private static final int N = 40;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Distance.class)
    void graphGivesWhatPlainArithmeticGives(Distance distance) {
        PairFeatures features = new PairFeatures(D, distance, 1.7f);
        Architecture network = Comparators.network(features, 9);
        Weights weights = OnnxGraphTest.lively(network);
        Embeddings left = drawn(distance, 1);
        Embeddings right = drawn(distance, 2);
        try (LearnedDistance learned = opened(features, network, weights, left.space())) {
            float[] scores = learned.scores(left, right);
            float[] turned = learned.scores(right, left);
            assertThat(turned).isEqualTo(scores);
            for (int i = 0; i < N; i++) {
                double[] seen = seen(distance, 1.7, left.row(i), right.row(i));
                float[] own = new float[features.size()];
                features.put(left.values(), i * D, right.values(), i * D, own, 0);
                float[] plain = new float[seen.length];
                for (int k = 0; k < seen.length; k++) {
                    assertThat((double) own[k]).isCloseTo(seen[k], within(2e-5));
                    plain[k] = (float) seen[k];
                }
                double z = new ReferenceNetwork(weights).embed(network, plain)[0];
                double expected = 1 / (1 + Math.exp(-z / Math.sqrt(1 + z * z / 64)));
                assertThat((double) scores[i]).isCloseTo(expected, within(1e-5));
                assertThat(Comparators.score(z)).isCloseTo(expected, within(1e-12));
            }
        }
    }

    /** By the book, in double precision. */
    private static double[] seen(Distance distance, double scale, float[] left, float[] right) {
        double[] u = grown(distance, scale, left);
        double[] v = grown(distance, scale, right);
        double[] seen = new double[2 * D + 1];
        double products = 0;
        double squares = 0;
        for (int k = 0; k < D; k++) {
            seen[k] = Math.abs(u[k] - v[k]);
            seen[D + k] = u[k] * v[k];
            products += u[k] * v[k];
            squares += (u[k] - v[k]) * (u[k] - v[k]);
        }
        seen[2 * D] = distance == Distance.L2 ? -Math.sqrt(squares) / Math.sqrt(D) : products / D;
        return seen;
    }

    private static double[] grown(Distance distance, double scale, float[] values) {
        double length = 0;
        for (float value : values) {
            length += (double) value * value;
        }
        double by = distance == Distance.COSINE ? Math.sqrt(D) / Math.sqrt(length) : (double) (float) scale;
        double[] grown = new double[values.length];
        for (int k = 0; k < values.length; k++) {
            grown[k] = values[k] * by;
        }
        return grown;
    }

    @ParameterizedTest
    @EnumSource(Distance.class)
    void untaughtRanksAsTheSpaceDoes(Distance distance) {
        PairFeatures features = new PairFeatures(D, distance, 1);
        Architecture network = Comparators.network(features, 9);
        Embeddings left = drawn(distance, 3);
        Embeddings right = drawn(distance, 4);
        Weights untaught = Comparators.untaught(network, features, 9f, -3f, 5);
        try (LearnedDistance learned = opened(features, network, untaught, left.space())) {
            float[] scores = learned.scores(left, right);
            double[] plain = IntStream.range(0, N)
                    .mapToDouble(i -> distance.score(left.values(), i * D, right.values(), i * D, D))
                    .toArray();
            int[] order = IntStream.range(0, N)
                    .boxed()
                    .sorted((a, b) -> Double.compare(plain[a], plain[b]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int i = 1; i < N; i++) {
                assertThat(scores[order[i]]).isGreaterThanOrEqualTo(scores[order[i - 1]]);
                if (plain[order[i]] - plain[order[i - 1]] > 0.007) {
                    assertThat(scores[order[i]]).isGreaterThan(scores[order[i - 1]]);
                }
            }
            assertThat(scores[order[N - 1]]).isGreaterThan(scores[order[0]]);
        }
    }

    @Test
    void scoresStayWithinZeroAndOneAndApart() {
        PairFeatures features = new PairFeatures(1, Distance.DOT, 1);
        Architecture network = Comparators.network(features, 2);
        Weights steep = Comparators.untaught(network, features, 1f, 0f, 1);
        Space space = Space.external("line", 1, Distance.DOT);
        // From -16 to 16 by hundredths, with what is far out on either side.
        float[] logits = new float[3_207];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (i - 1_603) / 100f;
        }
        System.arraycopy(new float[] {-1e6f, -100, -30}, 0, logits, 0, 3);
        System.arraycopy(new float[] {30, 100, 1e6f}, 0, logits, logits.length - 3, 3);
        float[] ones = new float[logits.length];
        Arrays.fill(ones, 1);
        try (LearnedDistance learned = opened(features, network, steep, space)) {
            float[] scores = learned.scores(
                    new Embeddings(space, logits.length, logits), new Embeddings(space, logits.length, ones));
            for (int i = 1; i < scores.length; i++) {
                assertThat(scores[i]).as("of %s", logits[i]).isGreaterThan(scores[i - 1]);
                assertThat((float) Comparators.score(logits[i]))
                        .isGreaterThan((float) Comparators.score(logits[i - 1]));
            }
            assertThat(scores[0]).isGreaterThan(0.0003f);
            assertThat(scores[scores.length - 1]).isLessThan(0.9997f);
            assertThat(scores[1_603]).isEqualTo(0.5f);
        }
    }

    @Test
    void manyPairsAreTheSameAsOneByOne() {
        PairFeatures features = new PairFeatures(D, Distance.COSINE, 1);
        Architecture network = Comparators.network(features, 9);
        Embeddings all = drawn(Distance.COSINE, 6);
        int[] left = IntStream.range(0, N * N).map(p -> p / N).toArray();
        int[] right = IntStream.range(0, N * N).map(p -> p % N).toArray();
        try (LearnedDistance learned = new ComparatorParts(
                        ComparatorGraph.write(features, network, OnnxGraphTest.lively(network)),
                        new PairProbes(new float[0]))
                .open(all.space(), 2)) {
            float[] scores = learned.scores(new LearnedDistance.Side(all, left), new LearnedDistance.Side(all, right));
            for (int p = 0; p < scores.length; p += 37) {
                float[] alone = learned.scores(all.select(new int[] {left[p]}), all.select(new int[] {right[p]}));
                assertThat(alone[0]).isCloseTo(scores[p], within(1e-6f));
            }
            Space other = Space.external("other", D, Distance.COSINE);
            Embeddings foreign = new Embeddings(other, N, all.values());
            assertThatThrownBy(() -> learned.scores(all, foreign)).isInstanceOf(Refusal.class);
        }
    }

    /** Right on its probes, which are of unit length; what it makes of longer embeddings is no score. */
    @ParameterizedTest
    @CsvSource({"true, it gives NaN", "false, 'a score is from 0 to 1'"})
    void whatIsNoScoreIsNoAnswer(boolean root, String says) {
        Bundle sealed = sealed();
        Map<String, byte[]> entries = new LinkedHashMap<>(CanonicalZip.read(sealed.path()));
        byte[] trap = changed(entries, graph -> {
            Graft.rename(graph, ComparatorGraph.SCORE, "honest");
            Graft graft = new Graft(graph, "trap");
            String squares = graft.add("Mul", List.of(ComparatorGraph.LEFT, ComparatorGraph.LEFT));
            String length = graft.add("ReduceSum", List.of(squares, graft.wholes(1)), Graft.integer("keepdims", 0));
            String room = graft.add("Sub", List.of(graft.number(4), length));
            String lack = graft.add("Min", List.of(room, graft.number(0)));
            graft.add("Sub", List.of("honest", root ? graft.add("Sqrt", List.of(lack)) : lack));
            graph.getNodeBuilder(graph.getNodeCount() - 1).setOutput(0, ComparatorGraph.SCORE);
        });
        entries.put(ComparatorParts.MODEL, trap);
        Embeddings usual = new Embeddings(sealed.space(), 1, new float[] {1, 0, 0, 0, 0, 0});
        Embeddings great = new Embeddings(sealed.space(), 1, new float[] {3, 0, 0, 0, 0, 0});
        try (LearnedDistance learned = forged(sealed, entries).comparator(1).orElseThrow()) {
            assertThat(learned.scores(usual, great)[0]).isBetween(0f, 1f);
            assertThatThrownBy(() -> learned.scores(great, usual))
                    .isInstanceOf(LoadedModel.Failed.class)
                    .hasMessageContaining(says);
        }
    }

    @Test
    void isSealedBesideItsEncoderAndOpensAsItWas() {
        Bundle without = new Sealing(Sealing.proven(List.of(TinyText.parts(1, ""))), null, null, new JsonObject(), "")
                .write(folder.resolve("without.kindred"));
        Bundle with = sealed();
        assertThat(without.hasComparator()).isFalse();
        assertThat(without.comparator(1)).isEmpty();
        assertThat(with.hasComparator()).isTrue();
        assertThat(with.space()).isEqualTo(without.space());
        assertThat(with.id()).isNotEqualTo(without.id());
        assertThat(with.entrySizes()).containsKeys(ComparatorParts.MODEL, ComparatorParts.PROBES);
        Embeddings left =
                new Embeddings(with.space(), N, drawn(Distance.COSINE, 7).values());
        Embeddings right =
                new Embeddings(with.space(), N, drawn(Distance.COSINE, 8).values());
        try (LearnedDistance opened = with.comparator(1).orElseThrow();
                LearnedDistance direct =
                        parts(with.proven().getFirst().probes(), with.space()).open(with.space(), 1)) {
            assertThat(opened.scores(left, right)).isEqualTo(direct.scores(left, right));
        }
    }

    @Test
    void whatTheTrainerDidNotGiveIsNotSealed() {
        Sealing.Proven encoder = Sealing.proven(List.of(TinyText.parts(1, ""))).getFirst();
        ComparatorParts honest = parts(encoder.probes(), encoder.parts().space());
        float[] off = honest.probes().scores().clone();
        off[1] += 0.01f;
        Sealing sealing = new Sealing(
                List.of(encoder),
                new ComparatorParts(honest.model(), new PairProbes(off)),
                null,
                null,
                new JsonObject(),
                "");
        assertThatThrownBy(() -> sealing.write(folder.resolve("no.kindred")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("comparator differs from the trainer's");
        assertThat(folder.resolve("no.kindred")).doesNotExist();
    }

    @Test
    void anotherComparatorUnderTheSameProbesIsRefused() {
        PairFeatures features = new PairFeatures(D, Distance.COSINE, 1);
        Architecture network = Comparators.network(features, 9);
        byte[] other = ComparatorGraph.write(features, network, Comparators.untaught(network, features, 3f, 0f, 9));
        refused(entries -> entries.put(ComparatorParts.MODEL, other), "scores of the probes differ");
    }

    /**
     * A steep comparator says nearly 0 or 1 of all probes: that it turns at another score is seen on the way from one probe to the next, and
     * in how near to 0 and 1 its scores are.
     */
    @ParameterizedTest
    @ValueSource(floats = {0.01f, -0.01f})
    void anotherSteepComparatorIsRefused(float moved) {
        PairFeatures features = new PairFeatures(D, Distance.COSINE, 1);
        Architecture network = Comparators.network(features, 9);
        // Each a direction of its own: nothing between a score of 1 and one of 0.
        float[] axes = new float[D * D];
        for (int i = 0; i < D; i++) {
            axes[i * D + i] = 1;
        }
        Space space = Space.external("axes", D, Distance.COSINE);
        Probes probes = new Probes("", axes);
        Weights steep = Comparators.untaught(network, features, 60f, -30f, 1);
        PairProbes proof = PairProbes.of(probes, space, (left, right) -> scores(features, network, steep, left, right));
        Weights other = Comparators.untaught(network, features, 60f, -30f + 60 * moved, 1);
        PairProbes apart = PairProbes.of(probes, space, (left, right) -> scores(features, network, other, left, right));
        for (int p = 0; p < D * (D + 1) / 2; p++) {
            assertThat(apart.scores()[p]).isCloseTo(proof.scores()[p], within(1e-4f));
        }
        try (LearnedDistance opened =
                ComparatorParts.of(features, network, steep, proof).open(space, 1)) {
            assertThat(proof.difference(opened, probes)).isLessThan(PairProbes.SEALING_TOLERANCE);
            proof.require(opened, probes, "honest");
        }
        try (LearnedDistance opened =
                ComparatorParts.of(features, network, other, proof).open(space, 1)) {
            assertThatThrownBy(() -> proof.require(opened, probes, "other"))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("scores of the probes differ");
        }
    }

    @Test
    void whatIsNoScoreIsRefused() {
        Sealing.Proven encoder = Sealing.proven(List.of(TinyText.parts(1, ""))).getFirst();
        ComparatorParts honest = parts(encoder.probes(), encoder.parts().space());
        float[] beyond = honest.probes().scores().clone();
        beyond[0] = 5;
        try (LearnedDistance opened = honest.open(encoder.parts().space(), 1)) {
            assertThat(new PairProbes(beyond).difference(opened, encoder.probes()))
                    .isNaN();
        }
    }

    @Test
    void whatDiffersWhenLeftAndRightChangePlacesIsRefused() {
        refused(
                entries -> entries.put(
                        ComparatorParts.MODEL,
                        changed(
                                entries,
                                graph -> graph.getNodeBuilderList().stream()
                                        .filter(node -> node.getOpType().equals("Abs"))
                                        .forEach(node -> node.setOpType("Relu")))),
                "scores of the probes differ");
    }

    @Test
    void foreignInputsAndOutputsAreRefused() {
        refused(
                entries -> entries.put(ComparatorParts.MODEL, changed(entries, graph -> {
                    Graft.rename(graph, ComparatorGraph.LEFT, "anchor");
                    graph.getInputBuilder(0).setName("anchor");
                })),
                "takes anchor, right");
        refused(
                entries -> entries.put(ComparatorParts.MODEL, changed(entries, graph -> {
                    Graft.rename(graph, ComparatorGraph.SCORE, "alike");
                    graph.getOutputBuilder(0).setName("alike");
                })),
                "does not give one score");
        PairFeatures wide = new PairFeatures(D + 1, Distance.COSINE, 1);
        Architecture network = Comparators.network(wide, 3);
        refused(
                entries -> entries.put(
                        ComparatorParts.MODEL, ComparatorGraph.write(wide, network, OnnxGraphTest.lively(network))),
                "left and right of " + D + " values");
    }

    @Test
    void whatModelsOfStrangersMayNotHoldIsRefused() {
        refused(
                entries -> entries.put(
                        ComparatorParts.MODEL,
                        changed(entries, graph -> graph.getNodeBuilder(0).setDomain("evil.example"))),
                "foreign library 'evil.example'");
        refused(
                entries -> entries.put(
                        ComparatorParts.MODEL,
                        changed(
                                entries,
                                graph -> graph.getInitializerBuilder(0)
                                        .clearRawData()
                                        .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL))),
                "in another file");
        refused(
                entries -> entries.put(ComparatorParts.MODEL, new byte[ComparatorGraph.LARGEST + 1]),
                "larger than a comparator may be");
        refused(entries -> entries.put(ComparatorParts.MODEL, new byte[] {1, 2, 3}), "is no ONNX model");
        refused(entries -> entries.remove(ComparatorParts.PROBES), "lacks its entry comparator.json");
    }

    @Test
    void aChangedByteIsNamed() {
        Map<String, byte[]> entries = new LinkedHashMap<>(CanonicalZip.read(sealed().path()));
        entries.computeIfPresent(ComparatorParts.MODEL, (name, model) -> {
            byte[] other = model.clone();
            other[other.length / 2] ^= 1;
            return other;
        });
        Path changed = folder.resolve("changed.kindred");
        CanonicalZip.write(changed, entries);
        assertThatThrownBy(() -> Bundle.open(changed))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("its entry comparator.onnx is not the one that was sealed");
    }

    private void refused(Consumer<Map<String, byte[]>> change, String words) {
        Bundle sealed = sealed();
        Map<String, byte[]> entries = new LinkedHashMap<>(CanonicalZip.read(sealed.path()));
        change.accept(entries);
        Bundle bundle = forged(sealed, entries);
        assertThatThrownBy(() -> bundle.comparator(1))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.line())
                                .contains("forged.kindred")
                                .contains(words));
        // The encoder beside it is as good as ever.
        bundle.encoder(1).close();
    }

    /** Every hash made to hold. */
    private Bundle forged(Bundle sealed, Map<String, byte[]> entries) {
        JsonObject manifest = sealed.manifest();
        JsonObject listed = new JsonObject();
        entries.forEach((name, content) -> {
            if (!name.equals(Bundle.MANIFEST)) {
                JsonObject entry = new JsonObject();
                entry.addProperty("sha256", Hashes.sha256Hex(content));
                listed.add(name, entry);
            }
        });
        manifest.add("entries", listed);
        entries.put(Bundle.MANIFEST, Bundle.utf8(manifest));
        Path forged = folder.resolve("forged.kindred");
        CanonicalZip.write(forged, entries);
        return Bundle.open(forged);
    }

    private static byte[] changed(Map<String, byte[]> entries, Consumer<OnnxMl.GraphProto.Builder> change) {
        try {
            OnnxMl.ModelProto.Builder model =
                    OnnxMl.ModelProto.parseFrom(entries.getOrDefault(ComparatorParts.MODEL, new byte[0])).toBuilder();
            change.accept(model.getGraphBuilder());
            return model.build().toByteArray();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private Bundle sealed() {
        Sealing.Proven encoder = Sealing.proven(List.of(TinyText.parts(1, ""))).getFirst();
        return new Sealing(
                        List.of(encoder),
                        parts(encoder.probes(), encoder.parts().space()),
                        null,
                        null,
                        new JsonObject(),
                        "")
                .write(folder.resolve("sealed.kindred"));
    }

    /** Proven by plain arithmetic in the trainer's place. */
    private static ComparatorParts parts(Probes probes, Space space) {
        PairFeatures features = new PairFeatures(D, Distance.COSINE, 1);
        Architecture network = Comparators.network(features, 9);
        Weights weights = OnnxGraphTest.lively(network);
        return ComparatorParts.of(
                features,
                network,
                weights,
                PairProbes.of(probes, space, (left, right) -> scores(features, network, weights, left, right)));
    }

    private static float[] scores(
            PairFeatures features, Architecture network, Weights weights, float[] left, float[] right) {
        float[] scores = new float[left.length / D];
        float[] seen = new float[features.size()];
        for (int p = 0; p < scores.length; p++) {
            features.put(left, p * D, right, p * D, seen, 0);
            scores[p] = (float) Comparators.score(new ReferenceNetwork(weights).embed(network, seen)[0]);
        }
        return scores;
    }

    private static LearnedDistance opened(PairFeatures features, Architecture network, Weights weights, Space space) {
        byte[] model = ComparatorGraph.write(features, network, weights);
        return new ComparatorParts(model, new PairProbes(new float[0])).open(space, 1);
    }

    private static Embeddings drawn(Distance distance, long seed) {
        float[] values = new float[N * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Keyed.of(seed, i).nextGaussian();
        }
        return new Embeddings(Space.external("drawn", D, distance), N, values);
    }
}
