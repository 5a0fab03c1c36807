package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import dev.kindred.media.PictureShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The sets described beside the project, read as people will; skipped where they are not. */
class RealSetsTest {

    private static Path shared(String path) {
        Path file = Path.of(System.getProperty("kindred.root", ".."), "..", "shared", "data")
                .resolve(path);
        assumeTrue(Files.exists(file), "not here: " + path + " of the shared data sets");
        return file;
    }

    @Test
    void omniglotIsReadFromItsZipAndSplitByAlphabet() {
        Dataset data = Dataset.read(
                List.of(shared("omniglot/images_background.zip")),
                ReadOptions.of(null, List.of("drawer=_(\\d\\d)\\.png"), List.of(), false),
                Progress.SILENT);
        assertThat(data.size()).isEqualTo(19_280);
        assertThat(data.classes()).hasSize(964);
        assertThat(data.warnings()).isEmpty();
        assertThat(data.entry(0).attributes()).isEqualTo(Map.of("drawer", "01"));
        assertThat(data.entry(0).id()).isEqualTo("images_background/Alphabet_of_the_Magi/character01/0709_01.png");
        Split split = Splits.holdOut(data, 7);
        assertThat(split.how()).isEqualTo("6 of 30 parents");
        assertThat(split.train().length + split.validation().length).isEqualTo(19_280);
        try (Workers workers = Workers.ofAllCores()) {
            Survey survey = Survey.of(data, workers);
            assertThat(survey).isEqualTo(new Survey(19_280, 964, 20, new PictureSizes(512, 105, 105, true)));
            PictureShape shape = new PictureShape(28, 28, 1, PictureShape.Fit.PAD);
            long start = System.nanoTime();
            Loaded<byte[]> loaded = Loading.each(
                    data, workers, (row, content) -> shape.raster((Content.Pixels) content), true, Progress.SILENT);
            System.out.printf("omniglot: %,.0f pictures/s%n", 19_280 / ((System.nanoTime() - start) / 1e9));
            assertThat(loaded.values()).hasSize(19_280);
            assertThat(loaded.failures()).isEmpty();
            assertThat(loaded.sizes()).isEqualTo(new PictureSizes(19_280, 105, 105, true));
        }
    }

    @Test
    void publishedEpisodesAreFoundInTheirZip() {
        Path folder = shared("omniglot");
        Located located = Located.open(folder);
        Episodes episodes = Episodes.read(folder.resolve("episodes.csv"), located);
        assertThat(episodes.trials()).hasSize(400);
        assertThat(episodes.way()).isEqualTo(20);
        assertThat(episodes.ids()).hasSize(800);
        assertThat(located.dataset(episodes.ids()).content(0)).isNotNull();
    }

    @Test
    void emojiOfManyHandsShareALabel() {
        List<Path> hands = List.of(shared("emoji/noto.zip"), shared("emoji/twemoji.zip"));
        Dataset data = Dataset.read(
                hands,
                ReadOptions.of("([0-9A-F-]+)\\.png", List.of("vendor=^([^.]+)\\.zip/"), List.of(), false),
                Progress.SILENT);
        assertThat(data.size()).isEqualTo(1650 + 1914);
        assertThat(data.classes()).hasSize(1914);
        assertThat(data.entry(0).attributes()).containsEntry("vendor", "noto");
        assertThat(Pattern.matches("noto\\.zip/noto/.*", data.entry(0).id())).isTrue();
        assertThat(((Content.Pixels) data.content(0)).width()).isEqualTo(64);
    }

    @Test
    void facesAreReadFromPgm() {
        Dataset data =
                Dataset.read(List.of(shared("faces-orl/orl_faces.zip")), ReadOptions.defaults(), Progress.SILENT);
        assertThat(data.size()).isEqualTo(400);
        assertThat(Splits.holdOut(data, 1).how()).isEqualTo("8 of 40 classes");
        assertThat(((Content.Pixels) data.content(3)).height()).isEqualTo(112);
    }

    private static Examples examples(String path, String... columns) {
        return Examples.read(
                List.of(shared(path)), ReadOptions.of(null, List.of(), List.of(columns), false), Progress.SILENT);
    }

    @Test
    void intentsAreTextsWithLabels() {
        assertThat(examples("intents/banking77/train.csv", "label=category").samples())
                .satisfies(data -> assertThat(data.size()).isEqualTo(10_003))
                .satisfies(data -> assertThat(data.classes()).hasSize(77))
                .satisfies(data -> assertThat(data.kind()).isEqualTo(Kind.TEXT));
        assertThat(examples("intents/banking77/test.csv", "label=category")
                        .samples()
                        .size())
                .isEqualTo(3_080);
        Map<String, Integer> fewShot = Map.of("train_5", 385, "train_10", 770, "valid", 1_540, "test", 3_080);
        fewShot.forEach((name, count) -> {
            Dataset data =
                    examples("intents/banking77/fewshot/" + name + ".tsv").samples();
            assertThat(data.size()).as(name).isEqualTo(count);
            assertThat(data.problems()).isEmpty();
        });
    }

    @Test
    void sentencePairsKeepTheirScores() {
        Map<String, Integer> counts = Map.of("train", 5_749, "dev", 1_500, "test", 1_379);
        counts.forEach((part, count) -> {
            Examples.Pairs pairs = (Examples.Pairs) examples("sentence-pairs/stsb/sts-" + part + ".csv");
            assertThat(pairs.size()).as(part).isEqualTo(count);
            assertThat(pairs.graded()).isTrue();
            assertThat(pairs.lowest()).isEqualTo(0);
            assertThat(pairs.highest()).isEqualTo(5);
            assertThat(pairs.samples().problems()).isEmpty();
        });
        Map<String, Integer> paraphrases = Map.of("train", 3_576, "val", 500, "test", 1_725);
        paraphrases.forEach((part, count) -> {
            Examples.Pairs pairs = (Examples.Pairs) examples("sentence-pairs/mrpc/msr-para-" + part + ".tsv");
            assertThat(pairs.size()).as(part).isEqualTo(count);
            assertThat(pairs.graded()).isFalse();
        });
    }

    @Test
    void recordsToBeMatchedArePairs() {
        record Part(String path, int pairs, int same) {}
        for (Part part : List.of(
                new Part("Textual/Abt-Buy/train", 5_743, 616),
                new Part("Textual/Abt-Buy/valid", 1_916, 206),
                new Part("Textual/Abt-Buy/test", 1_916, 206),
                new Part("Structured/Amazon-Google/train", 6_874, 699),
                new Part("Structured/Amazon-Google/valid", 2_293, 234),
                new Part("Structured/Amazon-Google/test", 2_293, 234))) {
            Examples.Pairs pairs = (Examples.Pairs) examples("entity-matching/" + part.path + ".txt.gz");
            assertThat(pairs.size()).isEqualTo(part.pairs);
            assertThat(Arrays.stream(pairs.scores()).sum()).isEqualTo(part.same);
            assertThat(pairs.samples().problems()).isEmpty();
        }
    }

    @Test
    void judgedQueriesAreReadFromTheirFolder() {
        Examples.Judged cranfield = (Examples.Judged) examples("retrieval/cranfield");
        assertThat(cranfield.corpus().size()).isEqualTo(1_400);
        assertThat(cranfield.queries().size()).isEqualTo(225);
        assertThat(cranfield.judgements().stream().filter(j -> j.grade() > 0)).hasSize(1_612);
        assertThat(cranfield.corpus().warnings()).anyMatch(line -> line.equals("2 of corpus.jsonl.gz have no words"));
        Examples.Judged faq = (Examples.Judged) examples("retrieval/stackfaq");
        assertThat(faq.corpus().size()).isEqualTo(125);
        assertThat(faq.queries().size()).isEqualTo(1_249);
        assertThat(faq.judgements()).hasSize(1_249);
        Examples.Pairs paraphrases =
                (Examples.Pairs) examples("retrieval/stackfaq/StackFAQ-paraphrases.tsv", "left=1,right=2");
        assertThat(paraphrases.size()).isEqualTo(856);
    }

    @Test
    void clothingIsPicturesOrVectors() {
        Path images = shared("fashion-mnist/t10k-images-idx3-ubyte.gz");
        Dataset data = Dataset.read(List.of(images), ReadOptions.defaults(), Progress.SILENT);
        assertThat(data.size()).isEqualTo(10_000);
        assertThat(data.classes()).hasSize(10);
        assertThat(((Content.Pixels) data.content(9_999)).width()).isEqualTo(28);
        Dataset vectors = Dataset.read(
                List.of(shared("fashion-mnist/train-images-idx3-ubyte.gz")),
                ReadOptions.defaults().withKind(Kind.VECTOR),
                Progress.SILENT);
        assertThat(vectors.size()).isEqualTo(60_000);
        double sum = 0;
        double squares = 0;
        for (int row = 0; row < vectors.size(); row++) {
            for (float level : ((Content.Vector) vectors.content(row)).values()) {
                sum += level / 255.0;
                squares += level / 255.0 * (level / 255.0);
            }
        }
        double mean = sum / (60_000.0 * 784);
        assertThat(mean).as("as published").isCloseTo(0.2860, within(5e-5));
        assertThat(Math.sqrt(squares / (60_000.0 * 784) - mean * mean)).isCloseTo(0.3530, within(5e-5));
    }
}
