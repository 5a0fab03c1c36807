package dev.kindred.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.MediaType;
import dev.kindred.bench.load.SmallBundle;
import dev.kindred.bench.load.Vectors;
import dev.kindred.cli.load.Shot;
import dev.kindred.core.Progress;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.index.Engine;
import dev.kindred.index.Generation;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What {@code bench/load} serves and asks: made once and kept beside its results. */
final class LoadSetting {
    static final int DIMENSION = 128;
    /** Of MiniLM. */
    static final int TEXT_DIMENSION = 384;

    private static final String OWNER = "bench";
    private static final String BUNDLE = "bundle.kindred";

    private final BenchRun run;
    private final Path folder;
    private final int rows;

    LoadSetting(BenchRun run) {
        this.run = run;
        this.folder = run.results().resolve(run.smoke() ? "load.smoke" : "load");
        this.rows = run.smoke() ? 5_000 : 100_000;
    }

    int rows() {
        return rows;
    }

    Path queries() {
        return set().resolve("queries.f32");
    }

    private Path set() {
        return folder.resolve("clustered-" + rows);
    }

    /** Whoever asks first makes it. */
    private Path made(Path place, Runnable make) {
        if (!Files.exists(place)) {
            make.run();
        }
        return place;
    }

    SearchSet searched() {
        if (!IndexSets.isKept(set())) {
            IndexSets.make(IndexSets.CLUSTERED, rows, run.smoke() ? 200 : 1_000, run.data(), set());
        }
        return IndexSets.open(set());
    }

    /** A conv-4 in front of clustered vectors, which stand in its space. */
    Path pictures() {
        Path index = folder.resolve("conv4-" + rows);
        made(index.resolve(BUNDLE), () -> {
            SearchSet set = searched();
            OurIndex.delete(index);
            Bundle bundle = SmallBundle.seal(folder.resolve("conv4.kindred"), 64, DIMENSION);
            build(index, bundle, IntStream.range(0, set.n()).mapToObj(row -> OurIndex.item(set, row)), set.n());
        });
        return index;
    }

    /** A copy for the bare process: one folder has one writer. */
    Path searchedAlone() {
        Path from = pictures();
        Path to = folder.resolve("conv4-" + rows + "-alone");
        made(to.resolve(BUNDLE), () -> {
            OurIndex.delete(to);
            copy(from, to);
        });
        return to;
    }

    /** all-MiniLM-L6-v2 in front of a few hundred texts. */
    Path texts() {
        Path index = folder.resolve("minilm");
        made(index.resolve(BUNDLE), () -> {
            OurIndex.delete(index);
            Bundle bundle = Bundle.open(minilm());
            List<String> texts = sentences().subList(0, run.smoke() ? 20 : 300);
            try (Encoder encoder = bundle.encoder(2)) {
                float[][] vectors = new float[texts.size()][];
                for (int i = 0; i < vectors.length; i++) {
                    vectors[i] = encoder.embed(texts.get(i)).row(0);
                }
                build(
                        index,
                        bundle,
                        IntStream.range(0, vectors.length)
                                .mapToObj(
                                        i -> Item.of("text-" + i, vectors[i], Map.of("text", Value.of(texts.get(i))))),
                        vectors.length);
            }
        });
        return index;
    }

    /** A few pictures behind a small conv-4: what starts quickest. */
    Path small() {
        Path index = folder.resolve("small");
        made(index.resolve(BUNDLE), () -> {
            OurIndex.delete(index);
            Bundle bundle = SmallBundle.seal(folder.resolve("small.kindred"), 32, 64);
            List<byte[]> drawings = drawings();
            try (Encoder encoder = bundle.encoder(2)) {
                build(
                        index,
                        bundle,
                        IntStream.range(0, drawings.size())
                                .mapToObj(i -> Item.of(
                                        "drawing-" + i,
                                        encoder.embed(Pictures.decode(drawings.get(i), "a"))
                                                .row(0),
                                        Map.of())),
                        drawings.size());
            }
        });
        return index;
    }

    private static void build(Path index, Bundle bundle, Stream<Item> items, int count) {
        try {
            Files.createDirectories(index);
            try (Generation generation = Generation.create(index, bundle.space(), Engine.graph(), OWNER, 2)) {
                generation.load(items, count, Progress.SILENT);
            }
            Files.copy(bundle.path(), index.resolve(BUNDLE), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.sorted().toList()) {
                Path place = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(place);
                } else {
                    Files.copy(file, place, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path minilm() {
        Path bundle = run.results().resolve("bundles").resolve("minilm" + (run.smoke() ? ".smoke" : "") + ".kindred");
        return made(bundle, () -> {
            if (run.kindred(run.home(), "bundle", "import", "--from", "minilm", "--out", bundle.toString())
                    .isEmpty()) {
                throw new IllegalStateException("all-MiniLM-L6-v2 could not be imported");
            }
        });
    }

    private List<String> sentences() {
        return TextVectors.texts(
                run.data().resolve("sentence-pairs").resolve("stsb").resolve("sts-test.csv"));
    }

    /** Short texts, one a line, for the bare process too. */
    Path textFile() {
        Path file = folder.resolve("texts.txt");
        return made(file, () -> {
            try {
                Files.createDirectories(folder);
                Files.write(
                        file,
                        sentences().stream()
                                .map(text -> text.replaceAll("\\s+", " ").strip())
                                .filter(text -> !text.isEmpty())
                                .limit(1_024)
                                .toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    List<String> shortTexts() {
        try {
            return Files.readAllLines(textFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<byte[]> drawings() {
        return SmallBundle.drawings(64);
    }

    /** The same as files, for the bare process. */
    Path drawingFiles() {
        Path files = folder.resolve("drawings");
        return made(files, () -> {
            try {
                Files.createDirectories(files);
                List<byte[]> drawings = drawings();
                for (int i = 0; i < drawings.size(); i++) {
                    Files.write(files.resolve("%02d.png".formatted(i)), drawings.get(i));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    List<Shot> pictureShots() {
        return drawings().stream()
                .map(png -> Shot.bytes("/v1/embed", MediaType.PNG, png))
                .toList();
    }

    List<Shot> textShots() {
        List<Shot> shots = new ArrayList<>();
        for (String text : shortTexts()) {
            JsonObject body = new JsonObject();
            body.addProperty("text", text);
            shots.add(Shot.json("/v1/embed", body.toString()));
        }
        return shots;
    }

    /** All texts, so many a call. */
    List<List<String>> batches(int each) {
        List<String> texts = shortTexts();
        List<List<String>> batches = new ArrayList<>();
        for (int from = 0; from + each <= texts.size(); from += each) {
            batches.add(texts.subList(from, from + each));
        }
        return batches;
    }

    /** As hard as is usual. */
    List<Shot> searchShots() {
        return searchShots(OptionalInt.empty());
    }

    /** @param ef candidates that are kept; empty for what is usual */
    List<Shot> searchShots(OptionalInt ef) {
        searched();
        List<Shot> shots = new ArrayList<>();
        try {
            for (float[] query : Vectors.read(queries(), DIMENSION)) {
                JsonArray vector = new JsonArray();
                for (float value : query) {
                    vector.add(value);
                }
                JsonObject body = new JsonObject();
                body.add("vector", vector);
                body.addProperty("k", ExactNeighbors.K);
                ef.ifPresent(candidates -> body.addProperty("ef", candidates));
                shots.add(Shot.json("/v1/search", body.toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shots;
    }
}
