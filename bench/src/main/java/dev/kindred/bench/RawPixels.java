package dev.kindred.bench;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;

/**
 * The nearest neighbour of raw pixels on Omniglot's published one-shot runs, known to get 21.7% right (Koch, Zemel, Salakhutdinov 2015,
 * table 2). It shares no code with what it judges: its own table, zip, decoder and distance. The distance is the cosine of the ink at
 * the full 105 × 105; by the Euclidean one it would be 19.0.
 */
final class RawPixels {
    private RawPixels() {}

    /** Accuracy in percent; a tie is an error. */
    static double accuracy(Path omniglot) {
        try (ZipFile zip = new ZipFile(omniglot.resolve("all_runs.zip").toFile())) {
            Map<String, List<String[]>> trials = new LinkedHashMap<>();
            Map<String, BitSet> ink = new HashMap<>();
            List<String> lines = Files.readAllLines(omniglot.resolve("episodes.csv"));
            for (String line : lines.subList(1, lines.size())) {
                String[] fields = line.split(",");
                trials.computeIfAbsent(fields[0] + " " + fields[1], k -> new java.util.ArrayList<>())
                        .add(fields);
                for (int i = 1; i <= 2; i++) {
                    if (!ink.containsKey(fields[i])) {
                        ink.put(fields[i], ink(zip, fields[i]));
                    }
                }
            }
            long right = trials.values().stream()
                    .filter(candidates -> won(candidates, ink))
                    .count();
            return 100.0 * right / trials.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BitSet ink(ZipFile zip, String path) throws IOException {
        try (InputStream in = zip.getInputStream(zip.getEntry(path.substring(path.indexOf('/') + 1)))) {
            BufferedImage picture = ImageIO.read(in);
            BitSet ink = new BitSet();
            for (int y = 0; y < picture.getHeight(); y++) {
                for (int x = 0; x < picture.getWidth(); x++) {
                    ink.set(y * picture.getWidth() + x, (picture.getRGB(x, y) & 0xff) < 128);
                }
            }
            return ink;
        }
    }

    private static boolean won(List<String[]> candidates, Map<String, BitSet> ink) {
        double right = Double.NEGATIVE_INFINITY;
        double wrong = Double.NEGATIVE_INFINITY;
        for (String[] fields : candidates) {
            double score = cosine(ink.getOrDefault(fields[1], new BitSet()), ink.getOrDefault(fields[2], new BitSet()));
            if (fields[3].equals("1")) {
                right = score;
            } else {
                wrong = Math.max(wrong, score);
            }
        }
        return right > wrong;
    }

    private static double cosine(BitSet a, BitSet b) {
        BitSet both = (BitSet) a.clone();
        both.and(b);
        return both.cardinality() / Math.sqrt((double) a.cardinality() * b.cardinality());
    }
}
