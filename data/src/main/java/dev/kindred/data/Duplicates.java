package dev.kindred.data;

import dev.kindred.core.Content;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Duplicates that stand on both sides of a split, where they would flatter every figure. */
public final class Duplicates {
    private Duplicates() {}

    /** How far two samples are the same. */
    public enum Likeness {
        /** Byte by byte. */
        BYTES,
        /** Pixel by pixel; of texts but for case, spaces and punctuation. */
        CONTENT,
        /**
         * Of texts at least four fifths of their pieces of four characters are common ({@link NearTexts}); pictures look the same at
         * 16 × 16, and vectors differ by at most a tenth of their length ({@link NearVectors}).
         */
        NEARLY
    }

    /**
     * @param validation the row held out
     * @param train a row that is taught: the first that is equal, or the nearest
     */
    public record Duplicate(int validation, int train, Likeness likeness) {
        /** Both named, on one line. */
        public String line(Dataset data) {
            boolean text = data.kind() == Kind.TEXT;
            String same = switch (likeness) {
                case BYTES -> "is the same %s as %s";
                case CONTENT ->
                    "is the same %s as %s " + (text ? "but for case, spaces or punctuation" : "(the files differ)");
                case NEARLY -> (data.kind() == Kind.PICTURE ? "looks" : "is") + " nearly the same %s as %s";
            };
            return name(data, validation) + " " + same.formatted(data.kind().singular(), name(data, train));
        }

        private static String name(Dataset data, int row) {
            return data.kind() == Kind.TEXT && data.content(row) instanceof Content.Text(String value)
                    ? data.where(row) + " '" + excerpt(value) + "'"
                    : data.entry(row).id();
        }

        private static String excerpt(String text) {
            String line = text.replaceAll("\\s+", " ").strip();
            return line.codePointCount(0, line.length()) <= 60
                    ? line
                    : line.substring(0, line.offsetByCodePoints(0, 59)) + "…";
        }
    }

    /**
     * @param duplicates by held-out row, one of each
     * @param unsure held-out rows of which none was found, but which share their place with more taught ones than were compared: these
     *     may be nearly the same as one
     */
    public record Found(List<Duplicate> duplicates, int unsure) {
        public Found {
            duplicates = List.copyOf(duplicates);
        }
    }

    /**
     * One for each held-out row that is also taught, by row. What {@link Loading} has seen is not decoded again.
     */
    public static Found across(Dataset data, Split split) {
        List<Duplicate> found = equal(data, split);
        int[] equal = found.stream().mapToInt(Duplicate::validation).toArray();
        int[] rest = Arrays.stream(split.validation())
                .filter(row -> Arrays.binarySearch(equal, row) < 0)
                .toArray();
        Found near = switch (data.kind()) {
            case TEXT -> NearTexts.across(data, split.train(), rest);
            case PICTURE ->
                NearVectors.across(
                        (row, into) -> picture(data.item(row), into), Item.THUMBNAIL.size(), split.train(), rest);
            case VECTOR -> vectors(data, split.train(), rest);
        };
        found.addAll(near.duplicates());
        found.sort(Comparator.comparingInt(Duplicate::validation));
        return new Found(found, near.unsure());
    }

    /** Levels less their mean, at length one; a picture of one level has nothing to be compared by. */
    private static boolean picture(Item item, float[] into) {
        byte[] levels = item.thumbnail();
        if (levels == null) {
            return false;
        }
        double mean = 0;
        for (byte level : levels) {
            mean += (level & 0xFF) / (double) levels.length;
        }
        double squares = 0;
        for (byte level : levels) {
            squares += ((level & 0xFF) - mean) * ((level & 0xFF) - mean);
        }
        // Less than one level of contrast is rounding.
        if (squares < levels.length) {
            return false;
        }
        for (int i = 0; i < levels.length; i++) {
            into[i] = (float) (((levels[i] & 0xFF) - mean) / Math.sqrt(squares));
        }
        return true;
    }

    private static Found vectors(Dataset data, int[] train, int[] validation) {
        if (train.length == 0) {
            return new Found(List.of(), 0);
        }
        int d = values(data, train[0]).length;
        double[] mean = new double[d];
        for (int row : train) {
            float[] values = values(data, row);
            for (int k = 0; k < d; k++) {
                mean[k] += (double) values[k] / train.length;
            }
        }
        return NearVectors.across(
                (row, into) -> {
                    float[] values = values(data, row);
                    for (int k = 0; k < d; k++) {
                        into[k] = (float) (values[k] - mean[k]);
                    }
                    return true;
                },
                d,
                train,
                validation);
    }

    private static float[] values(Dataset data, int row) {
        return ((Content.Vector) data.content(row)).values();
    }

    /**
     * The same of the samples that the two sides of a split of pairs or triplets stand on; of judged examples of their
     * queries.
     */
    public static Found across(Examples examples, Split split) {
        return switch (examples) {
            case Examples.Labelled labelled -> across(labelled.samples(), split);
            case Examples.Pairs pairs -> across(pairs.samples(), samples(split, pairs.left(), pairs.right()));
            case Examples.Triplets triplets ->
                across(triplets.samples(), samples(split, triplets.anchor(), triplets.positive(), triplets.negative()));
            case Examples.Judged judged -> across(judged.queries(), split);
        };
    }

    private static Split samples(Split split, int[]... members) {
        return new Split(samples(split.train(), members), samples(split.validation(), members), split.how());
    }

    private static int[] samples(int[] rows, int[]... members) {
        return Arrays.stream(members)
                .flatMapToInt(of -> IntStream.of(rows).map(row -> of[row]))
                .distinct()
                .sorted()
                .toArray();
    }

    private static List<Duplicate> equal(Dataset data, Split split) {
        Map<ByteBuffer, Integer> byBytes = new HashMap<>();
        Map<ByteBuffer, Integer> byContent = new HashMap<>();
        for (int row : split.train()) {
            byte[] bytes = data.item(row).bytesHash();
            byte[] content = data.item(row).contentHash();
            if (bytes != null) {
                byBytes.putIfAbsent(ByteBuffer.wrap(bytes), row);
            }
            if (content != null) {
                byContent.putIfAbsent(ByteBuffer.wrap(content), row);
            }
        }
        List<Duplicate> found = new ArrayList<>();
        for (int row : split.validation()) {
            byte[] bytes = data.item(row).bytesHash();
            byte[] content = data.item(row).contentHash();
            Integer sameBytes = bytes == null ? null : byBytes.get(ByteBuffer.wrap(bytes));
            Integer sameContent = content == null ? null : byContent.get(ByteBuffer.wrap(content));
            if (sameBytes != null) {
                found.add(new Duplicate(row, sameBytes, Likeness.BYTES));
            } else if (sameContent != null) {
                found.add(new Duplicate(row, sameContent, Likeness.CONTENT));
            }
        }
        return found;
    }
}
