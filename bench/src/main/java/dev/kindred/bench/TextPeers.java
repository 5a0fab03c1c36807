package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The imported model beside langchain4j's embedding of the same model, in one process: {@code TextPeers equal BUNDLE TEXTS}, {@code
 * TextPeers times BUNDLE TEXTS COUNT ROUNDS} and {@code times-q} with langchain4j's quantised model. Both have all cores.
 *
 * <p>Compiled in Maven's profile {@code peers} alone: langchain4j's models are 105 MB, and no build but that of the benches needs them.
 */
final class TextPeers {
    private TextPeers() {}

    public static void main(String[] arguments) {
        List<String> texts = TextVectors.texts(Path.of(arguments[2]));
        try (Encoder encoder = Bundle.open(Path.of(arguments[1])).encoder()) {
            JsonObject json = switch (arguments[0]) {
                case "equal" -> equal(encoder, new AllMiniLmL6V2EmbeddingModel(), texts);
                case "times", "times-q" -> {
                    EmbeddingModel peer = arguments[0].equals("times")
                            ? new AllMiniLmL6V2EmbeddingModel()
                            : new AllMiniLmL6V2QuantizedEmbeddingModel();
                    int count = Math.min(texts.size(), Integer.parseInt(arguments[3]));
                    yield times(encoder, peer, texts.subList(0, count), Integer.parseInt(arguments[4]));
                }
                default -> throw new IllegalArgumentException(arguments[0]);
            };
            System.out.println(json);
            System.out.flush();
        }
        Runtime.getRuntime().exit(0);
    }

    private static List<Embedding> theirs(EmbeddingModel model, List<String> texts) {
        return model.embedAll(texts.stream().map(TextSegment::from).toList()).content();
    }

    private static JsonObject equal(Encoder encoder, EmbeddingModel peer, List<String> texts) {
        Embeddings ours = TextVectors.ours(encoder, texts);
        List<Embedding> theirs = theirs(peer, texts);
        double least = 1;
        double sum = 0;
        for (int i = 0; i < texts.size(); i++) {
            double cosine = TextVectors.cosine(ours.row(i), theirs.get(i).vector());
            least = Math.min(least, cosine);
            sum += cosine;
        }
        JsonObject json = new JsonObject();
        json.addProperty("texts", texts.size());
        json.addProperty("leastCosine", least);
        json.addProperty("meanCosine", sum / texts.size());
        return json;
    }

    /** Rounds of one after the other, each beginning in turn; the first round warms up. */
    private static JsonObject times(Encoder encoder, EmbeddingModel peer, List<String> texts, int rounds) {
        List<Double> ratios = new ArrayList<>();
        List<Double> oursSeconds = new ArrayList<>();
        List<Double> theirsSeconds = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
            double ours = 0;
            double theirs = 0;
            for (int turn = 0; turn < 2; turn++) {
                if ((turn + round) % 2 == 0) {
                    ours = seconds(() -> TextVectors.ours(encoder, texts));
                } else {
                    theirs = seconds(() -> theirs(peer, texts));
                }
            }
            if (round >= 0) {
                ratios.add(theirs / ours);
                oursSeconds.add(ours);
                theirsSeconds.add(theirs);
            }
        }
        JsonObject json = new JsonObject();
        json.addProperty("texts", texts.size());
        json.add("ratios", Spread.array(ratios));
        json.add("oursSeconds", Spread.array(oursSeconds));
        json.add("theirsSeconds", Spread.array(theirsSeconds));
        return json;
    }

    private static double seconds(Runnable work) {
        long begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / 1e9;
    }
}
