package dev.kindred.serve;

import dev.kindred.core.Calibration;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import dev.kindred.core.Threshold;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.ComparatorParts;
import dev.kindred.encode.Comparators;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.encode.PairFeatures;
import dev.kindred.encode.PairProbes;
import dev.kindred.encode.Parameter;
import dev.kindred.encode.Weights;
import dev.kindred.index.Engine;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Generation;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A collection of words and their definitions behind an encoder that hears nothing but which words are shared. */
final class WordCollection implements AutoCloseable {
    private static final Space SPACE = new Space("5ca1ab1e".repeat(8), 128, Distance.COSINE);

    /** Word, part of speech, definition. */
    private static final List<List<String>> WORDS = List.of(
            List.of("dog", "noun", "an animal that barks and is kept as a pet or for hunting"),
            List.of("cat", "noun", "a small animal with soft fur that purrs and is kept as a pet"),
            List.of("wolf", "noun", "a wild animal of the forest that hunts in packs"),
            List.of("lighthouse", "noun", "a tower with a light that warns ships of rocks near the coast"),
            List.of("harbour", "noun", "a sheltered place on the coast where ships load and unload"),
            List.of("anchor", "noun", "a heavy hook that keeps ships from moving"),
            List.of("compass", "noun", "an instrument with a needle that points north"),
            List.of("thermometer", "noun", "an instrument that measures how warm something is"),
            List.of("barometer", "noun", "an instrument that measures the pressure of the air"),
            List.of("violin", "noun", "an instrument with four strings that is played with a bow"),
            List.of("run", "verb", "move fast on foot"),
            List.of("swim", "verb", "move through water with arms and legs"),
            List.of("whisper", "verb", "speak very quietly"),
            List.of("shout", "verb", "speak very loudly"),
            List.of("borrow", "verb", "take something for a while and give it back"),
            List.of("forgive", "verb", "stop being angry with somebody who did wrong"),
            List.of("quiet", "adjective", "making hardly any sound"),
            List.of("loud", "adjective", "making much sound"),
            List.of("warm", "adjective", "having a pleasantly high temperature"),
            List.of("brittle", "adjective", "hard but easily broken"),
            List.of("often", "adverb", "many times"),
            List.of("seldom", "adverb", "only a few times"),
            List.of("together", "adverb", "with one another, not alone"),
            List.of("almost", "adverb", "nearly, but not quite"));

    final Words queries = new Words();
    final Words documents = new Words();
    private final VectorIndex index;

    private WordCollection(Path folder) {
        index = ExactIndex.build(folder.resolve("words"), SPACE, items().stream(), Progress.SILENT);
    }

    /** The same as it is written to, which keeps words to search by. */
    Generation written(Path folder) {
        Generation generation = Generation.create(folder, SPACE, Engine.exact(), "a test", 1);
        generation.load(items().stream(), WORDS.size(), Progress.SILENT);
        return generation;
    }

    private List<Item> items() {
        List<Item> items = new ArrayList<>();
        for (List<String> entry : WORDS) {
            String text = entry.get(0) + ": " + entry.get(2);
            float[] vector = documents.embed(new Content.Text(text)).row(0);
            Map<String, Value> payload = Map.of(
                    "name", Value.of(entry.get(0)),
                    "part", Value.of(entry.get(1)),
                    "text", Value.of(entry.get(2)));
            items.add(new Item(entry.get(0), vector, payload, null));
        }
        documents.calls.set(0);
        return items;
    }

    static WordCollection in(Path folder) {
        return new WordCollection(folder);
    }

    static int size() {
        return WORDS.size();
    }

    Served served() {
        return served(index);
    }

    Served served(VectorIndex index) {
        Decision decision = new Decision(
                new Calibration(List.of(0.0, 0.3, 1.0), List.of(-5.0, 0.0, 5.0)),
                List.of(new Threshold(0.1, 0.2, 0.09, 0.2, null), new Threshold(0.01, 0.35, 0.009, 0.5, null)));
        return new Served(
                "default",
                "b0a7".repeat(16),
                Served.Takes.TEXTS,
                queries,
                documents,
                Optional.of(decision),
                Optional.empty(),
                index);
    }

    /** The same with a comparator, of whose scores the thresholds then are. */
    Served served(LearnedDistance comparator) {
        Decision decision = new Decision(
                new Calibration(List.of(0.0, 0.9, 1.0), List.of(-5.0, 0.0, 5.0)),
                List.of(new Threshold(0.01, 0.95, 0.009, 0.5, null)));
        return new Served(
                "default",
                "b0a7".repeat(16),
                Served.Takes.TEXTS,
                queries,
                documents,
                Optional.of(comparator),
                Optional.of(decision),
                Optional.empty(),
                index);
    }

    /** Falls where cosines rise: whoever mixes the two is seen. */
    static LearnedDistance comparator() {
        PairFeatures features = new PairFeatures(SPACE.dimension(), Distance.COSINE, 1);
        Architecture network = Comparators.network(features, 2);
        Weights start = Comparators.untaught(network, features, 1, 3, 1);
        Map<String, float[]> values = new HashMap<>();
        for (Parameter parameter : network.parameters()) {
            float[] array = start.copy(parameter.name());
            if (parameter.name().equals("0.shortcut.0.weight")) {
                array[features.score()] = -4;
            }
            values.put(parameter.name(), array);
        }
        return ComparatorParts.of(features, network, Weights.of(network, values), new PairProbes(new float[0]))
                .open(SPACE, 1);
    }

    @Override
    public void close() {
        index.close();
    }

    /** Each word is a direction of its own; a text the sum of its words'. */
    static final class Words implements Encoder {
        final AtomicInteger calls = new AtomicInteger();

        @Override
        public Space space() {
            return SPACE;
        }

        @Override
        public Embeddings encode(List<Content> batch) {
            calls.incrementAndGet();
            float[] values = new float[batch.size() * SPACE.dimension()];
            for (int i = 0; i < batch.size(); i++) {
                String text = ((Content.Text) batch.get(i)).value();
                double[] sum = new double[SPACE.dimension()];
                double squares = 0;
                for (String word : text.toLowerCase(Locale.ROOT).split("\\W+")) {
                    Keyed direction = Keyed.of(word.hashCode());
                    for (int d = 0; word.length() > 3 && d < sum.length; d++) {
                        sum[d] += direction.nextGaussian();
                    }
                }
                for (double value : sum) {
                    squares += value * value;
                }
                if (squares == 0) {
                    // Nothing but small words, as while somebody types: anywhere, but somewhere.
                    Keyed direction = Keyed.of(text.hashCode());
                    for (int d = 0; d < sum.length; d++) {
                        sum[d] = direction.nextGaussian();
                        squares += sum[d] * sum[d];
                    }
                }
                for (int d = 0; d < sum.length; d++) {
                    values[i * sum.length + d] = (float) (sum[d] / Math.sqrt(Math.max(squares, 1e-12)));
                }
            }
            return new Embeddings(SPACE, batch.size(), values);
        }

        @Override
        public void close() {}
    }
}
