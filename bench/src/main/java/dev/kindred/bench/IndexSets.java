package dev.kindred.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.core.Distance;
import dev.kindred.core.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The sets that indexes are measured on, in folders that peers and other processes read: finding the truth once is enough. */
final class IndexSets {
    static final String FASHION = "fashion-mnist";
    /** 1,000 clusters, however many rows. */
    static final String CLUSTERED = "clustered";

    private static final String ABOUT = "set.json";
    private static final int DIMENSION = 128;

    private IndexSets() {}

    /**
     * Makes a set and keeps it in a folder.
     *
     * @param n rows of a clustered set; those of the pictures are what they are
     * @param data the folder of data sets
     */
    static JsonObject make(String name, int n, int q, Path data, Path folder) {
        SearchSet set;
        try (Workers workers = Workers.ofAllCores()) {
            set = switch (name) {
                case FASHION -> SearchSet.fashionMnist(data.resolve(FASHION), q, workers);
                case CLUSTERED -> SearchSet.clustered(ClusteredVectors.hard(1, DIMENSION), n, q, workers);
                default -> throw new IllegalArgumentException(name);
            };
        }
        return keep(first(set, n, q), folder);
    }

    /** Writes a set where {@link #open} finds it; {@code set.json} comes last. */
    static JsonObject keep(SearchSet set, Path folder) {
        set.write(folder);
        JsonObject about = new JsonObject();
        about.addProperty("name", set.name());
        about.addProperty("distance", set.distance().name());
        about.addProperty("dimension", set.dimension());
        about.addProperty("n", set.n());
        about.addProperty("q", set.q());
        try {
            Files.writeString(folder.resolve(ABOUT), about + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return about;
    }

    static boolean isKept(Path folder) {
        return Files.exists(folder.resolve(ABOUT));
    }

    static SearchSet open(Path folder) {
        try {
            JsonObject about = JsonParser.parseString(Files.readString(folder.resolve(ABOUT)))
                    .getAsJsonObject();
            int dimension = about.get("dimension").getAsInt();
            float[] rows = new float[Math.multiplyExact(about.get("n").getAsInt(), dimension)];
            float[] queries = new float[about.get("q").getAsInt() * dimension];
            int[] truth = new int[about.get("q").getAsInt() * ExactNeighbors.K];
            read(folder.resolve("rows.f32")).asFloatBuffer().get(rows);
            read(folder.resolve("queries.f32")).asFloatBuffer().get(queries);
            read(folder.resolve("truth.i32")).asIntBuffer().get(truth);
            return new SearchSet(
                    about.get("name").getAsString(),
                    Distance.valueOf(about.get("distance").getAsString()),
                    dimension,
                    rows,
                    queries,
                    truth);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            return bytes.order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** The same rows and the first of the queries. */
    static SearchSet asking(SearchSet set, int q) {
        int asked = Math.min(q, set.q());
        return new SearchSet(
                set.name(),
                set.distance(),
                set.dimension(),
                set.rows(),
                Arrays.copyOf(set.queries(), asked * set.dimension()),
                Arrays.copyOf(set.truth(), asked * ExactNeighbors.K));
    }

    /** The first rows of more, and what is true of them. */
    private static SearchSet first(SearchSet set, int n, int q) {
        if (n >= set.n()) {
            return set;
        }
        try (Workers workers = Workers.ofAllCores()) {
            float[] rows = Arrays.copyOf(set.rows(), n * set.dimension());
            float[] queries = Arrays.copyOf(set.queries(), Math.min(q, set.q()) * set.dimension());
            return SearchSet.of(set.name(), set.distance(), set.dimension(), rows, queries, workers);
        }
    }
}
