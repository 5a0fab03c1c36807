package dev.kindred.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.core.RawPixels;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Episodes;
import dev.kindred.data.Loaded;
import dev.kindred.data.Loading;
import dev.kindred.data.Located;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PublishedEpisodesTest {

    /** Omniglot's published within-alphabet 20-way task, raw pixels' nearest neighbour: 21.7% (Koch, Zemel, Salakhutdinov 2015, table 2). */
    @Test
    void rawPixelsGiveThePublishedFigure() {
        Path omniglot = Path.of(System.getProperty("kindred.root", "."), "..", "shared", "data", "omniglot");
        assumeTrue(
                Files.exists(omniglot.resolve("episodes.csv")),
                "skipped: the Omniglot data set is not beside this checkout");
        Located located = Located.open(omniglot);
        Episodes episodes = Episodes.read(omniglot.resolve("episodes.csv"), located);
        Dataset data = located.dataset(episodes.ids());
        try (Workers workers = Workers.of(2)) {
            Loaded<byte[]> rasters = Loading.each(
                    data, workers, (row, content) -> ((Content.Pixels) content).values(), true, Progress.SILENT);
            List<String> ids = IntStream.of(rasters.rows())
                    .mapToObj(row -> data.entry(row).id())
                    .toList();
            Samples samples = new Samples(
                    ids,
                    List.of(),
                    data.labels(),
                    ids.stream().map(id -> Map.<String, String>of()).toList());
            OneShotTask.Result result = OneShotTask.run(
                    samples, Views.of(RawPixels.of(rasters.values())), Trials.of(episodes, samples), null);
            assertThat(result.trials()).hasSize(400);
            assertThat(result.way()).isEqualTo(20);
            assertThat(result.right().value()).isCloseTo(0.217, within(0.01));
        }
    }
}
