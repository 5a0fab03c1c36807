package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Loaded;
import dev.kindred.data.Loading;
import dev.kindred.data.ReadOptions;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Weights;
import dev.kindred.media.PictureShape;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Times embedding beside ONNX Runtime alone, in a process of its own: {@code EmbedTimes ZIP FOLDER PICTURES PAIRS}. The folder is filled
 * with that many pictures of the zip, and emptied at the end. Pictures are Omniglot's, 105 × 105, so Kindred's time has in it what comes
 * before a tensor: fitting to the encoder's shape and normalising.
 */
final class EmbedTimes {
    private static final int SIDE = 32;
    private static final int BATCH = 1024;

    private final int threads = Runtime.getRuntime().availableProcessors();
    private final EncoderParts parts;
    private final Path folder;
    private final int pairs;

    private EmbedTimes(Path folder, int pairs) {
        Architecture architecture = Architecture.conv4(1, SIDE, 64, 64);
        PicturePreparation preparation = new PicturePreparation(
                new PictureShape(SIDE, SIDE, 1, PictureShape.Fit.PAD), List.of(0.9f), List.of(0.2f));
        this.parts = EncoderParts.of(architecture, Weights.untrained(architecture, 1), preparation, Distance.COSINE);
        this.folder = folder;
        this.pairs = pairs;
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        fill(folder, Path.of(arguments[0]), Integer.parseInt(arguments[2]));
        JsonObject json = new EmbedTimes(folder, Integer.parseInt(arguments[3])).measure();
        clear(folder);
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    private JsonObject measure() throws IOException {
        List<Path> files;
        try (Stream<Path> walked = Files.walk(folder)) {
            files = walked.filter(Files::isRegularFile).sorted().toList();
        }
        List<Content> contents = new ArrayList<>();
        for (Path file : files) {
            contents.add(Pictures.decode(Files.readAllBytes(file), file.toString()));
        }
        float[] prepared = prepared(contents);
        JsonObject json = new JsonObject();
        json.addProperty("pictures", contents.size());
        json.addProperty("threads", threads);
        try (Encoder encoder = parts.open(threads);
                BareSession bare = fastest(prepared);
                Workers workers = Workers.of(threads)) {
            requireSame(encoder.encode(contents).values(), bare.run());
            json.addProperty("session", bare.how());
            List<Double> decoded = new ArrayList<>();
            List<Double> fromFiles = new ArrayList<>();
            for (int pair = -1; pair < pairs; pair++) {
                double ours = seconds(() -> encoder.encode(contents));
                double session = seconds(bare::run);
                double all = seconds(() -> embedFiles(encoder, workers));
                double decoding = seconds(() -> decode(files, workers));
                double again = seconds(bare::run);
                // The first only warms up.
                if (pair >= 0) {
                    decoded.add(session / ours);
                    fromFiles.add((decoding + again) / all);
                }
            }
            json.add("decoded", Spread.array(decoded));
            json.add("files", Spread.array(fromFiles));
        }
        return json;
    }

    /** What {@code ./kindred embed} does between its arguments and its file. */
    private void embedFiles(Encoder encoder, Workers workers) {
        PicturePreparation preparation = parts.preparation().pictures();
        Dataset data = Dataset.read(List.of(folder), ReadOptions.defaults(), Progress.SILENT);
        Loaded<byte[]> loaded =
                Loading.each(data, workers, (row, content) -> preparation.raster(content), false, Progress.SILENT);
        List<Content> batch = new ArrayList<>(BATCH);
        for (byte[] raster : loaded.values()) {
            batch.add(new Content.Pixels(SIDE, SIDE, 1, raster));
            if (batch.size() == BATCH) {
                encoder.encode(batch);
                batch.clear();
            }
        }
        encoder.encode(batch);
    }

    private static void decode(List<Path> files, Workers workers) {
        workers.blocks(files.size(), 16, (from, to) -> {
            for (Path file : files.subList(from, to)) {
                Pictures.decode(Files.readAllBytes(file), file.toString());
            }
        });
    }

    private float[] prepared(List<Content> contents) {
        PicturePreparation preparation = parts.preparation().pictures();
        int size = preparation.size();
        float[] prepared = new float[contents.size() * size];
        float[][] table = preparation.table();
        FloatBuffer into = FloatBuffer.wrap(prepared);
        for (int i = 0; i < contents.size(); i++) {
            // With one channel, interleaved and planar are the same.
            PicturePreparation.interleaved(preparation.raster(contents.get(i)), 0, size, table, into, i * size);
        }
        return prepared;
    }

    /** The peer at its best: of several ways to use the same threads, the one that is fastest here. */
    private BareSession fastest(float[] prepared) {
        int[] shape = {1, SIDE, SIDE};
        List<int[]> ways = new ArrayList<>();
        for (int batch : new int[] {16, 32, 128, 512}) {
            ways.add(new int[] {batch, 1});
            if (threads > 1) {
                ways.add(new int[] {batch, threads});
            }
        }
        int[] best = ways.stream()
                .min(Comparator.comparingDouble((int[] way) -> {
                    try (BareSession session =
                            BareSession.open(parts.model(), prepared, shape, way[0], threads, way[1])) {
                        session.run();
                        return Spread.of(IntStream.range(0, 3)
                                        .mapToObj(i -> seconds(session::run))
                                        .toList())
                                .median();
                    }
                }))
                .orElseThrow();
        return BareSession.open(parts.model(), prepared, shape, best[0], threads, best[1]);
    }

    private static void requireSame(float[] ours, float[] theirs) {
        for (int i = 0; i < ours.length; i++) {
            if (!(Math.abs(ours[i] - theirs[i]) < 1e-5)) {
                throw new IllegalStateException("the bare session gives something else");
            }
        }
    }

    private static double seconds(Runnable work) {
        long begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / 1e9;
    }

    private static void fill(Path folder, Path zip, int count) throws IOException {
        clear(folder);
        Dataset data = Dataset.read(List.of(zip), ReadOptions.defaults(), Progress.SILENT);
        for (int row = 0; row < Math.min(count, data.size()); row++) {
            Path file = folder.resolve("class" + row / 20).resolve(row + ".png");
            Files.createDirectories(file.getParent());
            Files.write(file, data.bytes(row));
        }
    }

    private static void clear(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> walked = Files.walk(folder)) {
                for (Path file : walked.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
