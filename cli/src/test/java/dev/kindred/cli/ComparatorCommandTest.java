package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.LearnedDistance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code train --comparator}: a learned distance from the command to the sealed bundle and all that judges by it. Texts are of three words
 * of no meaning and one of two that decide: the same are those with the same of the two, which their cosines hardly tell.
 */
class ComparatorCommandTest {
    private static final List<String> NOISE = List.of(
            "animal", "pet", "fur", "tower", "light", "rocks", "water", "foot", "card", "bank", "money", "account",
            "fast", "soft", "new", "back");
    private static final List<String> DECIDING = List.of("dog", "ships");

    @TempDir
    Path folder;

    private Shell shell;
    private Path base;

    @BeforeEach
    void aBase() {
        shell = new Shell(folder.resolve("home"));
        base = folder.resolve("base.kindred");
        TinyWords.seal(base);
    }

    private static String text(Random random, int kind) {
        List<String> words = new ArrayList<>();
        while (words.size() < 3) {
            String word = NOISE.get(random.nextInt(NOISE.size()));
            if (!words.contains(word)) {
                words.add(word);
            }
        }
        words.add(random.nextInt(4), DECIDING.get(kind));
        return String.join(" ", words);
    }

    private Path pairs(String name, int count, long seed) throws IOException {
        Random random = new Random(seed);
        StringBuilder csv = new StringBuilder("left,right,label\n");
        for (int p = 0; p < count; p++) {
            int kind = random.nextInt(2);
            boolean same = random.nextInt(3) == 0;
            csv.append("%s,%s,%d%n".formatted(text(random, kind), text(random, same ? kind : 1 - kind), same ? 1 : 0));
        }
        return Files.writeString(folder.resolve(name), csv);
    }

    private Path classes(String name, int count, long seed) throws IOException {
        Random random = new Random(seed);
        StringBuilder csv = new StringBuilder("text,label\n");
        for (int i = 0; i < count; i++) {
            csv.append("%s,%s%n".formatted(text(random, i % 2), DECIDING.get(i % 2)));
        }
        return Files.writeString(folder.resolve(name), csv);
    }

    private JsonObject ok(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    private JsonObject taught(String out, Path data, Object... more) {
        return ok(Stream.concat(
                        Stream.of(
                                "train",
                                data,
                                "--encoder",
                                base,
                                "--comparator",
                                "--out",
                                folder.resolve(out),
                                "--json"),
                        Stream.of(more))
                .toArray());
    }

    @Test
    void pairsTeachAComparatorThatVerifyAndEvaluateJudgeBy() throws IOException {
        Path valid = pairs("valid.csv", 4800, 2);
        JsonObject taught = taught(
                "m.kindred",
                pairs("train.csv", 2500, 1),
                "--validation",
                valid,
                "--steps",
                1000,
                "--report",
                folder.resolve("report"));
        assertThat(taught.get("validatedBy").getAsString()).isEqualTo("average precision");
        assertThat(taught.get("validationUntaught").getAsDouble()).isLessThan(0.75);
        assertThat(taught.get("validation").getAsDouble()).isGreaterThan(0.95);
        assertThat(folder.resolve("report/index.html")).content().contains("before teaching");

        Path m = folder.resolve("m.kindred");
        Bundle bundle = Bundle.open(m);
        assertThat(bundle.space()).isEqualTo(Bundle.open(base).space());
        assertThat(bundle.card()).contains("learned distance").contains("by the embeddings alone");
        Decision decision = bundle.decision().orElseThrow();
        assertThat(decision.thresholds()).isNotEmpty().allMatch(t -> t.threshold() > 0 && t.threshold() < 1);
        assertThat(ok("bundle", "show", m, "--json")
                        .getAsJsonObject("provenance")
                        .has("comparator"))
                .isTrue();
        assertThat(shell.run("doctor", m).code()).isZero();

        String left = "dog fur water bank";
        String alike = "tower dog light card";
        String other = "fur ships light water";
        double score;
        double plain;
        try (Encoder encoder = bundle.encoder(1);
                LearnedDistance comparator = bundle.comparator(1).orElseThrow()) {
            Embeddings two = encoder.encode(List.of(new Content.Text(left), new Content.Text(alike)));
            plain = two.score(0, 1);
            score = comparator.scores(two.select(new int[] {0}), two.select(new int[] {1}))[0];
        }
        Shell.Ended same = shell.run("verify", m, left, alike, "--json");
        assertThat(same.code()).as(same.err() + same.out()).isZero();
        assertThat(same.json().get("score").getAsDouble()).isCloseTo(score, within(1e-6));
        assertThat(same.json().get("embeddingScore").getAsDouble()).isCloseTo(plain, within(1e-6));
        assertThat(same.json().get("threshold").getAsDouble())
                .isEqualTo(decision.usualThreshold().orElseThrow().threshold());
        Shell.Ended different = shell.run("verify", m, left, other, "--json");
        assertThat(different.code()).isEqualTo(1);
        // More words are shared than by the two that are alike: cosines alone would have said otherwise.
        assertThat(different.json().get("embeddingScore").getAsDouble()).isGreaterThan(plain);

        JsonObject measured = ok(
                "evaluate",
                m,
                pairs("test.csv", 600, 3),
                "--validation",
                valid,
                "--task",
                "verify",
                "--json",
                "--report",
                folder.resolve("r.html"));
        JsonObject alone = measured.getAsJsonObject("baselines").getAsJsonObject("embedding");
        assertThat(measured.getAsJsonObject("f1").get("value").getAsDouble()).isGreaterThan(0.85);
        assertThat(alone.getAsJsonObject("bestF1").get("value").getAsDouble()).isLessThan(0.75);
        assertThat(measured.getAsJsonObject("atThreshold").get("fmr").getAsDouble())
                .isLessThan(0.1);
        assertThat(measured.get("threshold").getAsDouble())
                .isEqualTo(decision.usualThreshold().orElseThrow().threshold());
        assertThat(folder.resolve("r.html")).content().contains("embeddings alone");
    }

    @Test
    void classesTeachOneTooAndItReordersWhatIsFound() throws IOException {
        Path data = classes("train.csv", 400, 1);
        Path test = classes("test.csv", 200, 2);
        JsonObject taught = taught("c.kindred", data, "--validation", classes("valid.csv", 120, 3), "--steps", 600);
        assertThat(taught.get("validation").getAsDouble())
                .isGreaterThan(taught.get("validationUntaught").getAsDouble() + 0.1);
        Path c = folder.resolve("c.kindred");
        JsonObject verified = ok("evaluate", c, test, "--task", "verify", "--by", "label", "--json");
        assertThat(verified.get("auroc").getAsDouble())
                .isGreaterThan(verified.getAsJsonObject("baselines")
                                .getAsJsonObject("embedding")
                                .get("auroc")
                                .getAsDouble()
                        + 0.1);
        JsonObject found = ok("evaluate", c, test, "--task", "retrieval", "--json");
        assertThat(found.getAsJsonObject("reranked")
                        .getAsJsonObject("recall")
                        .get("1")
                        .getAsDouble())
                .isGreaterThan(found.getAsJsonObject("recall").get("1").getAsDouble());
        assertThat(found.getAsJsonObject("baselines").has("reranked")).isFalse();

        Path index = folder.resolve("index");
        ok("index", "build", c, test, "--out", index, "--json");
        String query = "dog animal rocks money";
        JsonArray plain =
                ok("index", "search", index, query, "-k", 20, "--json").getAsJsonArray("neighbors");
        JsonObject answer = ok("index", "search", index, query, "-k", 20, "--rerank", "--json");
        JsonArray reranked = answer.getAsJsonArray("neighbors");
        assertThat(answer.get("reranked").getAsBoolean()).isTrue();
        assertThat(reranked).hasSize(20);
        assertThat(right(reranked)).isGreaterThan(right(plain)).isGreaterThanOrEqualTo(18);
        double before = 1;
        for (int i = 0; i < reranked.size(); i++) {
            double score = reranked.get(i).getAsJsonObject().get("score").getAsDouble();
            assertThat(score).isBetween(0.0, before);
            before = score;
        }
    }

    private static int right(JsonArray neighbors) {
        int right = 0;
        for (int i = 0; i < neighbors.size(); i++) {
            right += neighbors.get(i).getAsJsonObject().toString().contains("\"label\":\"dog\"") ? 1 : 0;
        }
        return right;
    }

    @Test
    void headAndComparatorAreTaughtOneAfterTheOther() throws IOException {
        Path data = pairs("train.csv", 600, 1);
        JsonObject taught = taught("h.kindred", data, "--head", "linear", "--steps", 60);
        assertThat(taught.getAsJsonObject("head").get("by").getAsString()).isEqualTo("average precision");
        Bundle bundle = Bundle.open(folder.resolve("h.kindred"));
        assertThat(bundle.encoders().getFirst().hasHead()).isTrue();
        assertThat(bundle.hasComparator()).isTrue();
        assertThat(bundle.manifest()
                        .getAsJsonObject("provenance")
                        .getAsJsonObject("comparator")
                        .has("recipe"))
                .isTrue();
        JsonObject again = taught("h2.kindred", data, "--head", "linear", "--steps", 60);
        assertThat(again.get("bundle")).isEqualTo(taught.get("bundle"));
        JsonObject measured = ok("evaluate", folder.resolve("h.kindred"), pairs("t.csv", 200, 5), "--json");
        assertThat(measured.getAsJsonObject("baselines").keySet()).contains("embedding", "untaught");
        assertThat(folder.resolve("home/runs")).isEmptyDirectory();
    }

    @Test
    void whatCannotBeComparedIsRefusedInOneLine() throws IOException {
        Path graded = Files.writeString(
                folder.resolve("graded.csv"),
                "left,right,score\n" + "dog,fur,1.5\ncat,pet,4\ndog,pet,2\ncat,fur,3\n".repeat(5));
        Path answered = pairs("p.csv", 60, 1);
        for (List<Object> line : List.of(
                List.<Object>of("not from grades", graded, "--encoder", base),
                List.<Object>of("not from grades", graded, "--encoder", base, "--head", "linear"),
                List.<Object>of("--encoder base.kindred", answered),
                List.<Object>of("--encoder base.kindred", answered, "--encoder", "chars"),
                List.<Object>of("a loss of its own", answered, "--encoder", base, "--loss", "cosent"))) {
            Shell.Ended ended = shell.run(Stream.concat(
                            Stream.of("train", "--comparator", "--out", folder.resolve("no.kindred")),
                            line.stream().skip(1))
                    .toArray());
            assertThat(ended.code()).as(line + ended.err()).isEqualTo(ExitCode.REFUSED);
            assertThat(ended.line()).contains(line.getFirst().toString());
        }
        Path index = folder.resolve("index");
        ok("index", "build", base, classes("t.csv", 10, 1), "--out", index, "--json");
        assertThat(shell.run("index", "search", index, "dog", "--rerank").line())
                .contains("no learned distance to rerank by");
    }
}
